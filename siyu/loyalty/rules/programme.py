"""The programme as data: earn rules and tiers, each in dated versions, and which of them is in force."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from .terms import Expiry, Immediately, Maturity, Never

ORDER_PAID = "order.paid"
ORDER_REFUNDED = "order.refunded"
ORDER_RECEIVED = "order.received"
ORDER_CLOSED = "order.closed"
OF_ORDERS = frozenset((ORDER_PAID, ORDER_REFUNDED, ORDER_RECEIVED, ORDER_CLOSED))

PLAIN = 1000  # a multiplier is counted in thousandths

Amount = Annotated[int, Meta(ge=1, le=1_000_000_000)]


class PerAmount(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="per_amount"):
    """`points` for every `per_minor` minor units of a property; fractions count until the end, then the floor is taken."""

    points: Amount = 1
    per_minor: Amount = 100
    property: str = "amount_minor"


class Fixed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="fixed"):
    """The same for every fact."""

    points: Amount


class Caps(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The most that a member may earn by a rule on one business day."""

    points_per_day: Amount | None = None
    times_per_day: Amount | None = None


UNCAPPED = Caps()


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in `EarnRule.definition`: which facts earn, how much, of what, when it is available and how long."""

    trigger: Annotated[str, Meta(min_length=1, max_length=200)]
    formula: PerAmount | Fixed
    unit: Literal["points", "growth"] = "points"
    where: dict[str, Any] = {}  # a property filter of facts.filters; empty matches every fact
    caps: Caps = UNCAPPED
    tier_multiplier: bool = False
    matures: Maturity = Immediately()
    expires: Expiry = Never()


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

    @property
    def is_capped(self) -> bool:
        return self.definition.caps != UNCAPPED


@dataclass(frozen=True, slots=True)
class Tier:
    """A step: held from `threshold` growth on; `multiplier` in thousandths."""

    code: str
    name: str
    rank: int
    threshold: int
    multiplier: int = PLAIN


@dataclass(frozen=True, slots=True)
class Ladder:
    """A version of the tiers, in force from an instant on; `version` 0 is the time before there were any."""

    version: int
    starts_at: datetime | None
    tiers: tuple[Tier, ...]  # by threshold, ascending

    def tier_for(self, growth: int) -> Tier:
        """The highest tier whose threshold is reached; `NO_TIER` when none is."""
        return next((tier for tier in reversed(self.tiers) if tier.threshold <= growth), NO_TIER)

    def named(self, code: str) -> Tier:
        return next((tier for tier in self.tiers if tier.code == code), NO_TIER)


NO_TIER = Tier("", "", -1, 0)
NO_LADDER = Ladder(0, None, ())


class Programme:
    """Every version of rules and tiers, in the zone of the programme. Immutable; what it answers twice it remembers."""

    def __init__(self, rules: Iterable[EarnRule], ladders: Iterable[Ladder], zone: ZoneInfo) -> None:
        self.zone = zone
        self.rules = {rule.id: rule for rule in rules}
        self.triggers = frozenset(rule.definition.trigger for rule in self.rules.values())
        self._ladders = [NO_LADDER, *sorted(ladders, key=lambda ladder: ladder.version)]
        self._starts = [ladder.starts_at for ladder in self._ladders[1:]]
        self._in_force: dict[tuple[str, date], tuple[EarnRule, ...]] = {}

    def in_force(self, trigger: str, day: date) -> tuple[EarnRule, ...]:
        """The rules that a fact of this name and business day may earn by, one version of each, in order of their codes."""
        key = (trigger, day)
        if (known := self._in_force.get(key)) is None:
            known = self._in_force[key] = tuple(
                rule for rule in versions_of(self.rules.values(), day) if rule.definition.trigger == trigger
            )
        return known

    def ladder_at(self, instant: datetime) -> Ladder:
        """The version of the tiers in force."""
        return self._ladders[bisect_right(self._starts, instant)]  # type: ignore[type-var]

    def ladder(self, version: int) -> Ladder:
        """The newest version not above this one."""
        return max((ladder for ladder in self._ladders if ladder.version <= version), key=lambda ladder: ladder.version)

    def next_ladder(self, version: int) -> Ladder | None:
        """The first version above this one, which judges everybody anew when it starts."""
        return next((ladder for ladder in self._ladders if ladder.version > version), None)


def versions_of(rules: Iterable[EarnRule], day: date) -> list[EarnRule]:
    """The version of each rule in force on a day: the newest that has begun, unless it has ended."""
    newest: dict[str, EarnRule] = {}
    for rule in rules:
        if rule.from_day <= day and (rule.code not in newest or newest[rule.code].version < rule.version):
            newest[rule.code] = rule
    return [rule for _, rule in sorted(newest.items()) if rule.until_day is None or day <= rule.until_day]


def worth(rule: EarnRule, properties: dict[str, Any], multiplier: int) -> int:
    """Points of one fact before caps: floor(amount × rate × multiplier) in whole numbers; 0 for what is no positive amount."""
    formula = rule.definition.formula
    if isinstance(formula, Fixed):
        return formula.points * multiplier // PLAIN
    amount = whole(properties.get(formula.property))
    return max(amount, 0) * formula.points * multiplier // (formula.per_minor * PLAIN)


def whole(value: Any) -> int:
    """A whole number of minor units, or 0 for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
