"""Reads the order book offers: orders, refunds, the catalogue, sums. What shows a buyer or money takes the viewer's scope."""

from .catalogue import PriceChange, categories, one_product, price_history, products, walk_products
from .orders import (
    SHOWN_LINES,
    OrderFilter,
    OrderView,
    lines_of,
    one_order,
    orders,
    orders_of_member,
    sources,
    walk_orders,
)
from .refunds import adjustments, loose_refunds_of_member, refunds, refunds_of_order, walk_refunds
from .sums import DayRevenue, SourceTotals, Sums, buyers_between, purchases, revenue_by_day, rhythms, statistics_of, totals_by_source

__all__ = [
    "SHOWN_LINES",
    "DayRevenue",
    "OrderFilter",
    "OrderView",
    "PriceChange",
    "SourceTotals",
    "Sums",
    "adjustments",
    "buyers_between",
    "categories",
    "lines_of",
    "loose_refunds_of_member",
    "one_order",
    "one_product",
    "orders",
    "orders_of_member",
    "price_history",
    "products",
    "purchases",
    "refunds",
    "refunds_of_order",
    "revenue_by_day",
    "rhythms",
    "sources",
    "statistics_of",
    "totals_by_source",
    "walk_orders",
    "walk_products",
    "walk_refunds",
]
