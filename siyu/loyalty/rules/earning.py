"""What a rule gives for a fact: the multiplier of the tier held, the caps, and a lot with its terms."""

from uuid import UUID

from .ledger import ISSUED, Account, Lot, Purchase, entry_key
from .programme import PLAIN, EarnRule, Tier, worth
from .terms import Immediately, available_at, expires_at
from .turn import Turn, bucket_of


def held(turn: Turn) -> Tier:
    """The tier held at this moment; whoever has no growth yet stands where zero growth stands."""
    ladder = turn.programme.ladder_at(turn.at)
    return ladder.named(turn.tier) if turn.since is not None else ladder.tier_for(0)


def open_lot(turn: Turn, rule: EarnRule, tier: Tier, purchase: Purchase | None) -> UUID | None:
    """Open a lot for the fact at hand, within the rule's caps; returns its key, or None when nothing is earned."""
    fact, terms = turn.fact, rule.definition
    assert fact is not None
    multiplier = tier.multiplier if terms.tier_multiplier else PLAIN
    amount = _within_caps(turn, rule, worth(rule, fact.properties, multiplier))
    if amount <= 0:
        return None
    received_at = purchase.received_at if purchase is not None else fact.occurred_at
    lot = Lot(
        key=entry_key(fact.business_day, "earn", rule.code, terms.unit, fact.message.hex),
        account=Account(turn.before.id, terms.unit),
        amount=amount,
        remaining=amount,
        rule_id=rule.id,
        earned_at=fact.occurred_at,
        is_pending=not isinstance(terms.matures, Immediately),
        available_at=available_at(terms.matures, fact.occurred_at, received_at, turn.programme.zone),
        expires_at=expires_at(terms.expires, fact.occurred_at, turn.programme.zone),
        order=purchase.order if purchase is not None else None,
    )
    turn.lots[lot.key] = lot
    turn.post(lot, ISSUED, bucket_of(lot), amount, "earn", tier=tier.code, multiplier=multiplier, key=lot.key)
    if not lot.is_pending:
        lot = turn.settle(lot)
    turn.watch(lot.due_at)
    turn.ripen_lot(lot)
    return lot.key


def _within_caps(turn: Turn, rule: EarnRule, amount: int) -> int:
    if not rule.is_capped:
        return amount
    caps = rule.definition.caps
    key = (rule.code, turn.day)
    points, times = turn.used.get(key, (0, 0))
    if caps.times_per_day is not None and times >= caps.times_per_day:
        return 0
    if caps.points_per_day is not None:
        amount = min(amount, caps.points_per_day - points)
    if amount > 0:
        turn.used = {**turn.used, key: (points + amount, times + 1)}
    return amount
