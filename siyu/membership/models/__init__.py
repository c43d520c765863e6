"""The tables of membership: benefits and their use, plans and who pays for them, honours, behaviours, the mall."""

from .behaviours import CheckIn, CheckInVersion, Completion, LadderGift, Task, TaskOrder
from .benefits import Benefit, BenefitGrant, BenefitUse
from .honours import Anniversary, Badge, BadgeAward, Board, BoardPeriod, Card, Incognito, Rank, Ritual
from .mall import Gift, Redemption, StockMove, Voucher
from .plans import EarlyRefund, Plan, PlanEvent, PlanTerm, Subscription

__all__ = [
    "Anniversary",
    "Badge",
    "BadgeAward",
    "Benefit",
    "BenefitGrant",
    "BenefitUse",
    "Board",
    "BoardPeriod",
    "Card",
    "CheckIn",
    "CheckInVersion",
    "Completion",
    "EarlyRefund",
    "Gift",
    "Incognito",
    "LadderGift",
    "Plan",
    "PlanEvent",
    "PlanTerm",
    "Rank",
    "Redemption",
    "Ritual",
    "StockMove",
    "Subscription",
    "Task",
    "TaskOrder",
    "Voucher",
]
