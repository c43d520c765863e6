"""Check-in 签到: days in a row, the ladder of rewards on them, make-up days. Pure: the service, the reaction and the portal call it.

A ladder step pays once in a run of days. A run that a make-up day joins to another pays again only what neither had paid.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple

import msgspec

MAX_DAY = 366  # of a ladder
MAX_STEPS = 30
MAX_BACK = 31  # days that a make-up may lie back
ONE = timedelta(days=1)


class Rung(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A step of the ladder: on the `day`-th day in a row, these rewards."""

    day: int
    rewards: list[dict[str, Any]]


class MakeUp(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How a missed day is made up: at most `within_days` back, `per_month` of them (of the month of the made-up day), each for
    one card or, where `price_points` is above 0, for so many points."""

    within_days: int = 7
    per_month: int = 3
    price_points: int = 0


class Programme(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A version of the check-in. A cyclic ladder begins anew behind its last step; a growing one ends there."""

    steps: list[Rung] = []
    is_cyclic: bool = True
    make_up: MakeUp | None = None

    @property
    def length(self) -> int:
        return max((step.day for step in self.steps), default=0)


class Paid(NamedTuple):
    """A ladder step that was given: on which day, at which length of the run."""

    day: date
    streak: int


class Attendance(msgspec.Struct):
    """The days a member checked in, and what the ladder gave."""

    days: set[date] = set()
    paid: set[Paid] = set()

    def joined(self, other: "Attendance") -> "Attendance":
        return Attendance(self.days | other.days, self.paid | other.paid)


class Reached(NamedTuple):
    """A ladder step just reached."""

    day: date
    streak: int
    rung: Rung


def run_of(days: Iterable[date], day: date) -> tuple[date, date] | None:
    """First and last of the days in a row around `day`; None when it is none of them."""
    known = days if isinstance(days, set) else set(days)
    if day not in known:
        return None
    first = last = day
    while first - ONE in known:
        first -= ONE
    while last + ONE in known:
        last += ONE
    return first, last


def streak_on(days: Iterable[date], day: date) -> int:
    """Days in a row that end on `day`; a day not yet checked in counts what ended the day before."""
    known = set(days)
    run = run_of(known, day) or run_of(known, day - ONE)
    return 0 if run is None else (min(run[1], day) - run[0]).days + 1


def longest(days: Iterable[date]) -> int:
    """The longest run of days ever."""
    best = length = 0
    before: date | None = None
    for day in sorted(set(days)):
        length = length + 1 if before is not None and day - before == ONE else 1
        best, before = max(best, length), day
    return best


def rung_at(programme: Programme, streak: int) -> Rung | None:
    """The step that a run of this length has just reached, if any."""
    if streak <= 0 or not programme.length:
        return None
    day = (streak - 1) % programme.length + 1 if programme.is_cyclic else streak
    return next((step for step in programme.steps if step.day == day), None)


def next_rung(programme: Programme, streak: int) -> tuple[int, Rung] | None:
    """The next step to be reached from a run of this length, and in how many days."""
    for more in range(1, (programme.length or 0) + 1):
        if rung := rung_at(programme, streak + more):
            return more, rung
    return None


def attend(attendance: Attendance, day: date, programme: Programme | None) -> tuple[Attendance, list[Reached]]:
    """Check in on a day: the new attendance, and the ladder steps reached by it. A day known already changes nothing."""
    if day in attendance.days:
        return attendance, []
    after = Attendance(attendance.days | {day}, set(attendance.paid))
    first, last = run_of(after.days, day) or (day, day)
    reached = []
    for number in range((day - first).days, (last - first).days + 1):
        streak = number + 1
        rung = rung_at(programme, streak) if programme is not None else None
        if rung is None or any(paid.streak == streak and first <= paid.day <= last for paid in after.paid):
            continue
        reached.append(Reached(first + timedelta(days=number), streak, rung))
        after.paid.add(Paid(first + timedelta(days=number), streak))
    return after, reached


def faults(programme: Programme) -> str:
    """What is wrong with a version, in words; empty when nothing is."""
    days = [step.day for step in programme.steps]
    if len(days) > MAX_STEPS:
        return f"a ladder has at most {MAX_STEPS} steps"
    if not all(1 <= day <= MAX_DAY for day in days):
        return f"a step lies on day 1 to {MAX_DAY}"
    if len(set(days)) < len(days):
        return "two steps lie on one day"
    if any(not step.rewards for step in programme.steps):
        return "every step gives something"
    rule = programme.make_up
    if rule is not None and not (1 <= rule.within_days <= MAX_BACK and 1 <= rule.per_month <= 31 and 0 <= rule.price_points <= 10**6):
        return f"a make-up lies 1 to {MAX_BACK} days back, 1 to 31 times a month, and costs up to 1,000,000 points"
    return ""
