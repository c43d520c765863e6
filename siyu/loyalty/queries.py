"""Reads this room offers: balances, tiers, and for every point the reason."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from siyu.lib.sql import statements
from siyu.merchant.rules import WHOLE, Scope

from .rules import TRACK

_sql = statements("siyu.loyalty", "queries")
MAX_ROWS = 100_000
NEWEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Balance:
    """What a member has of one unit; `debt` is what the member owes."""

    pending: int
    available: int
    held: int
    spent: int
    expired: int
    revoked: int
    debt: int


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
class Reason:
    """One entry and everything behind it. `amount` is signed as the member sees it; a `mature` only moves what was pending.

    `multiplier` is that of the tier held, if the rule applies it. `available_at` is None while the order's receipt is waited for.
    """

    id: int
    posted_at: datetime
    business_day: date
    unit: str
    kind: str
    debit: str
    credit: str
    amount: int
    rule_code: str
    rule_name: str
    rule_version: int | None
    fact_name: str
    fact_id: int | None
    shop: str
    order_number: str
    tier: str
    multiplier: Decimal
    available_at: datetime | None
    expires_at: datetime | None
    is_waiting: bool
    origin_id: int


@dataclass(frozen=True, slots=True)
class RuleView:
    """A version of an earn rule as it was published."""

    code: str
    version: int
    name: str
    definition: dict[str, Any]
    from_day: date
    until_day: date | None
    created_by: str
    created_at: datetime
    archived_at: datetime | None


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


@dataclass(frozen=True, slots=True)
class Outstanding:
    """Points not yet redeemed, 未兑付积分; `debt` is owed by members and stands apart."""

    pending: int
    available: int
    debt: int

    @property
    def points(self) -> int:
        return self.pending + self.available


def balances(member_ids: Sequence[int]) -> dict[int, dict[str, Balance]]:
    """Member → unit → balance, over all that the member has absorbed; members without any value are missing."""
    found: dict[int, dict[str, Balance]] = {}
    for member, unit, *buckets in _rows(_sql.balances, members=_bounded(member_ids)):
        found.setdefault(member, {})[unit] = Balance(*buckets)
    return found


def standings(member_ids: Sequence[int]) -> dict[int, TierView]:
    """Member → tier; members whose growth never moved are missing (they stand where `base_tier` says)."""
    found = {}
    for row in _rows(_sql.standings, members=_bounded(member_ids), track=TRACK):
        member, code, name, growth, since, version, multiplier, next_code, next_name, threshold = row
        missing = threshold - growth if threshold is not None else 0
        plain = Decimal(1)
        found[member] = TierView(code, name or code, growth, since, version, multiplier or plain, next_code or "", next_name or "", missing)
    return found


def base_tier(day: date) -> LadderStep | None:
    """Where members without growth stand; None when even the lowest tier asks for some."""
    return next((step for step in ladder(day) if step.threshold == 0), None)


def why_points(member_id: int, limit: int = 200, *, units: Sequence[str] | None = None, before: int = NEWEST) -> list[Reason]:
    """A member's entries, newest first, each with the rule, tier, fact and order behind it. `before` is an entry's id: the next page."""
    chosen = list(units) if units is not None else None
    return [Reason(*row) for row in _rows(_sql.why, member=member_id, limit=min(max(limit, 0), MAX_ROWS), units=chosen, before=before)]


def points_outstanding(scope: Scope = WHOLE) -> Outstanding:
    """The unredeemed points of the people in a scope."""
    row = next(iter(_rows(_sql.outstanding, **scope.parameters())))
    return Outstanding(*row)


def outstanding_by_expiry(zone: ZoneInfo) -> list[tuple[date | None, int]]:
    """Unredeemed points by the first day of the business month in which they expire; None: never."""
    return [(month, points) for month, points in _rows(_sql.outstanding_by_expiry, zone=zone.key)]


def by_tier(day: date, scope: Scope = WHOLE) -> dict[str, int]:
    """How many people (identified, unmerged) of a scope hold each tier; those without growth stand in the base tier of the day."""
    base = base_tier(day)
    rows = _rows(_sql.by_tier, track=TRACK, base=base.code if base else "", **scope.parameters())
    return dict(rows)


def ladder(day: date) -> list[LadderStep]:
    """The tiers in force on a business day, lowest first."""
    return [LadderStep(*row) for row in _rows(_sql.ladder, track=TRACK, day=day)]


def earn_rules() -> list[RuleView]:
    """Every version of every earn rule, the newest of each first."""
    rules = []
    for code, version, name, definition, *rest in _rows(_sql.rules):
        rules.append(RuleView(code, version, name, json.loads(definition), *rest))
    return rules


def _bounded(member_ids: Sequence[int]) -> list[int]:
    if len(member_ids) > MAX_ROWS:
        raise ValueError(f"at most {MAX_ROWS:,} members at a time")
    return list(member_ids)


def _rows(statement: str, **arguments: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return cursor.fetchall()
