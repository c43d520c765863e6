"""However its facts arrive, the order book, the catalogue and every member's sums end the same, and every invariant holds."""

import random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu.facts.rules import Fact
from siyu.lib.sql import statements

from .builders import at, fact, handle, member, rows, source, tell

pytestmark = pytest.mark.django_db

_BOOK = {
    "orders": (
        "SELECT number, identity_id, store.code, source_id, amount_minor, discount_minor, shipping_minor, refunded_minor, lines,"
        " placed_at, created_at, paid_at, paid_day, shipped_at, received_at, closed_at, content_stamp, lines_stamp,"
        " buyer_stamp, store_stamp, is_historical FROM orders_order LEFT JOIN merchant_store store ON store.id = store_id ORDER BY number"
    ),
    "lines": (
        "SELECT o.number, l.number, p.sku, quantity, unit_price, l.amount_minor, row_key FROM orders_line l"
        " JOIN orders_order o ON o.id = l.order_id LEFT JOIN orders_product p ON p.id = l.product_id ORDER BY 1, 2"
    ),
    "refunds": (
        "SELECT r.order_number, r.key, o.number, r.identity_id, r.source_id, r.amount_minor, r.lines, r.occurred_at, r.business_day,"
        " r.because, r.message FROM orders_refund r LEFT JOIN orders_order o ON o.id = r.order_id ORDER BY 1, 2"
    ),
    "adjustments": (
        "SELECT key, order_number, identity_id, source_id, sku, quantity, amount_minor, occurred_at, because, message"
        " FROM orders_adjustment ORDER BY 1"
    ),
    "products": (
        "SELECT sku, p.name, c.code, c.name, brand, price_minor, cost_minor, stock, image_url, page_url, is_listed, changed_at,"
        " message, stamps FROM orders_product p LEFT JOIN orders_category c ON c.id = p.category_id ORDER BY 1"
    ),
    "categories": "SELECT code, name FROM orders_category ORDER BY 1",
    "prices": "SELECT sku, from_at, p.price_minor FROM orders_price p JOIN orders_product ON orders_product.id = product_id ORDER BY 1, 2",
    "statistics": "SELECT member_id, orders, revenue_minor, refunded_minor, first_paid_at, last_paid_at FROM orders_statistics ORDER BY 1",
}

_hours = st.integers(0, 6)
_amount = st.one_of(st.none(), st.integers(-50, 500))
_line = st.fixed_dictionaries(
    {"quantity": st.sampled_from(["0", "1", "2.5"]), "unit_price": st.sampled_from(["0", "1.005", "-3"])},
    optional={
        "sku": st.sampled_from(["a", "b", "c"]),
        "name": st.sampled_from(["", "x", "y"]),
        "category": st.sampled_from(["k", "l"]),
        "amount_minor": st.integers(-5, 90),
    },
)
_order = st.tuples(
    st.sampled_from([f"order.{step}" for step in ("created", "paid", "paid", "shipped", "received", "exchanged", "closed")]),
    st.fixed_dictionaries(
        {"order_number": st.sampled_from("12")},
        optional={
            "amount_minor": _amount,
            "shipping_minor": st.integers(0, 9),
            "discount_minor": st.integers(0, 9),
            "store": st.sampled_from(["north", "south"]),
            "is_in_store": st.booleans(),
            "lines": st.lists(_line, max_size=3),
        },
    ),
)
_refund = st.tuples(
    st.just("order.refunded"),
    st.fixed_dictionaries(
        {"order_number": st.sampled_from("123"), "amount_minor": st.integers(0, 60)}, optional={"refund": st.sampled_from("pq")}
    ),
)
_adjustment = st.tuples(
    st.just("order.adjusted"),
    st.fixed_dictionaries({"shop": st.just("s"), "key": st.sampled_from("uv"), "amount_minor": st.integers(-9, 9)}),
)
_product = st.tuples(
    st.just("product.updated"),
    st.fixed_dictionaries(
        {"sku": st.sampled_from("abd")},
        optional={
            "name": st.sampled_from("mn"),
            "category": st.sampled_from(["k", "z"]),
            "category_name": st.sampled_from(["K", "Z"]),
            "price_minor": st.integers(1, 9),
            "stock": st.integers(0, 3),
            "brand": st.just("B"),
        },
    ),
)
_told = st.tuples(
    st.one_of(_order, _order, _refund, _adjustment, _product), _hours, st.sampled_from([None, 0, 1, 2]), st.sampled_from(["shop", "web"])
)


def _facts(history: list[Any], handles: list[int]) -> list[Fact]:
    return [
        fact(name, at(hours), None if who is None else handles[who], message=number + 1, source=source(via), **properties)
        for number, ((name, properties), hours, who, via) in enumerate(history)
    ]


def _lived(parts: list[list[Fact]]) -> dict[str, list[tuple]]:
    """What the book holds after these batches; nothing of it is kept."""
    with transaction.atomic():
        tell(*parts)
        found = {name: rows(query) for name, query in _BOOK.items()}
        invariants = vars(statements("siyu.orders", "verify"))
        broken = {name: rows(query) for name, query in invariants.items()}
        transaction.set_rollback(True)
    assert {name: offenders for name, offenders in broken.items() if offenders} == {}
    return found


def _split(facts: list[Fact], chance: random.Random) -> list[list[Fact]]:
    parts: list[list[Fact]] = [[]]
    for one in facts:
        if chance.random() < 0.4:
            parts.append([])
        parts[-1].append(one)
    return parts


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(_told, min_size=1, max_size=14), chance=st.randoms(use_true_random=False))
def test_any_arrival_order_and_any_split_end_in_the_same_book(history: list[Any], chance: random.Random) -> None:
    both = member()
    handles = [handle(both), handle(both), handle()]
    facts = _facts(history, handles)

    one_at_a_time = _lived([[one] for one in facts])
    at_once = _lived([facts])
    shuffled = list(facts)
    chance.shuffle(shuffled)
    elsewise = _lived(_split(shuffled, chance))

    assert at_once == one_at_a_time
    assert elsewise == one_at_a_time


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(_told, min_size=1, max_size=10))
def test_facts_told_again_change_nothing(history: list[Any]) -> None:
    facts = _facts(history, [handle(), handle(), handle()])

    assert _lived([facts, facts]) == _lived([facts])
