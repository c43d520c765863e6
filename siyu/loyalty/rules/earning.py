"""What the rules in force give for a fact: conditions, formula, multipliers, caps, and a lot with its terms."""

from typing import NamedTuple
from uuid import UUID

import msgspec

from siyu.lib.money import MAX_MINOR
from siyu.lib.words import gettext_noop

from .caps import allowed, use
from .formulas import Multiply, OfRule
from .formulas.amounts import MAX_MULTIPLIER, PLAIN, thousandths
from .ledger import ISSUED, Account, Lot, Purchase, entry_key
from .periods import start_of
from .programme import EarnRule
from .seen import Seen, Unmet
from .terms import Immediately, available_at
from .tiers.judging import NOWHERE
from .tiers.ladder import TRACK, Tier
from .turn import Turn, bucket_of

NO_MATCH = Unmet("where", gettext_noop("the properties of the fact do not match"))
USED_UP = Unmet("cap", gettext_noop("a cap or the budget is used up"))
WORTH_NOTHING = Unmet("worth", gettext_noop("it is worth less than one"))


class Note(NamedTuple):
    """What a rule made of a fact: `points` given, or why not; `worth` is what it was before caps, `lot` what was opened."""

    rule: EarnRule
    points: int = 0
    worth: int = 0
    multiplier: int = PLAIN
    unmet: Unmet | None = None
    lot: UUID | None = None


def earn_by_rules(turn: Turn, purchase: Purchase | None) -> tuple[UUID, ...]:
    """Open the lots that the fact at hand earns by the rules in force; returns their keys."""
    fact = turn.fact
    assert fact is not None
    plan = turn.programme.plan(fact.name, fact.business_day)
    tier = held(turn)
    seen = Seen(fact, turn.programme.frame, tier.code, turn.person, turn.shared)
    boosts = [rule for rule in plan.boosts if _holds(turn, rule, seen)] if plan.boosts else []
    keys: list[UUID] = []
    given: dict[str, int] = {}
    for rule in plan.rules:
        if not _holds(turn, rule, seen):
            continue
        multiplier = multiplier_of(rule, tier, boosts) if boosts or rule.definition.tier_multiplier else PLAIN
        _open(turn, rule, tier, purchase, worth(rule, seen, multiplier), multiplier, keys, given)
    for rule in plan.followers:
        assert isinstance(rule.definition.formula, OfRule)
        if _holds(turn, rule, seen):
            top, bottom = rule.definition.formula.of(given.get(rule.definition.formula.rule, 0))
            _open(turn, rule, tier, purchase, top // bottom, PLAIN, keys, given)
    return tuple(keys)


def worth(rule: EarnRule, seen: Seen, multiplier: int = PLAIN) -> int:
    """What a fact is worth before caps: floor(formula × multiplier) in whole numbers."""
    top, bottom = rule.definition.formula.worth(seen)
    return top * multiplier // (bottom * PLAIN)


def held(turn: Turn) -> Tier:
    """The tier held at this moment; whoever has no growth yet stands where zero growth stands."""
    standing = turn.standings.get(TRACK, NOWHERE)
    if standing.since is None:
        return turn.programme.ladder_at(turn.at).tier_for(0)
    return turn.programme.ladder(standing.version).named(standing.tier)


def multiplier_of(rule: EarnRule, tier: Tier, boosts: list[EarnRule]) -> int:
    """The tier's multiplier and those of campaigns, joined as the rule says, in thousandths (floor), a hundredfold at most."""
    terms = rule.definition
    times = [tier.multiplier] if terms.tier_multiplier else []
    for boost in boosts:
        formula = boost.definition.formula
        assert isinstance(formula, Multiply)
        if boost.definition.unit == terms.unit and (not formula.rules or rule.code in formula.rules):
            times.append(thousandths(formula.times))
    if terms.combine == "highest":
        joined = max(times, default=PLAIN)
    elif terms.combine == "add":
        joined = PLAIN + sum(each - PLAIN for each in times)
    else:
        joined = PLAIN
        for each in times:
            joined = joined * each // PLAIN
    return min(max(joined, 0), MAX_MULTIPLIER)


def count_fact(turn: Turn) -> None:
    """Remember that the fact happened, for rules that ask how often."""
    fact = turn.fact
    assert fact is not None
    counts = dict(turn.person.counts)
    for period in turn.programme.counted[fact.name]:
        key = (fact.name, period, start_of(period, fact.business_day))
        counts[key] = counts.get(key, 0) + 1
    turn.person = msgspec.structs.replace(turn.person, counts=counts)


def _holds(turn: Turn, rule: EarnRule, seen: Seen) -> bool:
    """Whether the rule's filter and conditions hold; leaves in `seen` only the lines that count."""
    if rule.matches is not None and not rule.matches(seen.properties):
        return _note(turn, Note(rule, unmet=NO_MATCH))
    if not rule.conditions:
        seen.kept = None
        return True
    seen.kept = None
    for condition in rule.conditions:
        if (unmet := condition.unmet(seen)) is not None:
            return _note(turn, Note(rule, unmet=unmet))
    return True


def _open(
    turn: Turn,
    rule: EarnRule,
    tier: Tier,
    purchase: Purchase | None,
    worth: int,
    multiplier: int,
    keys: list[UUID],
    given: dict[str, int],
) -> None:
    worth = min(worth, MAX_MINOR)
    amount = allowed(turn, rule, worth) if rule.has_limits else worth
    if amount <= 0:
        if turn.notes is not None:
            _note(turn, Note(rule, worth=max(worth, 0), multiplier=multiplier, unmet=USED_UP if worth > 0 else WORTH_NOTHING))
        return
    if rule.has_limits:
        use(turn, rule, turn.day, amount)
    lot = _open_lot(turn, rule, tier, purchase, amount, multiplier)
    keys.append(lot)
    given[rule.code] = amount
    if turn.notes is not None:
        _note(turn, Note(rule, amount, worth, multiplier, lot=lot))


def _open_lot(turn: Turn, rule: EarnRule, tier: Tier, purchase: Purchase | None, amount: int, multiplier: int) -> UUID:
    fact, terms = turn.fact, rule.definition
    assert fact is not None
    turn.stay_active(terms.unit)
    ends, is_sliding = turn.validity(terms.unit, terms.expires, fact.occurred_at)
    received_at = purchase.received_at if purchase is not None else fact.occurred_at
    key = entry_key(fact.business_day, "earn", rule.code, terms.unit, fact.mark.hex())
    is_awaiting = terms.approval_above is not None and amount > terms.approval_above
    if is_awaiting:
        turn.person = msgspec.structs.replace(turn.person, awaiting=turn.person.awaiting | {key})
    lot = Lot(
        key=key,
        account=Account(turn.before.id, terms.unit),
        amount=amount,
        remaining=amount,
        rule_id=rule.id,
        earned_at=fact.occurred_at,
        is_pending=is_awaiting or not isinstance(terms.matures, Immediately),
        available_at=None if is_awaiting else available_at(terms.matures, fact.occurred_at, received_at, turn.programme.zone),
        expires_at=ends,
        is_sliding=is_sliding,
        order=purchase.order if purchase is not None else None,
    )
    turn.lots[key] = lot
    turn.post(lot, ISSUED, bucket_of(lot), amount, "earn", tier=tier.code, multiplier=multiplier, key=key)
    if turn.debts:
        lot = turn.settle(lot)
    if (due_at := lot.due_at) is not None:
        turn.watch(due_at)
        turn.ripen_lot(lot)
    return key


def _note(turn: Turn, note: Note) -> bool:
    if turn.notes is not None:
        turn.notes.append(note)
    return False
