"""What templates may say of a member's orders."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from siyu.lib.money import show_minor
from siyu.lib.sql import array, statements
from siyu.lib.words import gettext_noop
from siyu.merchant.queries import settings_book

_sql = statements("siyu.orders", "variables")
NAMES = {
    "order.count": gettext_noop("how many orders the member paid"),
    "order.last_number": gettext_noop("number of the last paid order"),
    "order.last_date": gettext_noop("the day on which it was paid (a date)"),
    "order.last_amount": gettext_noop("what was paid for it, as an amount: 1,280.00"),
    "order.last_products": gettext_noop("names of its first three products"),
    "order.last_product": gettext_noop("name of its first product"),
}


def values(member_ids: Sequence[int], wanted: set[str], now: datetime) -> dict[int, dict[str, Any]]:
    """Member → variable → value; who never bought has a count of 0 and no other words."""
    found: dict[int, dict[str, Any]] = {member: {"order.count": 0} for member in member_ids}
    members = {"members": array(sorted(set(member_ids)))}
    with connection.cursor() as cursor:
        if "order.count" in wanted:
            cursor.execute(_sql.counts, members)
            for member, count in cursor.fetchall():
                found[member]["order.count"] = count
        if any(name.startswith("order.last_") for name in wanted):
            currency = settings_book().currency(now.date())
            cursor.execute(_sql.last_orders, members)
            for member, number, day, amount_minor, products in cursor.fetchall():
                found[member] |= _last(number, day, show_minor(amount_minor, currency), products)
    return found


def _last(number: str, day: date, amount: str, products: list[str]) -> dict[str, Any]:
    said = {"order.last_number": number, "order.last_date": day, "order.last_amount": amount}
    return said | ({"order.last_products": "、".join(products), "order.last_product": products[0]} if products else {})
