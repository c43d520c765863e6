"""The programme as data: earn rules and tiers, each in dated versions, and which of them is in force."""

from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from .conditions import Condition, FirstTime, OfProducts
from .definition import UNCAPPED, Budget, Caps, Definition, Limit
from .formulas import Fixed, Multiply, OfRule, PerAmount
from .formulas.amounts import PLAIN
from .person import BIRTHDAY
from .seen import Frame, whole
from .tiers.days import Zones
from .tiers.ladder import Ladder, Tier, Tracks
from .units import Unit, Units

ORDER_PAID = "order.paid"
ORDER_REFUNDED = "order.refunded"
ORDER_RECEIVED = "order.received"
ORDER_CLOSED = "order.closed"
OF_ORDERS = frozenset((ORDER_PAID, ORDER_REFUNDED, ORDER_RECEIVED, ORDER_CLOSED))
IDENTIFIED = "member.identified"
BROUGHT_IN = "value.brought_in"  # opening balances of another system
TIER_BROUGHT_IN = "tier.brought_in"  # the tier held there

__all__ = [
    "OF_ORDERS",
    "ORDER_CLOSED",
    "ORDER_PAID",
    "ORDER_RECEIVED",
    "ORDER_REFUNDED",
    "PLAIN",
    "UNCAPPED",
    "Budget",
    "Caps",
    "Definition",
    "EarnRule",
    "Fixed",
    "Ladder",
    "PerAmount",
    "Plan",
    "Programme",
    "Tier",
    "hands_back",
    "versions_of",
    "whole",
]


@dataclass(frozen=True, slots=True)
class EarnRule:
    """A version of an earn rule, ready to be asked."""

    id: int
    code: str
    version: int
    name: str
    from_day: date
    until_day: date | None
    definition: Definition
    matches: Callable[[dict[str, Any]], bool] | None = field(default=None, compare=False)
    limits: tuple[Limit, ...] = field(init=False, compare=False)
    conditions: tuple[Condition, ...] = field(init=False, compare=False)
    needs: frozenset[str] = field(init=False, compare=False)
    has_limits: bool = field(init=False, compare=False)  # whether caps or a budget may cut what it gives

    def __post_init__(self) -> None:
        terms = self.definition
        ordered = sorted(terms.conditions, key=lambda condition: not isinstance(condition, OfProducts))  # which lines count comes first
        object.__setattr__(self, "limits", terms.caps.limits())
        object.__setattr__(self, "has_limits", bool(self.limits) or terms.budget is not None or terms.caps.points_per_order is not None)
        object.__setattr__(self, "conditions", tuple(ordered))
        object.__setattr__(self, "needs", frozenset().union(*(condition.needs for condition in ordered)))

    @property
    def is_capped(self) -> bool:
        """Whether what it gives a member is counted by periods."""
        return bool(self.limits)

    @property
    def is_counted(self) -> bool:
        """Whether what it gives is counted, for a member or for all."""
        return bool(self.limits) or self.definition.budget is not None


def hands_back(rule: EarnRule) -> tuple[bool, bool]:
    """Whether a reversal re-opens the rule's caps, and its budget."""
    caps, budget = rule.definition.caps, rule.definition.budget
    return rule.is_capped and caps.on_reversal == "give_back", budget is not None and budget.on_reversal == "give_back"


class Plan(NamedTuple):
    """The rules that a fact of one name and day meets: those that give, campaigns that multiply them, and those that follow another."""

    rules: tuple[EarnRule, ...]
    boosts: tuple[EarnRule, ...]
    followers: tuple[EarnRule, ...]


class Programme(Tracks):
    """Every version of rules and tiers, in the zone of the programme. Immutable; what it answers twice it remembers."""

    def __init__(
        self,
        rules: Iterable[EarnRule],
        ladders: Iterable[Ladder],
        zone: ZoneInfo,
        currency: str = "CNY",
        sources: dict[int, str] | None = None,
        units: Iterable[Unit] = (),
        zones: Zones | None = None,
        *,
        has_floors: bool = False,
    ) -> None:
        super().__init__(ladders, zones or Zones(zone), has_floors=has_floors)
        self.zone, self.frame = zone, Frame(zone, currency, sources or {})
        self.units = Units(units)
        self._hold(rules)

    def with_rules(self, rules: Iterable[EarnRule]) -> "Programme":
        """The same programme with other earn rules."""
        other = copy(self)
        other._hold(rules)
        return other

    def with_floors(self) -> "Programme":
        """The same programme, in which members' granted tiers are read: the batch at hand grants some."""
        other = copy(self)
        other.has_floors = True
        return other

    def _hold(self, rules: Iterable[EarnRule]) -> None:
        self.rules = {rule.id: rule for rule in rules}
        self.triggers = frozenset(rule.definition.trigger for rule in self.rules.values())
        self.needs: frozenset[str] = frozenset().union(*(rule.needs for rule in self.rules.values()))
        self.names = self.triggers | OF_ORDERS | {BROUGHT_IN, TIER_BROUGHT_IN} | ({IDENTIFIED} if BIRTHDAY in self.needs else set())
        self.counts_reversals = any(True in hands_back(rule) for rule in self.rules.values())
        self.asks_approval = any(rule.definition.approval_above is not None for rule in self.rules.values())
        self.cap_periods = _periods((rule.code, period) for rule in self.rules.values() for period, _, _ in rule.limits)
        self.budget_periods = _periods(
            (rule.code, rule.definition.budget.per) for rule in self.rules.values() if rule.definition.budget is not None
        )
        self.counted = _periods(
            (rule.definition.trigger, condition.within)
            for rule in self.rules.values()
            for condition in rule.conditions
            if isinstance(condition, FirstTime)
        )
        self._plans: dict[tuple[str, date], Plan] = {}

    def plan(self, trigger: str, day: date) -> Plan:
        """What a fact of this name and business day may earn by, one version of each rule, in order of their codes."""
        key = (trigger, day)
        if (known := self._plans.get(key)) is None:
            known = self._plans[key] = _plan([rule for rule in versions_of(self.rules.values(), day) if rule.definition.trigger == trigger])
        return known

    def in_force(self, trigger: str, day: date) -> tuple[EarnRule, ...]:
        """All the rules of a plan."""
        plan = self.plan(trigger, day)
        return plan.rules + plan.boosts + plan.followers


def versions_of(rules: Iterable[EarnRule], day: date) -> list[EarnRule]:
    """The version of each rule in force on a day: the newest that has begun, unless it has ended."""
    newest: dict[str, EarnRule] = {}
    for rule in rules:
        if rule.from_day <= day and (rule.code not in newest or newest[rule.code].version < rule.version):
            newest[rule.code] = rule
    return [rule for _, rule in sorted(newest.items()) if rule.until_day is None or day <= rule.until_day]


def _plan(rules: list[EarnRule]) -> Plan:
    kinds: dict[bool | None, list[EarnRule]] = {None: [], True: [], False: []}
    for rule in rules:
        formula = rule.definition.formula
        kinds[True if isinstance(formula, Multiply) else False if isinstance(formula, OfRule) else None].append(rule)
    return Plan(tuple(kinds[None]), tuple(kinds[True]), tuple(kinds[False]))


def _periods(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Each name with the kinds of period that any version asks of it."""
    found: dict[str, set[str]] = {}
    for name, period in pairs:
        found.setdefault(name, set()).add(period)
    return {name: tuple(sorted(periods)) for name, periods in found.items()}
