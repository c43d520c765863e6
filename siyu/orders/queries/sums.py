"""Sums of the order book: what summary, dashboard and member pages show."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection

from siyu.lib.sql import array, statements
from siyu.merchant.rules import WHOLE, Scope

from ..models import Statistics
from ..rules import rhythm

_sql = statements("siyu.orders", "reads")


class SourceTotals(NamedTuple):
    """What one source told: paid orders, gross revenue of those, refunds (each by its own source), in minor units."""

    source: str
    orders: int
    revenue_minor: int
    refunded_minor: int


class DayRevenue(NamedTuple):
    """One business day of one source: paid orders and their gross revenue, and refunds of that day, in minor units."""

    day: date
    source: str
    orders: int
    revenue_minor: int
    refunded_minor: int


class Sums(NamedTuple):
    """A member's purchases in sums (minor units); zeros for who never bought."""

    orders: int = 0
    revenue_minor: int = 0
    refunded_minor: int = 0
    first_paid_at: datetime | None = None
    last_paid_at: datetime | None = None


def totals_by_source() -> list[SourceTotals]:
    """`orders`, `revenue_minor` and `refunded_minor` of `siyu summary`, by source; sum them for the whole."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.totals_by_source)
        return [SourceTotals(*row) for row in cursor.fetchall()]


def revenue_by_day(first: date, last: date, scope: Scope = WHOLE) -> list[DayRevenue]:
    """Paid orders, revenue and refunds per business day and source, both ends included; days without either are absent."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.revenue_by_day, {"first": first, "last": last} | scope.parameters())
        return [DayRevenue(*row) for row in cursor.fetchall()]


def buyers_between(first: date, last: date, scope: Scope = WHOLE) -> int:
    """How many members paid an order on these business days, both included."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.buyers_between, {"first": first, "last": last} | scope.parameters())
        row = cursor.fetchone()
    return row[0] if row else 0


def statistics_of(member_id: int) -> Sums:
    """A member's sums; whether the viewer may see the member is the caller's to ask."""
    row = Statistics.objects.filter(member_id=member_id).values_list(*Sums._fields).first()
    return Sums(*row) if row else Sums()


def rhythms(asked: Sequence[tuple[int, datetime]]) -> list[float | None]:
    """The median number of days between a member's days of purchase, up to an instant; None with fewer than two gaps."""
    bought = purchases(sorted({member for member, _ in asked}))
    return [rhythm([day for paid_at, day in bought.get(member, ()) if paid_at <= at]) for member, at in asked]


def purchases(member_ids: Sequence[int]) -> dict[int, list[tuple[datetime, date]]]:
    """Member → instants and business days of paid orders, oldest first."""
    found: dict[int, list[tuple[datetime, date]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_sql.purchases, {"members": array(member_ids)})
        for member, paid_at, day in cursor.fetchall():
            found.setdefault(member, []).append((paid_at, day))
    return found
