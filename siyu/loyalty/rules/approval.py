"""What a person decides of an earning that waits: it goes the way it would have gone, or it is taken back."""

from datetime import datetime

from .caps import hand_back
from .ledger import PENDING, REVOKED, Lot
from .terms import available_at
from .turn import Turn


def approve(turn: Turn, lot: Lot, received_at: datetime | None) -> None:
    """It matures as its rule says, now at the earliest; one whose order is not received goes on waiting for that."""
    assert lot.rule_id is not None
    matures = turn.programme.rules[lot.rule_id].definition.matures
    at = available_at(matures, lot.earned_at, received_at, turn.programme.zone)
    lot = turn.keep(lot, available_at=at if at is None else max(at, turn.at))
    turn.watch(lot.due_at)
    turn.ripen_lot(lot)


def reject(turn: Turn, lot: Lot) -> None:
    """What is left of it is revoked; caps and budget get back what the rule gives back for a reversal."""
    turn.post(lot, PENDING, REVOKED, lot.remaining, "reverse_earn")
    turn.keep(lot, remaining=0, reversed=lot.reversed + lot.remaining)
    hand_back(turn, [lot.key])
