"""From the inbox to the book: the same orders and sums for any order of arrival and any size of batch, while people turn out to be one."""

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.lib.sql import statements
from siyu.orders.rules import MAX_LINES

from .builders import at, rows

pytestmark = pytest.mark.django_db
NOW = at(24)
_BOOK = (
    "SELECT number, i.hash, s.name, amount_minor, refunded_minor, lines, placed_at, paid_at, paid_day, received_at,"
    " content_stamp, buyer_stamp FROM orders_order o LEFT JOIN members_identity i ON i.id = identity_id"
    " JOIN facts_source s ON s.id = o.source_id ORDER BY number",
    "SELECT r.order_number, r.key, o.number, i.hash, r.amount_minor FROM orders_refund r LEFT JOIN orders_order o ON o.id = order_id"
    " LEFT JOIN members_identity i ON i.id = r.identity_id ORDER BY 1, 2",
    "SELECT (SELECT array_agg(i.hash ORDER BY i.hash) FROM members_identity i WHERE i.member_id = s.member_id), orders, revenue_minor,"
    " refunded_minor, first_paid_at, last_paid_at FROM orders_statistics s ORDER BY 1",
    "SELECT o.number, l.number, sku, quantity, l.amount_minor FROM orders_line l JOIN orders_order o ON o.id = order_id"
    " LEFT JOIN orders_product p ON p.id = product_id ORDER BY 1, 2",
)


@st.composite
def histories(draw: st.DrawFn) -> list[Incoming]:
    """A few people on shared devices who order, pay, are refunded, and say who they are."""
    facts = []
    for number in range(draw(st.integers(3, 12))):
        user = Handle("user_id", draw(st.sampled_from(["u1", "u2", "u3"])))
        device = Handle("anonymous_id", draw(st.sampled_from(["d1", "d2"])))
        handles = draw(st.sampled_from([[user], [device], [device, user], []]))
        step = draw(
            st.sampled_from(["order.created", "order.paid", "order.exchanged", "order.refunded", "order.received", "member.identified"])
        )
        told: dict[str, Any] = {"shop": "s", "order_number": draw(st.sampled_from("123")), "amount_minor": draw(st.integers(0, 900))}
        if step != "order.refunded":
            told["lines"] = [{"sku": draw(st.sampled_from("ab")), "quantity": "1.5", "unit_price": "0.333"}]
        if step == "member.identified":
            told, handles = {"traits": {}}, [device, user]
        proof = "identify" if len(handles) > 1 else ""
        occurred_at = at(draw(st.integers(0, 8)))
        facts.append(Incoming(name=step, occurred_at=occurred_at, message=f"m{number}", handles=handles, proof=proof, properties=told))
    return facts


def _lived(facts: list[Incoming], largest: int) -> list[list[tuple]]:
    with transaction.atomic():
        for number, fact in enumerate(facts):
            record([fact], source="shop", received_at=NOW + timedelta(seconds=number))
        report = pump(NOW + timedelta(hours=1), largest=largest)
        found = [rows(query) for query in _BOOK]
        broken = {name: rows(query) for name, query in vars(statements("siyu.orders", "verify")).items()}
        transaction.set_rollback(True)
    assert (report.stopped, report.quarantined) == ("", 0)
    assert not any(broken.values()), broken
    return found


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(facts=histories(), chance=st.randoms(use_true_random=False))
def test_any_arrival_order_and_any_batches_end_in_the_same_book(facts: list[Incoming], chance: random.Random) -> None:
    one_at_a_time = _lived(facts, 1)
    shuffled = list(facts)
    chance.shuffle(shuffled)

    assert _lived(facts, 1000) == one_at_a_time
    assert _lived(shuffled, chance.choice([1, 2, 3, 1000])) == one_at_a_time


