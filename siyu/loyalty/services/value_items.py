"""What is asked of the ledger, and what it answers. `key` makes each happen once; `because` stands with its entries."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from ..rules.terms import USUAL, After, Inactivity, Never, Usual, YearEnd

Expires = datetime | None | Never | After | YearEnd | Inactivity | Usual


class Because(NamedTuple):
    """Why value moves: `Because("mall", "redemption:17", "热水壶 × 1")`; the words are what the member reads."""

    kind: str
    ref: str
    words: str


class Grant(NamedTuple):
    """Give value. It is pending until a later `available_at`; `expires_at` is an instant, None for never, or terms (usually the unit's)."""

    member_id: int
    unit: str
    amount: int
    key: str
    because: Because
    available_at: datetime | None = None
    expires_at: Expires = USUAL
    priority: int = 0


class Spend(NamedTuple):
    """Take value for good, out of the lots in the unit's order."""

    member_id: int
    unit: str
    amount: int
    key: str
    because: Because


class Hold(NamedTuple):
    """Reserve value until an instant; from then on it is free again, whether or not anybody has posted that yet."""

    member_id: int
    unit: str
    amount: int
    key: str
    because: Because
    until: datetime


class Capture(NamedTuple):
    """Spend a hold: all of it, or a part; the rest is freed."""

    hold_key: str
    key: str
    amount: int | None = None
    because: Because | None = None  # the hold's, unless given


class Void(NamedTuple):
    """Free a hold."""

    hold_key: str
    key: str
    because: Because


class GiveBack(NamedTuple):
    """A spending or a capture returns to its lots with their expiry: all that has not returned yet, or a part."""

    of_key: str
    key: str
    because: Because
    amount: int | None = None


class TakeBack(NamedTuple):
    """A grant is undone by the unit's refund policy: all that was not taken back yet, or a part."""

    of_key: str
    key: str
    because: Because
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Allocation:
    """A part of a move: the lot it came from or went to, and until when that is valid."""

    lot: UUID
    amount: int
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a move did. `balance` is what was available of the unit right after it.

    Of what was to be taken back, `waived` was let go by the unit's refund policy; `deduct_minor` is what the shop is to deduct
    from the refund in money instead.
    """

    key: str
    member_id: int
    unit: str
    amount: int
    balance: int
    allocations: tuple[Allocation, ...]
    is_repeated: bool = False
    waived: int = 0
    deduct_minor: int = 0

    def stored(self) -> dict[str, Any]:
        """As it stands in the operation's row."""
        allocations = [[one.lot.hex, one.amount, one.expires_at.isoformat() if one.expires_at else None] for one in self.allocations]
        more = {"waived": self.waived, "deduct_minor": self.deduct_minor} if self.waived else {}
        return {"amount": self.amount, "balance": self.balance, "allocations": allocations, **more}

    def repeated(self) -> "Receipt":
        return replace(self, is_repeated=True)


def receipt_of(key: str, member_id: int, unit: str, result: str) -> Receipt:
    """The answer that was given before."""
    stored = json.loads(result)
    allocations = tuple(
        Allocation(UUID(lot), amount, datetime.fromisoformat(ends) if ends else None) for lot, amount, ends in stored["allocations"]
    )
    more = (stored.get("waived", 0), stored.get("deduct_minor", 0))
    return Receipt(key, member_id, unit, stored["amount"], stored["balance"], allocations, True, *more)
