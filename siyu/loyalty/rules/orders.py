"""What an order's later facts do to what it earned: its receipt starts maturity, its refunds take their share back."""

from uuid import UUID

from siyu.lib.money import share

from .caps import hand_back
from .ledger import Purchase, Reduction
from .moves import take_back
from .terms import available_at
from .turn import Turn
from .units import DEDUCT


def receive(turn: Turn, purchase: Purchase) -> None:
    """The receipt is known: what waited for it gets its instant."""
    assert purchase.received_at is not None
    for key in purchase.lots:
        lot = turn.lots[key]
        if key in turn.person.awaiting:
            continue  # a person decides first
        if lot.is_pending and lot.available_at is None and lot.remaining:
            matures = turn.programme.rules[lot.rule_id or 0].definition.matures
            lot = turn.keep(lot, available_at=available_at(matures, lot.earned_at, purchase.received_at, turn.programme.zone))
            turn.watch(lot.due_at)
            turn.ripen_lot(lot)


def reverse(turn: Turn, purchase: Purchase) -> dict[UUID, int]:
    """Take back what the refunds so far are worth: the target of all of them less what was taken before, so that parts sum exactly.

    Returns what the terms of the unit let go, by lot.
    """
    lots = [turn.lots[key] for key in purchase.lots]
    missing = [(lot, reversal_target(lot.amount, purchase) - lot.reversed - lot.waived) for lot in lots]
    waived = take_back(turn, [(lot, amount) for lot, amount in missing if amount > 0], "reverse_earn")
    for lot in lots:
        terms = turn.unit(lot.account.unit).terms
        if terms.refunds == DEDUCT and lot.key in waived:
            minor = terms.worth.of(lot.waived + waived[lot.key]) - terms.worth.of(lot.waived)
            turn.reductions.append(Reduction(turn.before.id, purchase.order, lot.account.unit, waived[lot.key], minor))
    hand_back(turn, purchase.lots)
    return waived


def reversal_target(amount: int, purchase: Purchase) -> int:
    """How much of an amount earned by an order its refunds so far take back: all of it at most."""
    if purchase.closed_at is not None:
        return amount
    refunded = min(purchase.refunded_minor, purchase.base_minor)
    if refunded <= 0:
        return amount if purchase.refunded_minor > 0 else 0
    return share(amount, refunded, purchase.base_minor)
