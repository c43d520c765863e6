"""Orders and their lines: read the ones this batch names, tell them its facts, write what changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import NamedTuple

from psycopg import Cursor

from siyu.facts.rules import Fact
from siyu.lib.lane import Question
from siyu.lib.sql import Printed, copy, escape, null, statements
from siyu.merchant.services import ensure_shops, ensure_stores

from ..rules import OrderState, line_row, tell
from .columns import columns
from .statistics import Sums

_sql, _refunds = statements("siyu.orders", "book"), statements("siyu.orders", "refunds")
_COLUMNS = (
    "identity_id",
    "store_id",
    "source_id",
    "amount_minor",
    "discount_minor",
    "shipping_minor",
    "lines",
    "placed_at",
    "created_at",
    "paid_at",
    "paid_day",
    "shipped_at",
    "received_at",
    "closed_at",
    "content_stamp",
    "lines_stamp",
    "buyer_stamp",
    "store_stamp",
    "is_historical",
)
Key = tuple[int, str]  # shop id, order number


@dataclass(slots=True)
class Orders:
    """The orders a batch names: as they were and as they are now. An order of which only a refund is known is in neither."""

    shops: dict[str, int]
    before: dict[Key, OrderState]
    now: dict[Key, OrderState]
    waiting: Question | None = None  # whether a refund waits for any of them

    @property
    def handles(self) -> set[int]:
        """The buyers' handles, those before the batch and those now."""
        every = [*self.before.values(), *self.now.values()]
        return {order.identity_id for order in every if order.identity_id is not None}

    def key(self, fact: Fact) -> Key:
        return self.shops[fact.properties["shop"]], fact.properties["order_number"]


class Asked(NamedTuple):
    """What was asked because of so many facts: the orders that they tell of, and whether a refund waits for any of them."""

    facts: int
    rows: Question
    waiting: Question


def ask_orders(cursor: Cursor, facts: Sequence[Fact]) -> Asked:
    """Ask for the orders that facts tell of, as they stand."""
    of_orders = _of_orders(facts)
    keys = columns(("shops", "numbers"), list({(fact.properties["shop"], fact.properties["order_number"]) for fact in of_orders}))
    return Asked(len(of_orders), Question(cursor, _sql.known_orders, keys), Question(cursor, _refunds.waiting, keys))


def write_orders(
    cursor: Cursor, facts: Sequence[Fact], currency: str, products: dict[str, int], sums: Sums, asked: Asked | None = None
) -> Orders:
    """Write the batch's orders and lines; `sums` learns what that adds to whom. `asked`: what these facts had `ask_orders` ask."""
    of_orders = _of_orders(facts)
    orders = Orders(ensure_shops({fact.properties["shop"] for fact in of_orders}, cursor), {}, {})
    if of_orders:
        asked = asked if asked and asked.facts == len(of_orders) else ask_orders(cursor, facts)
        orders.waiting = asked.waiting
        _read(orders, asked)
    for fact in of_orders:
        if fact.name != "order.refunded":
            key = orders.key(fact)
            order = orders.now.get(key)
            if order is None:
                order = orders.now[key] = OrderState()
            tell(order, fact, currency)
    _find_stores(cursor, orders.now.values())
    new = _add(cursor, orders)
    changed = _change(cursor, orders)
    _write_lines(cursor, orders, changed, currency, products)
    for key in (*new, *changed):
        sums.order(orders.before.get(key), orders.now[key])
    return orders


def _of_orders(facts: Sequence[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.name.startswith("order.") and fact.name != "order.adjusted"]


def _read(orders: Orders, asked: Asked) -> None:
    for shop_id, number, id_, *values in asked.rows.fetchall():
        order = OrderState(id_, **dict(zip(_COLUMNS, values, strict=True)))
        orders.before[shop_id, number], orders.now[shop_id, number] = order, replace(order)


def _find_stores(cursor: Cursor, orders: Iterable[OrderState]) -> None:
    told = [order for order in orders if order.told_store]
    ids = ensure_stores({order.told_store for order in told if order.told_store}, cursor)
    for order in told:
        order.store_id, order.told_store = ids[order.told_store or ""], None


_values = attrgetter(*_COLUMNS)


def _add(cursor: Cursor, orders: Orders) -> list[Key]:
    new = [key for key in orders.now if key not in orders.before]
    if not new:
        return new
    ids = cursor.execute(_sql.order_ids, {"count": len(new)}).fetchall()
    for key, (id_,) in zip(new, ids, strict=True):
        orders.now[key].id = id_
    told = Printed()
    copy(cursor, _sql.copy_orders, [_row(key, orders.now[key], told) for key in new])
    return new


def _row(key: Key, order: OrderState, told: Printed) -> str:
    """A new order as `copy_orders` wants it; nothing was given back of it yet."""
    amounts = f"{order.amount_minor}\t{order.discount_minor}\t{order.shipping_minor}\t0\t{order.lines}"
    steps = (order.placed_at, order.created_at, order.paid_at, order.paid_day, order.shipped_at, order.received_at, order.closed_at)
    instants = "\t".join([told[step] for step in steps])
    stamps = (
        f"\\\\x{order.content_stamp.hex()}\t\\\\x{order.lines_stamp.hex()}\t\\\\x{order.buyer_stamp.hex()}\t\\\\x{order.store_stamp.hex()}"
    )
    who = f"{null(order.identity_id)}\t{null(order.store_id)}\t{order.source_id}"
    return f"{order.id}\t{key[0]}\t{escape(key[1])}\t{who}\t{amounts}\t{instants}\t{stamps}\t{'t' if order.is_historical else 'f'}\n"


def _change(cursor: Cursor, orders: Orders) -> list[Key]:
    changed = [key for key, order in orders.before.items() if orders.now[key] != order]
    if changed:
        rows = [(orders.now[key].id, *_values(orders.now[key])) for key in changed]
        cursor.execute(_sql.change_orders, columns(("id", *_COLUMNS), rows))
    return changed


def _write_lines(cursor: Cursor, orders: Orders, changed: Sequence[Key], currency: str, products: dict[str, int]) -> None:
    replaced = [orders.now[key].id for key in changed if orders.now[key].told_lines is not None]
    if replaced:
        cursor.execute(_sql.forget_lines, {"orders": replaced})
    told = [order for order in orders.now.values() if order.told_lines]
    if not told:
        return
    rows = []
    for order in told:
        for number, line in enumerate(order.told_lines or (), 1):
            quantity, price, amount, row_key = line_row(line, currency)
            product = null(products.get(line.get("sku") or ""))
            rows.append(f"{order.id}\t{number}\t{product}\t{quantity}\t{price}\t{amount}\t{escape(row_key)}\n")
    copy(cursor, _sql.copy_lines, rows)
