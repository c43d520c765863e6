"""Reads of tiers: who stands where, and the ladder in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from siyu.lib.sql import statements
from siyu.merchant.rules import WHOLE, Scope

from ..rules import TRACK
from .asking import bounded, rows_of

_sql = statements("siyu.loyalty", "queries_tiers")


@dataclass(frozen=True, slots=True)
class TierView:
    """The tier a member holds since an instant, and what is missing to the next one (`next_code` is empty at the top)."""

    code: str
    name: str
    growth: int
    since: datetime
    version: int
    multiplier: Decimal
    next_code: str
    next_name: str
    missing: int


@dataclass(frozen=True, slots=True)
class LadderStep:
    """A tier in force."""

    code: str
    name: str
    rank: int
    threshold: int
    multiplier: Decimal
    version: int
    from_day: date


def standings(member_ids: Sequence[int]) -> dict[int, TierView]:
    """Member → tier; members whose growth never moved are missing (they stand where `base_tier` says)."""
    found = {}
    for row in rows_of(_sql.standings, members=bounded(member_ids), track=TRACK):
        member, code, name, growth, since, version, multiplier, next_code, next_name, threshold = row
        missing = threshold - growth if threshold is not None else 0
        plain = Decimal(1)
        found[member] = TierView(code, name or code, growth, since, version, multiplier or plain, next_code or "", next_name or "", missing)
    return found


def base_tier(day: date) -> LadderStep | None:
    """Where members without growth stand; None when even the lowest tier asks for some."""
    return next((step for step in ladder(day) if step.threshold == 0), None)


def by_tier(day: date, scope: Scope = WHOLE) -> dict[str, int]:
    """How many people (identified, unmerged) of a scope hold each tier; those without growth stand in the base tier of the day."""
    base = base_tier(day)
    rows = rows_of(_sql.by_tier, track=TRACK, base=base.code if base else "", **scope.parameters())
    return dict(rows)


def ladder(day: date) -> list[LadderStep]:
    """The tiers in force on a business day, lowest first."""
    return [LadderStep(*row) for row in rows_of(_sql.ladder, track=TRACK, day=day)]
