"""Orders as lists and pages show them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet

from siyu.lib.sql import statements
from siyu.lib.web.keyset import Position, cut
from siyu.merchant.queries import shop_names
from siyu.merchant.rules import Scope

from ..models import Line, Order
from ..rules import Status, status_of

_sql = statements("siyu.orders", "reads")
SHOWN_LINES = 500  # of an order that may have thousands; its page stays quick
_SEEN = ("shop", "store", "source", "identity__member")
_STATUS = {
    Status.CLOSED: Q(closed_at__isnull=False),
    Status.RECEIVED: Q(closed_at=None, received_at__isnull=False),
    Status.SHIPPED: Q(closed_at=None, received_at=None, shipped_at__isnull=False),
    Status.PAID: Q(closed_at=None, received_at=None, shipped_at=None, paid_at__isnull=False),
    Status.CREATED: Q(closed_at=None, received_at=None, shipped_at=None, paid_at=None),
}


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders: placed from `since` (included) to `until` (excluded), by ids, a `Status`, an exact number."""

    since: datetime | None = None
    until: datetime | None = None
    shop_id: int | None = None
    store_id: int | None = None
    source_id: int | None = None
    status: str = ""
    number: str = ""
    is_refunded: bool = False


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as a page shows it; `buyer_*` are empty for an anonymous order."""

    id: int
    number: str
    shop: str
    store: str
    source: str
    badge: str
    status: Status
    placed_at: datetime
    paid_at: datetime | None
    amount_minor: int
    discount_minor: int
    shipping_minor: int
    refunded_minor: int
    lines: int
    buyer_id: int | None
    buyer_public_id: str
    buyer_nickname: str
    is_historical: bool
    steps: tuple[tuple[str, datetime], ...]  # (status, instant), in order of time


def orders(scope: Scope, at: Position, wanted: OrderFilter = OrderFilter()) -> list[OrderView]:
    """A page of orders, newest first; the sort key is (placed_at, id)."""
    return [_view(order) for order in cut(_wanted(scope, wanted), at, "-placed_at", "-id")]


def walk_orders(scope: Scope, wanted: OrderFilter, limit: int) -> Iterator[OrderView]:
    """The newest `limit` orders, one after another, for a file."""
    return map(_view, _wanted(scope, wanted).order_by("-placed_at", "-id")[:limit].iterator(chunk_size=2000))


def orders_of_member(member_id: int, limit: int = 20) -> list[OrderView]:
    """A member's newest orders, through all handles of the member. Whether the viewer may see the member is the caller's to ask."""
    found = Order.objects.filter(identity__member_id=member_id).select_related(*_SEEN).order_by("-placed_at", "-id")
    return [_view(order) for order in found[: min(limit, 1000)]]


def one_order(scope: Scope, order_id: int) -> OrderView | None:
    """One order, if it exists and the scope reaches it."""
    order = _seen(scope).filter(pk=order_id).first()
    return _view(order) if order else None


def lines_of(order_id: int, limit: int = SHOWN_LINES) -> list[Line]:
    """The first lines of an order with their products."""
    return list(Line.objects.filter(order_id=order_id).select_related("product__category").order_by("number")[:limit])


def sources() -> list[tuple[int, str]]:
    """Sources of facts with their ids and titles, for filters; there are few."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.sources)
        return cursor.fetchall()


def _seen(scope: Scope) -> "QuerySet[Order]":
    """Orders a scope reaches: made in its stores or by their members; for an assistant, by own customers."""
    found = Order.objects.select_related(*_SEEN)
    if scope.assistant_id is not None:
        found = found.filter(identity__member__assistant_id=scope.assistant_id)
    if scope.store_ids is not None:
        found = found.filter(Q(store_id__in=scope.store_ids) | Q(identity__member__store_id__in=scope.store_ids))
    return found


def _wanted(scope: Scope, wanted: OrderFilter) -> "QuerySet[Order]":
    found = _seen(scope)
    if wanted.number:
        # the index is (shop, number): naming every shop lets an exact number be found without reading the book
        found = found.filter(number=wanted.number, shop_id__in=list(shop_names()))
    if wanted.since:
        found = found.filter(placed_at__gte=wanted.since)
    if wanted.until:
        found = found.filter(placed_at__lt=wanted.until)
    for name in ("shop_id", "store_id", "source_id"):
        if (value := getattr(wanted, name)) is not None:
            found = found.filter(**{name: value})
    if wanted.status:
        found = found.filter(_STATUS[Status(wanted.status)])
    if wanted.is_refunded:
        found = found.exclude(refunded_minor=0)
    return found


def _view(order: Order) -> OrderView:
    member = order.identity.member if order.identity else None
    steps = {
        Status.CREATED: order.created_at,
        Status.PAID: order.paid_at,
        Status.SHIPPED: order.shipped_at,
        Status.RECEIVED: order.received_at,
        Status.CLOSED: order.closed_at,
    }
    return OrderView(
        id=order.pk,
        number=order.number,
        shop=order.shop.name,
        store=order.store.name if order.store else "",
        source=order.source.title or order.source.name,
        badge=order.source.badge,
        status=status_of(paid_at=order.paid_at, shipped_at=order.shipped_at, received_at=order.received_at, closed_at=order.closed_at),
        placed_at=order.placed_at,
        paid_at=order.paid_at,
        amount_minor=order.amount_minor,
        discount_minor=order.discount_minor,
        shipping_minor=order.shipping_minor,
        refunded_minor=order.refunded_minor,
        lines=order.lines,
        buyer_id=member.pk if member else None,
        buyer_public_id=member.public_id if member else "",
        buyer_nickname=member.nickname if member else "",
        is_historical=order.is_historical,
        steps=tuple(sorted(((str(step), at) for step, at in steps.items() if at is not None), key=lambda step: step[1])),
    )
