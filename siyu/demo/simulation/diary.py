"""Where simulated facts are written down, by the business day on which they happen; what lies after the demo's end is not."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from siyu.facts.rules import Handle, Incoming


class Diary:
    """Simulated facts by day. `opening` is the first day, `until` the instant at which the demo was first run."""

    def __init__(self, opening: date, until: datetime, zone: ZoneInfo, currency: str) -> None:
        self.opening = opening
        self.until = until
        self.zone = zone
        self.currency = currency
        self.closing = until.astimezone(zone).date()
        self._days: dict[date, list[Incoming]] = defaultdict(list)

    def write(
        self, name: str, when: datetime, handles: list[Handle], properties: dict[str, Any] | None = None, *, key: str, proof: str = ""
    ) -> bool:
        """Note a fact unless it would lie in the future; `key` tells it from all others and makes a repetition harmless."""
        if when > self.until:
            return False
        message = f"simulation:{key}"
        fact = Incoming(
            name=name,
            occurred_at=when,
            message=message,
            key=message,
            handles=handles,
            properties=properties or {},
            proof=proof,
            is_replay=True,
        )
        self._days[when.astimezone(self.zone).date()].append(fact)
        return True

    def of(self, day: date) -> list[Incoming]:
        """The facts of a day in order of their instants; they are handed out once."""
        return sorted(self._days.pop(day, []), key=lambda fact: (fact.occurred_at, fact.message))

    def first_day(self) -> date | None:
        return min(self._days, default=None)

    def facts(self) -> int:
        return sum(len(facts) for facts in self._days.values())

    def moment(self, random: Random, day: date, first_hour: int = 9, last_hour: int = 21) -> datetime:
        """Some second of a day while people are awake."""
        local = datetime(
            day.year,
            day.month,
            day.day,
            random.randint(first_hour, last_hour),
            random.randrange(60),
            random.randrange(60),
            tzinfo=self.zone,
        )
        return local.astimezone(UTC)

    def some_day(self, random: Random) -> date:
        """A day between opening and closing, later ones a little likelier: a pool that grows."""
        span = (self.closing - self.opening).days
        return self.opening + timedelta(days=int(span * random.random() ** 0.85))
