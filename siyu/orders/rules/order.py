"""One order as its facts tell it, fact by fact in any order: a step's earliest instant, and of each part the greatest stamp."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from siyu.facts.rules import Fact

from .line import line_amount
from .stamp import stamp

RANK = {"order.created": 1, "order.paid": 2, "order.exchanged": 3}
_STEPS = {"order.created": "created_at", "order.shipped": "shipped_at", "order.received": "received_at", "order.closed": "closed_at"}


class Status(StrEnum):
    """How far an order has come; a closed order is closed whatever went before."""

    CREATED = "created"
    PAID = "paid"
    SHIPPED = "shipped"
    RECEIVED = "received"
    CLOSED = "closed"


@dataclass(slots=True)
class OrderState:
    """An order in the hand: columns of `orders_order`; `told_lines` and `told_store` are None unless a fact of this batch won."""

    id: int | None = None
    identity_id: int | None = None
    store_id: int | None = None
    source_id: int = 0
    amount_minor: int = 0
    discount_minor: int = 0
    shipping_minor: int = 0
    lines: int = 0
    placed_at: datetime | None = None
    created_at: datetime | None = None
    paid_at: datetime | None = None
    paid_day: date | None = None
    shipped_at: datetime | None = None
    received_at: datetime | None = None
    closed_at: datetime | None = None
    content_stamp: bytes = b""
    lines_stamp: bytes = b""
    buyer_stamp: bytes = b""
    store_stamp: bytes = b""
    is_historical: bool = False
    told_lines: list[dict[str, Any]] | None = None
    told_store: str | None = None


def tell(order: OrderState, fact: Fact, currency: str) -> None:
    """Let the order know a fact of it (anything but a refund). Telling is a join: order and repetition do not matter."""
    properties = fact.properties
    rank = RANK.get(fact.name, 0)
    mark = stamp(rank, fact.occurred_at, fact.mark)
    _step(order, fact)
    order.is_historical = order.is_historical or fact.is_historical
    if fact.identity_id is not None and mark > order.buyer_stamp:
        order.buyer_stamp, order.identity_id = mark, fact.identity_id
    if properties.get("store") and mark > order.store_stamp:
        order.store_stamp, order.told_store = mark, properties["store"]
    lines = properties.get("lines") if rank else None
    if lines is not None and mark > order.lines_stamp:
        order.lines_stamp, order.lines, order.told_lines = mark, len(lines), lines
    _content(order, fact, mark, lines, currency)


def _content(order: OrderState, fact: Fact, mark: bytes, lines: list[dict[str, Any]] | None, currency: str) -> None:
    """Amounts stand by the greatest stamp; a fact without amounts only lends its source while nothing better is known."""
    properties = fact.properties
    amount = properties.get("amount_minor")
    shipping = properties.get("shipping_minor") or 0
    if amount is None and lines:
        amount = sum(line_amount(line, currency) for line in lines) + shipping
    if amount is None or mark[0] == 0:
        mark, amount, shipping = b"\x00" + mark[1:], 0, 0
    if mark > order.content_stamp:
        order.content_stamp, order.source_id = mark, fact.source_id
        order.amount_minor, order.shipping_minor = amount, shipping
        order.discount_minor = properties.get("discount_minor") or 0 if mark[0] else 0


def _step(order: OrderState, fact: Fact) -> None:
    at = fact.occurred_at
    order.placed_at = min(at, order.placed_at or at)
    if fact.name == "order.paid":
        if order.paid_at is None or order.paid_day is None or (at, fact.business_day) < (order.paid_at, order.paid_day):
            order.paid_at, order.paid_day = at, fact.business_day
        if fact.properties.get("is_in_store") is True:
            order.received_at = min(at, order.received_at or at)
    elif fact.name in _STEPS:
        step = _STEPS[fact.name]
        setattr(order, step, min(at, getattr(order, step) or at))


def status_of(*, paid_at: datetime | None, shipped_at: datetime | None, received_at: datetime | None, closed_at: datetime | None) -> Status:
    """The furthest step that is known."""
    if closed_at:
        return Status.CLOSED
    if received_at:
        return Status.RECEIVED
    if shipped_at:
        return Status.SHIPPED
    return Status.PAID if paid_at else Status.CREATED
