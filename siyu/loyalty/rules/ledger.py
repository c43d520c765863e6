"""What the fold knows and what it answers: lots, orders, a member's standing, and postings. Plain frozen values."""

from collections.abc import Sequence
from datetime import date, datetime
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID, SafeUUID

import msgspec

from .person import NOBODY, Period, Person
from .seen import NOTHING_SHARED, Shared
from .tiers.judging import NOWHERE, Standing
from .tiers.ladder import TRACK
from .tiers.value import Floor, Movement

ISSUED, PENDING, AVAILABLE, HELD = "issued", "pending", "available", "held"
SPENT, EXPIRED, REVOKED, DEBT = "spent", "expired", "revoked", "debt"
POINTS, GROWTH = "points", "growth"


_new, _set = object.__new__, object.__setattr__


class Account(NamedTuple):
    """An account by its natural name: the member it was opened for, and the unit."""

    origin: int
    unit: str


class Lot(msgspec.Struct, frozen=True, gc=False):
    """Value earned together. `key` is that of the entry that earned it."""

    key: UUID
    account: Account
    amount: int
    remaining: int
    rule_id: int | None
    earned_at: datetime
    held: int = 0
    reversed: int = 0
    waived: int = 0  # of what refunds should have taken back
    expired: int = 0
    is_pending: bool = False
    available_at: datetime | None = None
    expires_at: datetime | None = None  # of one that slides: where its account's window ends now
    is_sliding: bool = False
    priority: int = 0
    order: tuple[str, str] | None = None

    @property
    def due_at(self) -> datetime | None:
        """The next instant at which time alone moves it."""
        if not self.remaining:
            return None
        if self.is_pending and self.available_at is not None and (self.expires_at is None or self.available_at <= self.expires_at):
            return self.available_at
        return self.expires_at


class Purchase(msgspec.Struct, frozen=True, gc=False):
    """An order as the programme knows it. `refunds` are the shop's numbers of those counted; `lots` the keys of what it earned."""

    order: tuple[str, str]  # shop code, order number
    paid_at: datetime | None = None
    base_minor: int = 0
    refunded_minor: int = 0
    received_at: datetime | None = None
    closed_at: datetime | None = None
    refunds: tuple[str, ...] = ()
    earner: int | None = None  # the member whose accounts hold its lots
    lots: tuple[UUID, ...] = ()

    @property
    def is_undone(self) -> bool:
        """Whether some of what it earned is to be taken back."""
        return self.refunded_minor > 0 or self.closed_at is not None


class Hold(msgspec.Struct, frozen=True):
    """What is held for an operation (by its key) until an instant, lot by lot in the order in which they were taken."""

    key: str
    unit: str
    until: datetime
    parts: dict[UUID, int]


class Gift(NamedTuple):
    """That a member was given the gifts of a tier: to whom, on which track, and the first day of the period in which once is enough."""

    origin: int
    track: str
    tier: str
    period: date


class Member(msgspec.Struct, frozen=True):
    """What a person has, as far as the events at hand touch it.

    `movements` are those of the units that windows measure, in order; `gifts` the gifts of tiers that were given already.
    """

    id: int
    lots: dict[UUID, Lot] = {}
    used: dict[Period, tuple[int, int]] = {}  # what was used of caps, by rule and period: points, times
    debts: dict[Account, int] = {}
    holds: dict[str, Hold] = {}  # open ones, by the key of their operation
    active: dict[Account, datetime] = {}  # until when what slides with activity is valid
    growth: int = 0
    standings: dict[str, Standing] = {}
    movements: tuple[Movement, ...] = ()
    floors: dict[str, tuple[Floor, ...]] = {}
    gifts: frozenset[Gift] = frozenset()  # the gifts of tiers that were given already
    is_joined: bool = False  # a merge in these events: standings follow from the entries
    due_at: datetime | None = None
    person: Person = NOBODY  # what rules in force ask of the person

    @property
    def is_measured(self) -> bool:
        """Whether there is anything that tiers look at."""
        return bool(self.growth or self.standings or self.movements or self.floors or self.is_joined)

    @property
    def standing(self) -> Standing:
        """Where the member stands on the main track."""
        return self.standings.get(TRACK, NOWHERE)

    @property
    def tier(self) -> str:
        return self.standing.tier

    @property
    def version(self) -> int:
        return self.standing.version

    @property
    def since(self) -> datetime | None:
        return self.standing.since


class Posting(NamedTuple):
    """One entry to be: `amount` of the account's unit leaves the bucket `debit` for `credit`."""

    account: Account
    debit: str
    credit: str
    amount: int
    kind: str
    lot: UUID | None
    rule_id: int | None
    tier: str
    multiplier: int
    at: datetime
    business_day: date
    fact_id: int | None
    fact_occurred_at: datetime | None
    key: UUID
    operation: str = ""  # key of the operation that asked for it
    of: str = ""  # key of the operation whose part it moves on, or returns


class Move(NamedTuple):
    """A change of tier, at an instant; `fact_id` is None when time alone made it."""

    member_id: int
    before: str
    after: str
    growth: int
    at: datetime
    fact_id: int | None
    track: str = TRACK
    version: int = 0
    why: str = "reached"  # reached · kept · lowered · floor · programme


class Reduction(NamedTuple):
    """What a refund could not take back in value, and the shop is to deduct from it in money."""

    member_id: int
    order: tuple[str, str]
    unit: str
    amount: int
    minor: int


class Outcome(NamedTuple):
    """What an event did: the new state, and what is to be written."""

    member: Member
    purchase: Purchase | None
    postings: list[Posting]
    moves: list[Move]
    shared: Shared = NOTHING_SHARED
    reductions: Sequence[Reduction] = ()


def entry_key(day: date, *parts: str) -> UUID:
    """The idempotency key of an effect: the day (so that keys of one time lie together), then a hash of what makes it that effect."""
    key = _new(UUID)  # as UUID(bytes=…) does, but for looking which of its arguments it was given: that takes longer than all the rest
    _set(key, "int", int.from_bytes(entry_key_bytes(day, *parts), "big"))
    _set(key, "is_safe", SafeUUID.unknown)
    return key


def entry_key_bytes(day: date, *parts: str) -> bytes:
    """The same in bytes, for masses."""
    return day.toordinal().to_bytes(4, "big") + blake2b("\x1f".join(parts).encode(), digest_size=12).digest()
