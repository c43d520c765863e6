"""What a channel costs per day: a period's amount spread evenly, by cumulative rounding, so that its days always sum to the amount."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from siyu.lib.money import share

KINDS = ("marketplace", "short_video", "article", "ad", "store", "partner", "staff", "other")


@dataclass(frozen=True, slots=True)
class Spell:
    """An amount (minor units) over whole business days, both ends included."""

    from_day: date
    to_day: date
    amount_minor: int

    @property
    def days(self) -> int:
        return (self.to_day - self.from_day).days + 1

    def spent_before(self, day: date) -> int:
        """What was spent by the beginning of a day."""
        return share(self.amount_minor, min(max((day - self.from_day).days, 0), self.days), self.days)


def cost_between(spells: Iterable[Spell], first: date, last: date) -> int:
    """Minor units that fall on the days from `first` to `last`, both included."""
    return sum(spell.spent_before(last + timedelta(1)) - spell.spent_before(first) for spell in spells)


def cost_each_day(spells: Iterable[Spell], first: date, last: date) -> Iterator[tuple[date, int]]:
    """Minor units of each day from `first` to `last`."""
    known = list(spells)
    for offset in range((last - first).days + 1):
        day = first + timedelta(offset)
        yield day, cost_between(known, day, day)


def per_head(cost_minor: int, heads: int) -> int | None:
    """Cost of winning one (CAC): minor units, rounded half up; None when nobody was won."""
    return share(cost_minor, 1, heads) if heads else None
