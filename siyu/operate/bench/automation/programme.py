"""What a merchant of some size has running: 24 audiences of every kind, and three journeys that touch, wait, branch and listen."""

from datetime import datetime
from typing import Any

from siyu.audiences import services as audiences
from siyu.journeys import services as journeys
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import set_setting
from siyu.touches.services import publish_template

PROBE = "bench.probed"


def _did(fact: str, times: int = 1, **within: int) -> dict[str, Any]:
    return {"condition": "did_fact", "fact": fact, "times": times, "within": within}


def _orders(what: str, value: int) -> dict[str, Any]:
    return {"condition": "orders", "what": what, "op": "gte", "value": value}


RULES: tuple[dict[str, Any], ...] = (
    _did("page.viewed", 3, last_days=7),
    _did("product.viewed", 5, last_days=30),
    _did("cart.added", 1, last_days=3),
    _did("order.paid", 2, last_days=90),
    _did("product.searched", 2, last_days=14),
    _did("cart.added", 2, last_hours=1),
    _did("checkout.started", 1, last_hours=24),
    {"all": [_did("cart.added", 1, last_days=7), {"not": _did("order.paid", 1, last_days=7)}]},
    {"all": [_did("product.viewed", 3, last_days=7), {"not": _did("cart.added", 1, last_days=7)}]},
    {"condition": "days_since", "what": "last_bought", "op": "gte", "value": 30},
    {"condition": "days_since", "what": "first_seen", "op": "lte", "value": 7},
    {"condition": "days_since", "what": "last_bought", "op": "between", "value": 1, "to": 14},
    _orders("orders", 1),
    _orders("orders", 3),
    _orders("net_minor", 100_000),
    _orders("average_minor", 50_000),
    {"condition": "trait", "trait": "plan", "op": "eq", "value": "a"},
    {"condition": "trait", "trait": "plan", "op": "in", "value": ["b", "c"]},
    {"condition": "trait", "trait": "phone", "op": "exists"},
    {"condition": "bought", "skus": [f"sku-{number:04d}" for number in range(50)]},
    {"condition": "tier", "tiers": ["silver", "gold", "platinum"]},
    {"condition": "bucket", "salt": "bench", "from_bucket": 0, "to_bucket": 5_000},
    {
        "all": [
            _orders("orders", 1),
            {"condition": "trait", "trait": "plan", "op": "eq", "value": "a"},
            _did("page.viewed", 1, last_days=30),
        ]
    },
    {"condition": "identity", "kinds": ["phone"]},
)


def set_up(now: datetime) -> None:
    """Audiences, templates and journeys in force. Without caps and quiet hours, so that all that is wished goes into the outbox."""
    for name, value in (("touches.caps", []), ("touches.quiet_hours", {})):
        set_setting(SYSTEM, name, value, from_day=now.date(), initial=True)
    made = [audiences.create(SYSTEM, f"人群 {number}", rule, now=now) for number, rule in enumerate(RULES, 1)]
    for code, purpose in (("thanks", "service"), ("cart", "service"), ("dear", "marketing")):
        publish_template(SYSTEM, code, code, "inbox", purpose, {"zh-hans": {"subject": "您好", "text": "谢谢"}}, now=now)
    _journey("thanks", now, {"kind": "fact", "fact": "order.paid"}, THANKS, goal={"fact": "order.paid", "within_days": 1, "ends": False})
    _journey("cart", now, {"kind": "audience", "audience": made[5]}, CART, exits=[{"kind": "fact", "fact": "order.paid"}])
    dear = {"kind": "fact", "fact": "product.viewed", "where": {"property": "price", "op": "gte", "value": 250}}
    _journey("dear", now, dear, DEAR, entry={"how": "keyed", "by": "sku", "at_once": True})


THANKS: dict[str, Any] = {
    "wait": {"step": "wait", "minutes": 5, "next": {"next": "touch"}},
    "touch": {"step": "touch", "template": "thanks", "next": {"next": "split"}},
    "split": {"step": "split", "arms": [{"name": "a", "weight": 5_000}, {"name": "b", "weight": 5_000}], "next": {"a": "tag"}},
    "tag": {"step": "tag", "tag": "bench"},
}
CART: dict[str, Any] = {
    "until": {"step": "wait_until", "fact": "order.paid", "minutes": 10, "next": {"timeout": "touch"}},
    "touch": {"step": "touch", "template": "cart"},
}
DEAR: dict[str, Any] = {
    "kind": {
        "step": "branch",
        "ways": [{"name": "dearest", "where": {"property": "price", "op": "gte", "value": 280}}],
        "next": {"dearest": "touch", "other": "wait"},
    },
    "wait": {"step": "wait", "minutes": 3, "next": {"next": "touch"}},
    "touch": {"step": "touch", "template": "dear"},
}


def probe(now: datetime) -> None:
    """A journey that whoever is probed enters."""
    _journey("probe", now, {"kind": "fact", "fact": PROBE}, {"wait": {"step": "wait", "days": 1}})


def _journey(code: str, now: datetime, trigger: dict[str, Any], steps: dict[str, Any], **more: Any) -> None:
    definition = {"trigger": trigger, "entry": {"how": "many"}, "first": next(iter(steps)), "steps": steps, **more}
    journeys.create(SYSTEM, code, code, definition, now=now)
    journeys.publish(SYSTEM, code, now=now)
