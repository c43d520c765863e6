"""What reading and writing share: rows as they are stored, and whom a batch touches."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from siyu.facts.rules import Fact, Merged

from .rules import Account, Lot, Purchase, Standing


class AccountRow(NamedTuple):
    """An account as it is stored."""

    id: int
    origin: int
    owner: int
    unit: str
    available: int
    debt: int


class LotRow(NamedTuple):
    """A lot as it is stored, with the owner of its account."""

    id: int
    key: UUID
    origin: int
    unit: str
    amount: int
    remaining: int
    rule_id: int
    earned_at: datetime
    reversed: int
    expired: int
    is_pending: bool
    available_at: datetime | None
    expires_at: datetime | None
    purchase_id: int | None
    owner: int

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
            expires_at=self.expires_at,
            order=order,
        )


class Known(msgspec.Struct):
    """What the tables held before: numbers of rows, and the values to compare with."""

    accounts: dict[Account, int] = {}
    purchases: dict[tuple[str, str], tuple[int, Purchase]] = {}
    lots: dict[UUID, tuple[int, Lot]] = {}
    standings: dict[int, Standing] = {}
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