@pytest.mark.parametrize(
    ("name", "told", "code"),
    [
        ("order.paid", {"amount_minor": 10**13 + 1}, "property.range"),
        ("order.paid", {"amount_minor": 1, "discount_minor": True}, "property.type"),
        ("order.paid", {"lines": [{}] * (MAX_LINES + 1)}, "order.lines"),
        ("order.paid", {"lines": ["tea"]}, "order.line"),
        ("order.paid", {"lines": [{"quantity": "NaN"}]}, "order.line"),
        ("order.paid", {"lines": [{"quantity": "1e9"}]}, "order.line"),
        ("order.paid", {"lines": [{"quantity": "12345678901"}]}, "order.line"),
        ("order.paid", {"lines": [{"quantity": "１２"}]}, "order.line"),
        ("order.paid", {"lines": [{"quantity": 9999999999.99999}]}, "order.line"),
        ("order.paid", {"lines": [{"quantity": "9999999999.99999"}]}, "order.line"),
        ("order.paid", {"lines": [{"unit_price": "999999999999.9999999"}]}, "order.line"),
        ("order.paid", {"lines": [{"quantity": "999999999", "unit_price": "99999999999"}]}, "order.line"),
        ("order.paid", {"lines": [{"quantity": None, "amount_minor": 10**13}]}, "order.line"),
        ("order.paid", {"lines": [{"quantity": "0.0000000001", "amount_minor": 10**6}]}, "order.line"),
        ("order.paid", {"lines": [{"amount_minor": "5"}]}, "order.line"),
        ("order.paid", {"lines": [{"sku": 7}]}, "order.line"),
        ("order.paid", {"lines": [{"sku": "x" * 201}]}, "order.line"),
        ("order.shipped", {"order_number": "x" * 201}, "order.text"),
        ("order.adjusted", {"key": "k", "amount_minor": 1, "quantity": "many"}, "order.amount"),
        ("order.adjusted", {"key": "k", "amount_minor": 1, "quantity": "１２"}, "order.amount"),
        ("product.updated", {"sku": "tea", "stock": 2**40}, "order.stock"),
        ("order.paid", {"currency": "USD", "amount_minor": 1}, "currency.other"),
    ],
)
def test_what_does_not_fit_the_book_is_quarantined_alone(name: str, told: dict[str, Any], code: str) -> None:
    good = {"shop": "s", "order_number": "good", "amount_minor": 5, "lines": [{"sku": "a", "quantity": 2, "unit_price": "1.25"}]}
    bad = {"shop": "s", "order_number": "bad"} | told

    record([Incoming(name=name, occurred_at=at(0), message="bad", properties=bad)], source="shop", received_at=NOW)
    record([Incoming(name="order.paid", occurred_at=at(0), message="good", properties=good)], source="shop", received_at=NOW)
    report = pump(NOW)

    assert (report.stopped, report.quarantined, report.facts) == ("", 1, 1)
    assert rows("SELECT code FROM facts_quarantine") == [(code,)]
    assert rows("SELECT number FROM orders_order") == [("good",)]


def test_the_largest_numbers_that_a_line_may_tell_fit_the_book_and_null_is_not_told() -> None:
    largest = {"sku": "a", "quantity": "999999999.99999", "unit_price": "99999999999.9999999", "amount_minor": 10**13}
    empty = {"sku": None, "name": None, "quantity": None, "unit_price": None, "amount_minor": None, "row_key": None}
    lines = [largest, empty, {"sku": "a", "quantity": None, "unit_price": "2.5"}]
    told = {"shop": "s", "order_number": "1", "amount_minor": 5, "lines": lines}

    record([Incoming(name="order.paid", occurred_at=at(0), message="1", properties=told)], source="shop", received_at=NOW)
    report = pump(NOW)

    assert (report.quarantined, report.facts) == (0, 1)
    assert rows("SELECT quantity, unit_price, amount_minor FROM orders_line ORDER BY number") == [
        (Decimal("1000000000"), Decimal("100000000000"), 10**13),
        (1, 0, 0),
        (1, Decimal("2.5"), 250),
    ]
