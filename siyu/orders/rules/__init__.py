"""The order book's rules: which of several facts about one order or product stands, whatever order they arrive in."""

from .check import MAX_LINES, check
from .line import line_amount, line_row, pieces
from .order import RANK, OrderState, Status, status_of, tell
from .product import FIELDS, ProductState, describe, mention
from .rhythm import rhythm
from .stamp import line_stamp, stamp

__all__ = [
    "FIELDS",
    "MAX_LINES",
    "RANK",
    "OrderState",
    "ProductState",
    "Status",
    "check",
    "describe",
    "line_amount",
    "line_row",
    "line_stamp",
    "mention",
    "pieces",
    "rhythm",
    "stamp",
    "status_of",
    "tell",
]
