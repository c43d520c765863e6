"""Sums follow the handles through a merge and its undo."""

import pytest
from django.db import connection

from siyu.orders.merger import absorb, release
from siyu.orders.models import Statistics

from .builders import at, fact, handle, move, owner, tell

pytestmark = pytest.mark.django_db


def test_a_merge_sums_both_and_an_undo_parts_them() -> None:
    survivor, loser = handle(), handle()
    kept, lost = owner(survivor), owner(loser)
    tell(
        [
            fact("order.paid", at(5), survivor, order_number="1", amount_minor=100),
            fact("order.paid", at(1), loser, order_number="2", amount_minor=30),
            fact("order.refunded", at(6), loser, order_number="2", amount_minor=10),
            fact("order.refunded", at(7), loser, order_number="elsewhere", amount_minor=5),
        ]
    )
    columns = ("member_id", "orders", "revenue_minor", "refunded_minor", "first_paid_at", "last_paid_at")
    apart = {(kept, 1, 100, 0, at(5), at(5)), (lost, 1, 30, 15, at(1), at(1))}
    assert set(Statistics.objects.values_list(*columns)) == apart

    move(loser, kept)
    with connection.cursor() as cursor:
        absorb(cursor.cursor, [(kept, lost)])
    assert set(Statistics.objects.values_list(*columns)) == {(kept, 2, 130, 15, at(1), at(5))}

    move(loser, lost)
    with connection.cursor() as cursor:
        release(cursor.cursor, [(kept, lost)])
    assert set(Statistics.objects.values_list(*columns)) == apart
