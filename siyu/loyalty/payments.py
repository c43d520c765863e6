"""Points that pay for orders: what an order's payment, closing and refunds do to the points held for it.

The second reaction of this room: it looks at where the batch left each order, so that it does not matter how the batch was cut.
"""

from datetime import datetime

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import audit

from .rules.fold import order_of
from .rules.payment import returned
from .rules.programme import OF_ORDERS
from .services.value import capture, give_back, void
from .services.value_items import Because, Capture, GiveBack, Void

_sql = statements("siyu.loyalty", "payments")


def settle(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """Capture, free and give back what the orders of this batch ask for."""
    orders = sorted({order for fact in batch.named(*OF_ORDERS) if (order := order_of(fact)) is not None})
    if not orders:
        return None
    columns = {"shops": [shop for shop, _ in orders], "numbers": [number for _, number in orders]}
    cursor.execute(_sql.are_any, columns)
    if cursor.fetchone() != (True,):
        return None
    cursor.execute(_sql.payments, columns)
    for row in cursor.fetchall():
        _settle(cursor, batch.until, *row)
    return None


def _settle(
    cursor: Cursor,
    now: datetime,
    id: int,
    hold_key: str,
    shop: str,
    number: str,
    member: int,
    points: int,
    state: str,
    given_back: int,
    is_paid: bool,
    is_closed: bool,
    refunded: int,
    base: int,
) -> None:
    because = Because("order", f"{shop}:{number}", number)
    if state == "held" and is_paid:
        state = _captured(hold_key, because, member, now)
    elif state == "held" and is_closed:
        state = _freed(hold_key, because, now)
    if state == "captured":
        target = points if is_closed else returned(points, refunded, base)
        if target > given_back:
            back = GiveBack(f"{hold_key}:capture", f"{hold_key}:back:{target}", because, target - given_back)
            give_back(SYSTEM, [back], now)
            given_back = target
    cursor.execute(_sql.keep, {"id": id, "state": state, "given_back": given_back})


def _captured(hold_key: str, because: Because, member: int, now: datetime) -> str:
    """Spend what is held. A hold that ran out before the order was paid is a loss that the audit names."""
    try:
        capture(SYSTEM, [Capture(hold_key, f"{hold_key}:capture", because=because)], now)
    except Refusal as refusal:
        if refusal.code != "hold.closed":
            raise
        audit(SYSTEM, "points_payment.ran_out", f"member:{member}", {"order": because.ref}, refusal.because, at=now)
        return "void"
    return "captured"


def _freed(hold_key: str, because: Because, now: datetime) -> str:
    try:
        void(SYSTEM, [Void(hold_key, f"{hold_key}:void", because)], now)
    except Refusal as refusal:
        if refusal.code != "hold.closed":  # its time was over: free already
            raise
    return "void"
