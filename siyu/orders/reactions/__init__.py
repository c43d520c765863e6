"""A batch's order and product facts become the order book. Telling is a join, so any order of arrival ends in the same book."""

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived

from ..rules import RANK
from .adjustments import write_adjustments
from .cheaper import tell_cheaper
from .orders import ask_orders, write_orders
from .products import write_products
from .refunds import write_refunds
from .statistics import Sums, restate

_REST = ("order.shipped", "order.received", "order.closed", "order.refunded", "order.adjusted", "product.updated")
BOOKED = frozenset((*RANK, *_REST))

__all__ = ["ask", "book", "restate", "tell_cheaper"]


def ask(cursor: Cursor, batch: Batch) -> None:
    """Ask early for the orders as they stand."""
    if facts := batch.named(*BOOKED):
        batch.asked["orders"] = ask_orders(cursor, facts)


def book(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """Products first (lines name them), then orders with their lines, refunds, adjustments, and each buyer's sums."""
    facts = batch.named(*BOOKED)
    if not facts:
        return None
    products = write_products(cursor, facts, batch)
    sums = Sums()
    orders = write_orders(cursor, facts, batch.currency, products, sums, batch.asked.pop("orders", None))
    write_refunds(cursor, facts, orders, sums)
    write_adjustments(cursor, facts)
    sums.write(cursor)
    batch.touched_handles["orders.sums"] = sums.handles | orders.handles
    return None
