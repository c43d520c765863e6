"""Measures of people: arrivals, the funnel, the three clocks, tiers."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from siyu.lib.sql import statements
from siyu.lib.web.dates import DateRange
from siyu.loyalty.queries.naming import called
from siyu.members.rules import KINDS, RUNGS, Activity, PoolStage
from siyu.merchant.rules import Scope

from .reading import ask

_sql = statements("siyu.insights", "people")
MOST_ROWS = 20_000
WEAK_KINDS = [kind.name for kind in KINDS.values() if not kind.is_strong]
STEPS = ("first_seen", "identified", "first_purchase", "repurchase")


def identified(scope: Scope) -> int:
    """Members known by name: identified and unmerged, as of now."""
    return ask(_sql.identified, scope)[0][0]


@dataclass(frozen=True, slots=True)
class Arrival:
    """How many people a channel brought on a day; an empty code: no channel is known."""

    day: date
    code: str
    name: str
    people: int


def arrivals(scope: Scope, days: DateRange) -> list[Arrival]:
    """Each person once: under the first channel they are attributed to, on the business day of that touch; a person without
    any attribution on the day first seen, without a channel."""
    return [Arrival(*row) for row in ask(_sql.arrivals, scope, days, limit=MOST_ROWS)]


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """A step: people who got this far; their share of the step before and of the first; median days since the step before."""

    code: str
    people: int
    step_rate: float | None
    total_rate: float | None
    median_days: float | None


def funnel(scope: Scope, days: DateRange) -> list[FunnelStep]:
    """People first seen in the range → identified → first purchase → repurchase, as far as they have come by now.

    Each step is a part of the one before. A purchase is a paid order; a repurchase the second one, also at the same
    instant. Medians are over those who made the step, and 0 where a purchase came before the identification.
    """
    row = ask(_sql.funnel, scope, days, weak_kinds=WEAK_KINDS)[0]
    counts, medians = row[:4], (None, *row[4:])
    before = (None, *counts[:3])
    return [
        FunnelStep(code, people, _rate(people, previous), _rate(people, counts[0]), median)
        for code, people, previous, median in zip(STEPS, counts, before, medians, strict=True)
    ]


def _rate(part: int, whole: int | None) -> float | None:
    return part / whole if whole else None


@dataclass(frozen=True, slots=True)
class Share:
    """People at one place of a scale, and their share of everyone on it."""

    code: str
    name: str
    people: int
    rate: float


@dataclass(frozen=True, slots=True)
class Distribution:
    """Where identified people stand on each of the three clocks, in the order of the scale; those whose clock has not begun stand apart."""

    pool_stages: list[Share]
    activities: list[Share]
    ladder: list[Share]
    not_in_pool: int
    never_bought: int


def distribution(scope: Scope) -> Distribution:
    """Identified people by pool stage 入池阶段, purchase activity 购买活跃度 and rung of the relationship ladder 关系阶梯, as of now."""
    rows = ask(_sql.clocks, scope)
    stages: Counter[str] = Counter()
    activities: Counter[str] = Counter()
    rungs: Counter[str] = Counter()
    for stage, activity, rung, people in rows:
        stages[stage] += people
        activities[activity] += people
        rungs[rung] += people
    return Distribution(
        _shares(stages, [stage.value for stage in PoolStage]),
        _shares(activities, [activity.value for activity in Activity]),
        _shares(rungs, [rung.value for rung in RUNGS]),
        not_in_pool=stages[""],
        never_bought=activities[""],
    )


def _shares(counts: Counter[str], scale: list[str]) -> list[Share]:
    total = sum(counts[code] for code in scale)
    return [Share(code, code, counts[code], counts[code] / total if total else 0.0) for code in scale]


def tiers(scope: Scope, track: str = "growth") -> list[Share]:
    """Identified people by tier of a track, lowest first, as of now; tiers nobody holds are listed too, and under an empty
    code those who hold none (if any)."""
    rows = ask(_sql.tiers, scope, track=track)
    total = sum(people for *_, people in rows)
    return [Share(code, called(code, name), people, people / total if total else 0.0) for code, name, people in rows]
