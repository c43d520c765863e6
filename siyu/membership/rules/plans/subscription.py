"""A member's paid membership as plain values: payments, the days they cover, and where it stands."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

ZoneOn = Callable[[date], ZoneInfo]


class State(StrEnum):
    """Where a paid membership stands. A cancelled one runs to its end and is not renewed."""

    NONE = ""
    TRIAL = "trial"
    ACTIVE = "active"
    CANCELLED = "cancelled"
    GRACE = "grace"
    ENDED = "ended"


RUNNING = frozenset({State.TRIAL, State.ACTIVE, State.CANCELLED})
HELD = RUNNING | {State.GRACE}  # benefits are held


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to a paid membership, once and for ever. `at` is the clock it counts from; `of` the payment a refund returns."""

    key: UUID
    kind: str  # pay · cancel · resume · refund
    member: int  # whose it was then
    at: datetime
    after_merge: int = 0  # the last merge that had happened
    number: int = 0  # order of events of one instant
    plan: str = ""
    version: int = 0
    is_trial: bool = False
    amount_minor: int = 0
    paid_at: datetime | None = None
    auto_renew: bool = False
    of: UUID | None = None
    ends: bool = False  # a refund that ends what the payment bought

    @property
    def place(self) -> tuple:
        return self.at, self.after_merge, 1, self.number


class Join(msgspec.Struct, frozen=True):
    """Two members became one."""

    number: int
    at: datetime
    survivor: int
    loser: int

    @property
    def place(self) -> tuple:
        return self.at, self.number, 0, 0


class Term(msgspec.Struct, frozen=True):
    """Days [from_day, to_day) that a payment covers and the money that is earned over them; without days, on `from_day` at once.

    kind: paid · trial · kept (forfeited: neither used nor paid back) · reversal (paid back beyond what was left).
    """

    payment: UUID
    plan: str
    version: int
    kind: str
    from_day: date
    to_day: date
    amount_minor: int

    @property
    def days(self) -> int:
        return (self.to_day - self.from_day).days

    @property
    def covers(self) -> bool:
        return self.kind in ("paid", "trial")

    def shifted(self, days: int) -> "Term":
        step = timedelta(days=days)
        return msgspec.structs.replace(self, from_day=self.from_day + step, to_day=self.to_day + step)

    def cut(self, day: date) -> "tuple[Term | None, Term | None]":
        """What was used before a day, and the rest; the money goes by whole days and adds up."""
        if self.to_day <= day:
            return self, None
        if self.from_day >= day:
            return None, self
        used = self.amount_minor * (day - self.from_day).days // self.days
        replace = msgspec.structs.replace
        return replace(self, to_day=day, amount_minor=used), replace(self, from_day=day, amount_minor=self.amount_minor - used)


class Payment(msgspec.Struct, frozen=True):
    """Money for a plan. amount + credit_in − credit_out − refunded = the sum of its terms."""

    key: UUID
    plan: str
    version: int
    is_trial: bool
    amount_minor: int
    paid_at: datetime
    member: int
    total_days: int = 0
    removed_days: int = 0
    credit_in_minor: int = 0
    credit_out_minor: int = 0
    refunded_minor: int = 0


class Subscription(msgspec.Struct, frozen=True):
    """Where a member stands after what happened so far."""

    terms: tuple[Term, ...] = ()  # in order of days; those that cover follow one another without overlap
    payments: tuple[Payment, ...] = ()
    state: State = State.NONE
    plan: str = ""
    version: int = 0
    since: date | None = None  # the first day of the present unbroken run
    entered: date | None = None  # the first day of the term it stands in
    anchor: int = 0  # day of the month that periods in months keep to
    is_cancelled: bool = False
    auto_renew: bool = False
    noticed: date | None = None  # the end that was announced
    ended_on: date | None = None

    @property
    def until(self) -> date | None:
        """The day after the last that is paid for."""
        return max((term.to_day for term in self.terms if term.covers), default=None)

    def payment(self, key: UUID) -> Payment | None:
        return next((payment for payment in self.payments if payment.key == key), None)

    def term_on(self, day: date) -> Term | None:
        """The term that covers a day."""
        return next((term for term in self.terms if term.covers and term.from_day <= day < term.to_day), None)


class Move(NamedTuple):
    """What is told: `plan.started`, `plan.renewed` …, when, of whom, and by which event; None when time alone made it."""

    name: str
    at: datetime
    member: int
    event: UUID | None
    properties: dict[str, Any]


def add_period(day: date, months: int, days: int, anchor: int) -> date:
    """The day a period after another; months keep to the anchor's day of the month, or the month's last."""
    if months:
        index = day.year * 12 + day.month - 1 + months
        year, month = divmod(index, 12)
        day = date(year, month + 1, min(anchor or day.day, monthrange(year, month + 1)[1]))
    return day + timedelta(days=days)


def recognised(term: Term, until: date) -> int:
    """Of a term's money, what is earned by the days before `until`."""
    used, _ = term.cut(until)
    if term.days == 0:
        return term.amount_minor if term.from_day < until else 0
    return used.amount_minor if used is not None else 0
