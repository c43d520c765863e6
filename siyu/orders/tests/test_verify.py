"""Each invariant of the order book names the row that was corrupted, and it alone."""

import pytest
from django.db import connection

from siyu.lib.sql import statements

from .builders import at, fact, handle, member, rows, tell

pytestmark = pytest.mark.django_db

CORRUPTIONS = [
    ("order_lines_are_counted", "UPDATE orders_order SET lines = lines + 1 WHERE number = '1'"),
    ("order_refunds_are_summed", "UPDATE orders_order SET refunded_minor = refunded_minor + 1 WHERE number = '1'"),
    ("statistics_equal_orders", "UPDATE orders_statistics SET revenue_minor = revenue_minor + 1"),
    ("statistics_equal_orders", "DELETE FROM orders_statistics"),
    ("paid_orders_have_a_day", "UPDATE orders_order SET paid_day = NULL WHERE number = '1'"),
    (
        "refunds_stand_by_their_order",
        "UPDATE orders_refund SET order_id = (SELECT id FROM orders_order WHERE number = '1') WHERE key = 'far'",
    ),
    (
        "lines_have_their_order",
        "INSERT INTO orders_line (order_id, number, quantity, unit_price, amount_minor, row_key) SELECT 0, 1, 1, 1, 1, ''",
    ),
    ("lines_have_their_product", "UPDATE orders_line SET product_id = 0"),
    ("orders_have_their_shop", "UPDATE orders_order SET source_id = 0 WHERE number = '1'"),
    ("orders_have_their_buyer", "UPDATE orders_order SET identity_id = 0 WHERE number = 'anonymous'"),
    ("refunds_have_their_place", "UPDATE orders_refund SET source_id = 0 WHERE key = 'far'"),
    ("adjustments_have_their_place", "UPDATE orders_adjustment SET identity_id = 0"),
    (
        "prices_have_their_product",
        "INSERT INTO orders_price (product_id, from_at, price_minor, message) SELECT 0, from_at, 1, message FROM orders_price",
    ),
    ("products_cost_what_was_told_last", "UPDATE orders_product SET price_minor = 7"),
    ("statistics_have_their_member", "UPDATE members_member SET merged_into_id = %(other)s WHERE id = %(buyer)s"),
]


def _broken() -> list[str]:
    return [name for name, query in vars(statements("siyu.orders", "verify")).items() if rows(query)]


@pytest.mark.parametrize(("name", "corruption"), CORRUPTIONS, ids=[f"{n}-{i}" for i, (n, _) in enumerate(CORRUPTIONS)])
def test_a_corrupted_row_is_named(name: str, corruption: str) -> None:
    buyer = member()
    tell(
        [
            fact("product.updated", at(0), sku="tea", price_minor=100),
            fact("order.paid", at(1), handle(buyer), amount_minor=100, lines=[{"sku": "tea", "amount_minor": 100}]),
            fact("order.paid", at(1), None, order_number="anonymous", amount_minor=100),
            fact("order.refunded", at(2), refund="near", amount_minor=10),
            fact("order.refunded", at(2), order_number="unknown", refund="far", amount_minor=0),
            fact("order.adjusted", at(2), shop="s", key="k", amount_minor=1),
        ]
    )
    assert _broken() == []

    with connection.cursor() as cursor:
        cursor.execute(corruption, {"buyer": buyer, "other": member()})

    assert _broken() == [name]


def test_every_invariant_is_corrupted_once() -> None:
    assert {name for name, _ in CORRUPTIONS} == set(vars(statements("siyu.orders", "verify")))
