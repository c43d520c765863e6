"""Measures of single days: what the workbench shows of today and yesterday."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from siyu.lib.sql import statements
from siyu.lib.web.dates import DateRange
from siyu.merchant.rules import WHOLE, Scope

from .reading import ask
from .trade import revenue_by_day

_people = statements("siyu.insights", "people")
_trade = statements("siyu.insights", "trade")

# facts that are done to a member or by us: they make nobody active
PASSIVE = [
    "campaign.received",
    "order.shipped",
    "order.closed",
    "order.adjusted",
    "product.updated",
    "friend.removed",
    "pool.left",
    "group.left",
]


@dataclass(frozen=True, slots=True)
class DayFigures:
    """One business day: people first seen (and how many of them are identified), people who did something, paid orders,
    gross revenue and refunds (minor units), points earned (pending ones too, before any refund)."""

    day: date
    new: int = 0
    new_identified: int = 0
    active: int = 0
    orders: int = 0
    revenue_minor: int = 0
    refunded_minor: int = 0
    points: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.new or self.active or self.orders or self.refunded_minor or self.points)


def day_figures(scope: Scope, days: DateRange) -> list[DayFigures]:
    """The figures of every day of a (short) range, oldest first."""
    new = {day: (people, known) for day, people, known in ask(_people.new_by_day, scope, days)}
    active = dict(ask(_people.active_by_day, scope, days, passive=PASSIVE))
    points = dict(ask(_trade.points_by_day, scope, days, first_key=_day_key(days.first), end_key=_day_key(days.last + timedelta(1))))
    return [
        DayFigures(
            sales.day, *new.get(sales.day, (0, 0)), active.get(sales.day, 0),
            sales.orders, sales.revenue_minor, sales.refunded_minor, points.get(sales.day, 0),
        )
        for sales in revenue_by_day(scope, days)
    ]  # fmt: skip


def last_day() -> date | None:
    """The newest business day on which any member was seen; None in an empty pool."""
    return ask(_people.last_day, WHOLE)[0][0]


def _day_key(day: date) -> UUID:
    """The smallest key an entry of this day can have (see `loyalty.rules.entry_key`: keys begin with the day)."""
    return UUID(bytes=day.toordinal().to_bytes(4, "big") + bytes(12))
