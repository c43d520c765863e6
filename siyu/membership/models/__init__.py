"""The tables of membership: benefits and their use, plans and who pays for them, honours, behaviours, the mall."""

from .behaviours import CheckIn, CheckInVersion, Completion, LadderGift, Task, TaskOrder
from .benefits import Benefit
from .honours import Anniversary, Badge, BadgeAward, Board, BoardPeriod, Card, Incognito, Rank, Ritual
from .mall import Gift, Redemption, StockMove, Voucher

__all__ = [
    "Anniversary",
    "Badge",
    "BadgeAward",
    "Benefit",
    "Board",
    "BoardPeriod",
    "Card",
    "CheckIn",
    "CheckInVersion",
    "Completion",
    "Gift",
    "Incognito",
    "LadderGift",
    "Rank",
    "Redemption",
    "Ritual",
    "StockMove",
    "Task",
    "TaskOrder",
    "Voucher",
]
