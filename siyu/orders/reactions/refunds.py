"""Refunds: rows of their own, joined to their order whichever of the two comes first."""

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import Cursor

from siyu.facts.rules import Fact
from siyu.lib.sql import statements

from .columns import columns
from .orders import Orders
from .statistics import Sums

_sql = statements("siyu.orders", "refunds")
_KEY = ("shop_id", "order_number", "key")
_COLUMNS = (*_KEY, "identity_id", "source_id", "amount_minor", "lines", "occurred_at", "business_day", "because", "message")
RefundKey = tuple[int, str, str]


def write_refunds(cursor: Cursor, facts: Sequence[Fact], orders: Orders, sums: Sums) -> None:
    """Join waiting refunds to new orders, then write the batch's own; of two facts with one key the later stands."""
    touched = _adopt(cursor, orders, sums)
    _follow_buyers(cursor, orders, sums)
    told = _latest([fact for fact in facts if fact.name == "order.refunded"], orders)
    if told:
        touched |= _write(cursor, told, orders, sums)
    if touched:
        cursor.execute(_sql.sum_refunds, {"orders": list(touched)})


def _adopt(cursor: Cursor, orders: Orders, sums: Sums) -> set[int]:
    new = [(order.id, *key, order.identity_id) for key, order in orders.now.items() if key not in orders.before]
    if not new:
        return set()
    if orders.waiting is not None and orders.waiting.fetchall() == [(False,)]:
        return set()
    adopted = cursor.execute(_sql.adopt, columns(("id", "shop_id", "number", "identity_id"), new)).fetchall()
    sums.restate(identity for row in adopted for identity in row[1:])
    return {row[0] for row in adopted}


def _follow_buyers(cursor: Cursor, orders: Orders, sums: Sums) -> None:
    """Refunds count for the order's buyer: when a fact names another buyer, they go with the order."""
    moved = [order.id for key, order in orders.before.items() if orders.now[key].identity_id != order.identity_id]
    if moved:
        sums.restate(row[0] for row in cursor.execute(_sql.handles_of_refunds, {"orders": moved}).fetchall())


def _latest(facts: Iterable[Fact], orders: Orders) -> dict[RefundKey, Fact]:
    told: dict[RefundKey, Fact] = {}
    for fact in facts:
        key = (*orders.key(fact), fact.properties.get("refund") or fact.message.hex)
        if key not in told or (fact.occurred_at, fact.message) > (told[key].occurred_at, told[key].message):
            told[key] = fact
    return told


def _write(cursor: Cursor, told: dict[RefundKey, Fact], orders: Orders, sums: Sums) -> set[int]:
    for shop_id, number, name, occurred_at, message, owner in cursor.execute(_sql.known_refunds, columns(_KEY, list(told))).fetchall():
        fact = told[shop_id, number, name]
        if (occurred_at, message) >= (fact.occurred_at, fact.message):
            del told[shop_id, number, name]
        else:
            order = orders.now.get((shop_id, number))
            sums.restate((owner, fact.identity_id, order.identity_id if order else None))
    rows = [(*key, *_values(fact)) for key, fact in told.items()]
    for key, fact in told.items():
        order = orders.now.get(key[:2])
        buyer = order.identity_id if order and order.identity_id is not None else fact.identity_id
        sums.refund(buyer, fact.properties["amount_minor"])
    if not rows:
        return set()
    return {row[0] for row in cursor.execute(_sql.refund, columns(_COLUMNS, rows)).fetchall() if row[0] is not None}


def _values(fact: Fact) -> tuple[Any, ...]:
    told = fact.properties
    lines = len(told.get("lines") or ())
    because = told.get("because") or ""
    return fact.identity_id, fact.source_id, told["amount_minor"], lines, fact.occurred_at, fact.business_day, because, fact.message
