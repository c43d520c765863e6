"""Measures: every figure that a page shows across rooms, each defined once, in the docstring of its function.

All take a `Scope` (whose part of the pool) and a `DateRange` (whole business days, both included). People are unmerged
members. A viewer of some stores counts the people who belong to them and the orders made in them; a viewer of own
customers counts those people and their orders.
"""

from .day import DayFigures, day_figures, last_day
from .people import (
    Arrival,
    Distribution,
    FunnelStep,
    Share,
    arrivals,
    distribution,
    funnel,
    identified,
    tiers,
)
from .trade import Cohort, DaySales, ProductSales, StoreSales, cohort_range, cohorts, revenue_by_day, revenue_by_store, top_products

__all__ = [
    "Arrival",
    "Cohort",
    "DayFigures",
    "DaySales",
    "Distribution",
    "FunnelStep",
    "ProductSales",
    "Share",
    "StoreSales",
    "arrivals",
    "cohort_range",
    "cohorts",
    "day_figures",
    "distribution",
    "funnel",
    "identified",
    "last_day",
    "revenue_by_day",
    "revenue_by_store",
    "tiers",
    "top_products",
]
