"""A lower price is told to whoever looked lately and has not bought since, and to nobody else."""

from datetime import timedelta

import pytest

from siyu.touches.tests.scene import NOON, happens, hours, rows

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def priced(minor: int, at=NOON, **more) -> None:
    happens("product.updated", "shop", at, sku="tea", price_minor=minor, **more)


def told() -> list[tuple]:
    return rows(
        "SELECT properties ->> 'before_minor', properties ->> 'price_minor' FROM facts_log WHERE name = 'product.price_dropped' ORDER BY id"
    )


def test_who_looked_hears_of_a_drop_once_for_each():
    priced(9_900)
    happens("product.viewed", "yue", NOON + hours(1), sku="tea")
    happens("product.viewed", "yue", NOON + hours(2), sku="tea")
    happens("product.viewed", "li", NOON + hours(2), sku="cup")

    priced(8_900, NOON + hours(3))
    priced(7_900, NOON + hours(4))

    assert told() == [("9900", "8900"), ("8900", "7900")]


def test_a_rise_the_same_price_or_a_late_description_is_no_drop():
    priced(9_900)
    happens("product.viewed", "yue", NOON + hours(1), sku="tea")

    priced(9_900, NOON + hours(2))
    priced(10_900, NOON + hours(3))
    priced(5_000, NOON - hours(1))

    assert told() == []


def test_who_bought_since_or_looked_too_long_ago_hears_nothing():
    priced(9_900)
    happens("product.viewed", "yue", NOON + hours(1), sku="tea")
    happens("product.viewed", "li", NOON + hours(1), sku="tea")
    line = {"sku": "tea", "quantity": "1", "unit_price": "99", "amount_minor": 9_900}
    happens("order.paid", "yue", NOON + hours(2), shop="web", order_number="1", amount_minor=9_900, lines=[line])

    priced(8_900, NOON + hours(3))
    assert told() == [("9900", "8900")], "li's alone"

    priced(7_900, NOON + 31 * DAY)
    assert len(told()) == 1


def test_looking_after_the_price_fell_is_too_late():
    priced(9_900)
    priced(8_900, NOON + hours(1))
    happens("product.viewed", "yue", NOON + hours(2), sku="tea")

    assert told() == []
