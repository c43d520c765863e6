"""What reading and writing share: rows as they are stored, and whom a batch touches."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from siyu.facts.rules import Fact, Merged
from siyu.lib.clock import EPOCH

from .rules import Account, Lot, Purchase, Standing
from .rules.ledger import Gift


class AccountRow(NamedTuple):
    """An account as it is stored."""

    id: int
    origin: int
    owner: int
    unit: str
    available: int
    debt: int
    active_until: datetime | None


class HoldRow(NamedTuple):
    """What an open hold holds of a lot, with the owner of the lot's account."""

    operation_id: int
    key: str
    until: datetime
    lot: UUID
    amount: int
    unit: str
    origin: int
    owner: int


class LotRow(NamedTuple):
    """A lot as it is stored, with the owner of its account."""

    id: int
    key: UUID
    origin: int
    unit: str
    amount: int
    remaining: int
    rule_id: int | None
    earned_at: datetime
    reversed: int
    expired: int
    is_pending: bool
    available_at: datetime | None
    expires_at: datetime | None
    purchase_id: int | None
    owner: int
    held: int
    waived: int
    is_sliding: bool
    priority: int
    active_until: datetime | None

    @property
    def is_short(self) -> bool:
        """Whether something of it was spent: its reversal may then fall to other lots."""
        return self.remaining + self.expired < self.amount - self.reversed

    def lot(self, order: tuple[str, str] | None) -> Lot:
        return Lot(
            key=self.key,
            account=Account(self.origin, self.unit),
            amount=self.amount,
            remaining=self.remaining,
            rule_id=self.rule_id,
            earned_at=self.earned_at,
            reversed=self.reversed,
            expired=self.expired,
            is_pending=self.is_pending,
            available_at=self.available_at,
            expires_at=(self.active_until or EPOCH) if self.is_sliding else self.expires_at,
            is_sliding=self.is_sliding,
            held=self.held,
            waived=self.waived,
            priority=self.priority,
            order=order,
        )


class Known(msgspec.Struct):
    """What the tables held before: numbers of rows, and the values to compare with."""

    accounts: dict[Account, int] = {}
    account_numbers: list[int] = []  # kept for accounts that are opened
    purchases: dict[tuple[str, str], tuple[int, Purchase]] = {}  # and as they were written on the way
    lots: dict[UUID, Lot] = {}
    sent: dict[UUID, Lot] = {}  # opened since, as they were written on the way
    numbered: dict[UUID, int] = {}  # lots → their rows
    numbers: list[int] = []  # the same for lots
    ordered: dict[tuple[str, str], int] = {}  # orders → their rows
    order_numbers: list[int] = []  # the same for orders
    written: int = 0  # so many of the book's postings are written
    gifts: frozenset[Gift] = frozenset()
    standings: dict[int, dict[str, Standing]] = {}  # member → track → where it stands
    operations: dict[str, int] = {}
    holds: dict[tuple[str, UUID], int] = {}  # (operation, lot) → amount
    active: dict[Account, datetime] = {}
    balances: dict[tuple[int, str], int] = {}  # (member, unit) → available
    awaiting: set[UUID] = set()  # lots that wait for a person's approval


class Touched(msgspec.Struct):
    """Whom and what a batch's facts and merges touch."""

    facts: list[Fact] = []
    merges: list[Merged] = []
    finals: dict[int, int] = {}

    def final(self, member_id: int) -> int:
        while member_id in self.finals:
            member_id = self.finals[member_id]
        return member_id
