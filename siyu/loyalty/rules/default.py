"""The programme an installation starts with: the usual one of the trade, for the merchant to change."""

from decimal import Decimal
from typing import Any

from siyu.lib.words import gettext_noop

# code, name, threshold of growth, multiplier of points
TIERS: tuple[tuple[str, str, int, Decimal], ...] = (
    ("bronze", "普通", 0, Decimal(1)),
    ("silver", "银卡", 1_000, Decimal("1.2")),
    ("gold", "金卡", 5_000, Decimal("1.5")),
    ("platinum", "铂金", 20_000, Decimal(2)),
)

RULES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "order_points",
        "消费积分",
        {
            "trigger": "order.paid",
            "unit": "points",
            "formula": {"kind": "per_amount", "points": 1, "per_minor": 100},
            "tier_multiplier": True,
            "matures": {"kind": "after_receipt_days", "days": 7},
            "expires": {"kind": "after", "months": 12, "until_end_of": "month"},
        },
    ),
    (
        "order_growth",
        "消费成长值",
        {"trigger": "order.paid", "unit": "growth", "formula": {"kind": "per_amount", "points": 1, "per_minor": 100}},
    ),
    (
        "check_in_points",
        "签到积分",
        {
            "trigger": "member.checked_in",
            "unit": "points",
            "formula": {"kind": "fixed", "points": 5},
            "caps": {"times_per_day": 1},
            "expires": {"kind": "after", "months": 12, "until_end_of": "month"},
        },
    ),
)

# code and name, as long as nobody renamed it → what it is called in English
NAMES = {
    ("bronze", "普通"): gettext_noop("Standard"),
    ("silver", "银卡"): gettext_noop("Silver"),
    ("gold", "金卡"): gettext_noop("Gold"),
    ("platinum", "铂金"): gettext_noop("Platinum"),
    ("order_points", "消费积分"): gettext_noop("Points for purchases"),
    ("order_growth", "消费成长值"): gettext_noop("Growth value for purchases"),
    ("check_in_points", "签到积分"): gettext_noop("Points for checking in"),
    ("measure_spend", "消费额"): gettext_noop("Amount spent"),
    ("measure_orders", "订单数"): gettext_noop("Number of orders"),
}
