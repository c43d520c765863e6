"""What a member's movements are worth on a track at an instant: which of them still count, and when that falls below a line."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from ..terms import add_months
from .days import UTC_ALONE, Zones
from .terms import Calendar, Lifetime, Rolling, SinceEntering, Terms, Window, next_start


class Movement(NamedTuple):
    """One movement of a measured unit: sorted by instant, what time alone did first, then in the order of posting.

    `counted_at` is when the lot it belongs to began to count: what is taken back is taken from there.
    """

    at: datetime
    event: int | str | None  # the fact or the operation behind it; None when time alone made it
    amount: int
    unit: str = "growth"
    counted_at: datetime | None = None
    lot: UUID | None = None
    is_gift: bool = False  # given by a tier: judged after what reached the tier


class Floor(NamedTuple):
    """A tier that staff granted: held at least, from one instant to another."""

    tier: str
    from_at: datetime
    until: datetime


class Holding(NamedTuple):
    """What a member is judged by: the growth held, the movements that windows need (in order), and floors."""

    growth: int = 0
    movements: Sequence[Movement] = ()
    floors: Sequence[Floor] = ()
    zones: Zones = UTC_ALONE

    def of(self, unit: str) -> list[Movement]:
        return [one for one in self.movements if one.unit == unit]


def counted(unit: str, debit: str, credit: str, kind: str, *, is_pending: bool) -> int:
    """The sign with which an entry counts: +1, 0 or -1. `is_pending`: whether its lot never became available."""
    if unit == "growth":
        return (credit == "available") - (debit == "available")
    if kind in ("settle", "transfer"):
        return 0
    if credit == "available":
        return 1 if debit in ("issued", "pending") else 0
    return -1 if credit == "revoked" and debit != "pending" and not is_pending else 0


def value(terms: Terms, holding: Holding, at: datetime, began_at: datetime | None, *, before: bool = False) -> int:
    """What counts at an instant; with `before`, also what leaves at that very instant, but nothing that came with it.

    `began_at` is the beginning of the member's period (for `SinceEntering`).
    """
    if isinstance(terms.window, Lifetime | SinceEntering):
        return _whole(terms, holding, began_at)
    counts = _leaving(terms, holding)
    return sum(one.amount for one, leaves in counts if leaves > at or (before and leaves == at and _since(one) < at))


def frozen_value(terms: Terms, holding: Holding, ended_at: datetime, began_at: datetime | None) -> int:
    """What counts in the days of grace after a period that ended: what counted at its end, and what came since."""
    if isinstance(terms.window, Lifetime | SinceEntering):
        return _whole(terms, holding, began_at)
    return sum(one.amount for one, leaves in _leaving(terms, holding) if leaves >= ended_at)


def falls_at(terms: Terms, holding: Holding, at: datetime, line: int) -> datetime | None:
    """The first instant after `at` at which time alone takes the value below a line; None when it never does."""
    if isinstance(terms.window, Lifetime | SinceEntering):
        return None
    leaving = sorted(((leaves, one.amount) for one, leaves in _leaving(terms, holding) if leaves > at), key=itemgetter(0))
    left = sum(amount for _, amount in leaving)
    for leaves, part in groupby(leaving, key=itemgetter(0)):
        left -= sum(amount for _, amount in part)
        if left < line:
            return leaves
    return None


def _whole(terms: Terms, holding: Holding, began_at: datetime | None) -> int:
    """What counts without any window, or since the beginning of the period."""
    if isinstance(terms.window, SinceEntering) and began_at is not None:
        return sum(one.amount for one in holding.of(terms.unit) if _since(one) > began_at)
    return holding.growth if terms.unit == "growth" else sum(one.amount for one in holding.of(terms.unit))


def _leaving(terms: Terms, holding: Holding) -> list[tuple[Movement, datetime]]:
    """Each movement with the instant at which it stops counting."""
    own, zones = holding.of(terms.unit), holding.zones
    joined = zones.day_of(own[0].at) if own else date.min
    return [(one, leaves_at(terms.window, zones, zones.day_of(_since(one)), joined)) for one in own]


@lru_cache(maxsize=65_536)
def leaves_at(window: Window, zones: Zones, day: date, joined: date) -> datetime:
    """The business midnight at which what counted on a day no longer counts; `joined` is the day of the first movement."""
    if isinstance(window, Rolling):
        return zones.starts(add_months(day, window.months) + timedelta(days=window.days))
    if isinstance(window, Calendar):
        return zones.starts(next_start(window.span, day))
    anniversary = add_months(joined, 12 * (day.year - joined.year))
    return zones.starts(anniversary if day < anniversary else add_months(joined, 12 * (day.year - joined.year + 1)))


def _since(one: Movement) -> datetime:
    return one.counted_at or one.at
