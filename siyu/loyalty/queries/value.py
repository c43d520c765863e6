"""Reads of value: balances, and for every point the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from siyu.lib.sql import statements
from siyu.merchant.rules import WHOLE, Scope

from .asking import MAX_ROWS, bounded, rows_of

_sql = statements("siyu.loyalty", "queries_value")
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
    for member, unit, *buckets in rows_of(_sql.balances, members=bounded(member_ids)):
        found.setdefault(member, {})[unit] = Balance(*buckets)
    return found


def why_points(member_id: int, limit: int = 200, *, units: Sequence[str] | None = None, before: int = NEWEST) -> list[Reason]:
    """A member's entries, newest first, each with the rule, tier, fact and order behind it. `before` is an entry's id: the next page."""
    chosen = list(units) if units is not None else None
    return [Reason(*row) for row in rows_of(_sql.why, member=member_id, limit=min(max(limit, 0), MAX_ROWS), units=chosen, before=before)]


def points_outstanding(scope: Scope = WHOLE) -> Outstanding:
    """The unredeemed points of the people in a scope."""
    row = next(iter(rows_of(_sql.outstanding, **scope.parameters())))
    return Outstanding(*row)


def outstanding_by_expiry(zone: ZoneInfo) -> list[tuple[date | None, int]]:
    """Unredeemed points by the first day of the business month in which they expire; None: never."""
    return [(month, points) for month, points in rows_of(_sql.outstanding_by_expiry, zone=zone.key)]
