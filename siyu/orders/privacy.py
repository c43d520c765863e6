"""A person's copy of the order book, and what erasure leaves of it: the merchant's books must still add up, so orders become anonymous."""

from typing import Any

from django.db import connection, transaction

from siyu.lib.sql import statements

from .reactions import restate

_sql = statements("siyu.orders", "privacy")
_COLUMNS = {
    "orders": ("shop", "order_number", "placed_at", "paid_at", "amount_minor", "refunded_minor", "lines"),
    "lines": ("shop", "order_number", "line", "sku", "name", "quantity", "amount_minor"),
    "refunds": ("shop", "order_number", "occurred_at", "amount_minor", "because"),
}


def export(member_id: int) -> dict[str, list[dict[str, Any]]]:
    """All orders, lines and refunds of a member, by name of column."""
    copy = {}
    with connection.cursor() as cursor:
        for name, query in (("orders", _sql.orders_of), ("lines", _sql.lines_of), ("refunds", _sql.refunds_of)):
            cursor.execute(query, {"member": member_id})
            copy[name] = [dict(zip(_COLUMNS[name], row, strict=True)) for row in cursor.fetchall()]
    return copy


def erase(member_id: int) -> None:
    """Part the member from orders, refunds and adjustments and drop the member's sums.

    Must run while the handles still point to the member.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        for query in (_sql.leave_refunds, _sql.leave_adjustments, _sql.leave_orders):
            cursor.execute(query, {"member": member_id})
        restate(cursor.cursor, [member_id])
