"""What an earn rule says: the JSON of `EarnRule.definition`, as types."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from .conditions import Condition
from .formulas import Formula, Multiply, OfRule
from .formulas.amounts import Amount
from .periods import PERIODS, PeriodKind
from .terms import Expiry, Immediately, Maturity, Never

MAX_CONDITIONS = 20


class Caps(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The most that a member may earn by a rule: by one fact, and in calendar periods of the programme.

    What a refund takes back stays used (`keep`), or may be earned again (`give_back`).
    """

    points_per_order: Amount | None = None
    points_per_day: Amount | None = None
    points_per_week: Amount | None = None
    points_per_month: Amount | None = None
    points_per_year: Amount | None = None
    points_ever: Amount | None = None
    times_per_day: Amount | None = None
    times_per_week: Amount | None = None
    times_per_month: Amount | None = None
    times_per_year: Amount | None = None
    times_ever: Amount | None = None
    on_reversal: Literal["keep", "give_back"] = "keep"

    def limits(self) -> tuple["Limit", ...]:
        """The caps that are set, as (period, points, times)."""
        named = ((period, "ever" if period == "ever" else f"per_{period}") for period in PERIODS)
        found = ((period, getattr(self, f"points_{name}"), getattr(self, f"times_{name}")) for period, name in named)
        return tuple(limit for limit in found if limit[1] is not None or limit[2] is not None)


Limit = tuple[str, int | None, int | None]
UNCAPPED = Caps()


class Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The most that a rule gives to all members together, in all or in each period. What a refund takes back may be given again
    (`give_back`), or stays used (`keep`).
    """

    points: Annotated[int, Meta(ge=1, le=1_000_000_000_000)]
    per: PeriodKind = "ever"
    on_reversal: Literal["keep", "give_back"] = "give_back"


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which facts earn, how much, of what, when it is available and how long."""

    trigger: Annotated[str, Meta(min_length=1, max_length=200)]
    formula: Formula
    unit: Literal["points", "growth", "spend", "orders", "acts"] = "points"  # the last three are measured by tiers and never spent
    where: dict[str, Any] = {}  # a property filter of facts.filters; empty matches every fact
    conditions: Annotated[tuple[Condition, ...], Meta(max_length=MAX_CONDITIONS)] = ()  # all must hold
    caps: Caps = UNCAPPED
    budget: Budget | None = None
    tier_multiplier: bool = False
    combine: Literal["multiply", "highest", "add"] = "multiply"  # the tier's multiplier and those of campaigns
    approval_above: Annotated[int, Meta(ge=0, le=1_000_000_000)] | None = None  # more than that in one go waits for a person
    matures: Maturity = Immediately()
    expires: Expiry = Never()

    @property
    def gives(self) -> bool:
        """Whether it gives value itself: a campaign only multiplies what others give."""
        return not isinstance(self.formula, Multiply)

    @property
    def leans_on(self) -> tuple[str, ...]:
        """The codes of rules that it names."""
        if isinstance(self.formula, OfRule):
            return (self.formula.rule,)
        return self.formula.rules if isinstance(self.formula, Multiply) else ()
