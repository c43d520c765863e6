"""A check-in ladder, tasks and badges, and what members do about them, through services and the real pump."""

from datetime import date, datetime
from typing import Any

from siyu.loyalty.tests.scene import FIRST_DAY as DAY_BEFORE
from siyu.loyalty.tests.scene import START, happens
from siyu.membership.services.check_in import publish_check_in
from siyu.membership.services.honours import publish_badge
from siyu.membership.services.tasks import publish_task
from siyu.merchant.rules import SYSTEM

POINTS_5, POINTS_20 = {"kind": "points", "amount": 5}, {"kind": "points", "amount": 20}
LADDER: dict[str, Any] = {
    "steps": [{"day": 3, "rewards": [POINTS_5]}, {"day": 7, "rewards": [POINTS_20]}],
    "is_cyclic": True,
    "make_up": {"within_days": 7, "per_month": 2, "price_points": 10},
}
TASKS: dict[str, dict[str, Any]] = {
    "orders_3": {
        "trigger": "order.paid",
        "where": {"property": "amount_minor", "op": "gte", "value": 1000},
        "period": "month",
        "steps": [{"target": 2, "rewards": [POINTS_5]}, {"target": 3, "rewards": [POINTS_20]}],
    },
    "first_review": {"trigger": "product.reviewed", "steps": [{"target": 1, "rewards": [POINTS_20]}], "claim": "automatic"},
    "share_daily": {
        "trigger": "product.shared",
        "counts": "days",
        "period": "week",
        "steps": [{"target": 2, "rewards": [POINTS_5]}],
        "claim_days": 3,
    },
}
BADGES: dict[str, dict[str, Any]] = {
    "regular": {"measure": "orders", "levels": [{"threshold": 1}, {"threshold": 3}], "is_revocable": True},
    "reviewer": {"measure": "facts", "trigger": "product.reviewed", "levels": [{"threshold": 2, "rewards": [POINTS_5]}]},
    "faithful": {"measure": "streak", "levels": [{"threshold": 3}]},
    "founder": {"measure": "hand", "levels": [{"threshold": 1}]},
}


def install_behaviours(day: date = DAY_BEFORE) -> None:
    publish_check_in(SYSTEM, LADDER, day, today=day, now=START)
    for code, definition in TASKS.items():
        publish_task(SYSTEM, code, code, definition, day, today=day, now=START)
    for code, definition in BADGES.items():
        publish_badge(SYSTEM, code, code, definition, now=START)


def checks_in(who: str, at: datetime) -> None:
    happens("member.checked_in", who, at)


def pays(who: str, order: str, at: datetime, amount_minor: int = 5_000) -> None:
    happens("order.paid", who, at, shop="web", order_number=order, amount_minor=amount_minor)


def reviews(who: str, at: datetime) -> None:
    happens("product.reviewed", who, at, sku="S1")
