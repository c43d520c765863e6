"""What a member may still earn by a rule, and what a rule may still give to all: counted by calendar periods, exactly.

Counts are summed when members merge, so that a merge re-opens nothing. What a reversal hands back is the rule's policy.
"""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from .ledger import Lot
from .periods import start_of
from .programme import EarnRule, hands_back

if TYPE_CHECKING:
    from .turn import Turn

Use = tuple[int, int]  # points, times
NONE_USED: Use = (0, 0)


def allowed(turn: "Turn", rule: EarnRule, amount: int) -> int:
    """As much of an amount as the rule's caps and its budget leave."""
    caps, budget = rule.definition.caps, rule.definition.budget
    if caps.points_per_order is not None:
        amount = min(amount, caps.points_per_order)
    for period, most_points, most_times in rule.limits:
        points, times = turn.used.get((rule.code, period, start_of(period, turn.day)), NONE_USED)
        if most_times is not None and times >= most_times:
            return 0
        if most_points is not None:
            amount = min(amount, most_points - points)
    if budget is not None:
        amount = min(amount, budget.points - turn.shared.budgets.get((rule.code, budget.per, start_of(budget.per, turn.day)), 0))
    return max(amount, 0)


def use(turn: "Turn", rule: EarnRule, day: date, points: int, times: int = 1) -> None:
    """Count what was given on a day."""
    if rule.is_capped:
        _count(turn, rule, day, points, times)
    if rule.definition.budget is not None:
        _spend(turn, rule, day, points)


def hand_back(turn: "Turn", lots: Iterable[UUID]) -> None:
    """What the reversals of these lots in this turn hand back of caps and budgets."""
    if not turn.programme.counts_reversals:
        return
    for key in lots:
        lot, before = turn.lots[key], turn.before.lots.get(key)
        reversed_now = lot.reversed - (before.reversed if before is not None else 0)
        rule = turn.programme.rules.get(lot.rule_id or 0)
        if not reversed_now or rule is None:
            continue
        caps, budget = hands_back(rule)
        if caps:
            _count(turn, rule, day_of(lot), -reversed_now, -int(lot.reversed == lot.amount))
        if budget:
            _spend(turn, rule, day_of(lot), -reversed_now)


def day_of(lot: Lot) -> date:
    """The business day on which it was earned: its key begins with it."""
    return date.fromordinal(int.from_bytes(lot.key.bytes[:4], "big"))


def _count(turn: "Turn", rule: EarnRule, day: date, points: int, times: int) -> None:
    """Add to every period that some version of the rule is capped by."""
    used = dict(turn.used)
    for period in turn.programme.cap_periods[rule.code]:
        key = (rule.code, period, start_of(period, day))
        before = used.get(key, NONE_USED)
        used[key] = (before[0] + points, before[1] + times)
    turn.used = used


def _spend(turn: "Turn", rule: EarnRule, day: date, points: int) -> None:
    budgets = dict(turn.shared.budgets)
    for period in turn.programme.budget_periods[rule.code]:
        key = (rule.code, period, start_of(period, day))
        budgets[key] = budgets.get(key, 0) + points
    turn.shared = msgspec.structs.replace(turn.shared, budgets=budgets)
