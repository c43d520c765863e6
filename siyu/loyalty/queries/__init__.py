"""Reads this room offers: balances, tiers, and for every point the reason."""

from .rules import RuleView, earn_rules
from .tiers import LadderStep, TierView, base_tier, by_tier, ladder, standings
from .value import Balance, Outstanding, Reason, balances, outstanding_by_expiry, points_outstanding, why_points

__all__ = [
    "Balance",
    "LadderStep",
    "Outstanding",
    "Reason",
    "RuleView",
    "TierView",
    "balances",
    "base_tier",
    "by_tier",
    "earn_rules",
    "ladder",
    "outstanding_by_expiry",
    "points_outstanding",
    "standings",
    "why_points",
]
