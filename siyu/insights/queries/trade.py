"""Measures of trade: revenue, stores, products, monthly repurchase."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from siyu.lib.sql import statements
from siyu.lib.web.dates import DateRange
from siyu.merchant.rules import Scope

from .reading import ask

_sql = statements("siyu.insights", "trade")
MOST_STORES = 500
COHORT_MONTHS = 13  # this month and a whole year before it


@dataclass(frozen=True, slots=True)
class DaySales:
    """Orders paid on a business day, gross revenue, and money given back on that day (of whatever day's orders); minor units."""

    day: date
    orders: int = 0
    revenue_minor: int = 0
    refunded_minor: int = 0


def revenue_by_day(scope: Scope, days: DateRange) -> list[DaySales]:
    """Every day of the range: paid orders, gross revenue (what buyers paid), refunds by the day they were made."""
    sold = {day: (orders, revenue_minor) for day, orders, revenue_minor in ask(_sql.revenue_by_day, scope, days)}
    refunded = dict(ask(_sql.refunded_by_day, scope, days))
    return [DaySales(day, *sold.get(day, (0, 0)), refunded.get(day, 0)) for day in days.each_day()]


@dataclass(frozen=True, slots=True)
class StoreSales:
    """Paid orders and gross revenue (minor units) of a store, or of a shop for orders made in no store."""

    name: str
    orders: int
    revenue_minor: int


def revenue_by_store(scope: Scope, days: DateRange) -> list[StoreSales]:
    """Paid orders of the range by store, best first."""
    return [StoreSales(*row) for row in ask(_sql.revenue_by_store, scope, days, limit=MOST_STORES)]


@dataclass(frozen=True, slots=True)
class ProductSales:
    """A product's pieces and line amounts (minor units) in paid orders."""

    sku: str
    name: str
    quantity: Decimal
    revenue_minor: int


def top_products(scope: Scope, days: DateRange, limit: int = 10) -> list[ProductSales]:
    """Products by line amounts of orders paid in the range, best first. Reads every line: keep the range short."""
    return [ProductSales(*row) for row in ask(_sql.top_products, scope, days, limit=limit)]


@dataclass(frozen=True, slots=True)
class Cohort:
    """People whose first purchase fell in a month; `heads[n]` of them bought in the n-th month after it (n = 0: all)."""

    month: date
    heads: tuple[int, ...]

    @property
    def size(self) -> int:
        return self.heads[0]

    def rate(self, since: int) -> float:
        return self.heads[since] / self.size


def cohorts(scope: Scope, days: DateRange) -> list[Cohort]:
    """Monthly repurchase: people by month of their first purchase (within the range), and how many of them have a paid
    order in each later month up to the range's last day. Months nobody bought in count 0."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for month, since, people in ask(_sql.cohorts, scope, days):
        found[month][since] = people
    last = days.last.year * 12 + days.last.month - 1
    return [
        Cohort(date(month // 12, month % 12 + 1, 1), tuple(heads.get(since, 0) for since in range(last - month + 1)))
        for month, heads in sorted(found.items())
    ]


def cohort_range(last: date, months: int = COHORT_MONTHS) -> DateRange:
    """The whole months up to a day: what a cohort table of a year looks at."""
    month = last.year * 12 + last.month - 1 - (months - 1)
    return DateRange(date(month // 12, month % 12 + 1, 1), last)
