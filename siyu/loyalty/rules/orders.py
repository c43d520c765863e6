"""What an order's later facts do to what it earned: its receipt starts maturity, its refunds take their share back."""

from datetime import datetime
from uuid import UUID

from siyu.lib.money import share

from .caps import hand_back
from .ledger import DEBT, EXPIRED, REVOKED, Lot, Purchase
from .terms import available_at
from .turn import Turn, bucket_of


def receive(turn: Turn, purchase: Purchase) -> None:
    """The receipt is known: what waited for it gets its instant."""
    assert purchase.received_at is not None
    for key in purchase.lots:
        lot = turn.lots[key]
        if key in turn.person.awaiting:
            continue  # a person decides first
        if lot.is_pending and lot.available_at is None and lot.remaining:
            matures = turn.programme.rules[lot.rule_id].definition.matures
            lot = turn.keep(lot, available_at=available_at(matures, lot.earned_at, purchase.received_at, turn.programme.zone))
            turn.watch(lot.due_at)
            turn.ripen_lot(lot)


def reverse(turn: Turn, purchase: Purchase) -> None:
    """Take back what the refunds so far are worth: the target of all of them less what was taken before, so that parts sum exactly."""
    owed = 0
    for key in purchase.lots:
        lot = turn.lots[key]
        missing = reversal_target(lot.amount, purchase) - lot.reversed
        if missing > 0:
            owed += _take_back(turn, lot, missing)
    if owed:
        for lot in sorted(turn.lots.values(), key=_by_expiry):
            turn.settle(lot)
    hand_back(turn, purchase.lots)


def reversal_target(amount: int, purchase: Purchase) -> int:
    """How much of an amount earned by an order its refunds so far take back: all of it at most."""
    if purchase.closed_at is not None:
        return amount
    refunded = min(purchase.refunded_minor, purchase.base_minor)
    if refunded <= 0:
        return amount if purchase.refunded_minor > 0 else 0
    return share(amount, refunded, purchase.base_minor)


def _take_back(turn: Turn, lot: Lot, amount: int) -> int:
    """From the lot itself, then from what of it expired unused; what was spent is owed. Returns what is owed."""
    left = min(amount, lot.remaining)
    unused = min(amount - left, lot.expired)
    owed = amount - left - unused
    for bucket, part in ((bucket_of(lot), left), (EXPIRED, unused), (DEBT, owed)):
        if part:
            turn.post(lot, bucket, REVOKED, part, "reverse_earn")
    turn.keep(lot, remaining=lot.remaining - left, expired=lot.expired - unused, reversed=lot.reversed + amount)
    if owed:
        turn.debts = {**turn.debts, lot.account: turn.debts.get(lot.account, 0) + owed}
    return owed


def _by_expiry(lot: Lot) -> tuple[bool, datetime, UUID]:
    return (lot.expires_at is None, lot.expires_at or lot.earned_at, lot.key)
