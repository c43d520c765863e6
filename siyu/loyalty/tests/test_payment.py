"""积分抵现: how many points a cart takes, and what the order's payment, closing and refunds do to them."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.lib.refusal import Refusal
from siyu.loyalty.queries import Cart, balances, quote
from siyu.loyalty.rules.payment import PaymentTerms, choice_fault, returned, usable
from siyu.loyalty.rules.seen import Frame, Seen
from siyu.loyalty.services import Because, Grant, cancel_payment, grant, pay_with_points, publish_earn_rule, publish_payment_terms
from siyu.loyalty.tests.check import faults
from siyu.loyalty.tests.given import ZONE, fact
from siyu.loyalty.tests.scene import FIRST_DAY, START, days, gets_back, happens, install, member, pays, rows
from siyu.merchant.rules import SYSTEM

LINES = ({"sku": "tea", "quantity": 1, "amount_minor": 6_000}, {"sku": "card", "quantity": 1, "amount_minor": 4_000})


def cart(amount: int = 10_000, number: str = "A1", **more: Any) -> Cart:
    return Cart("web", amount, LINES, number, **more)


def seen(amount: int = 10_000) -> Seen:
    return Seen(fact("order.paid", amount_minor=amount, lines=list(LINES)), Frame(ZONE))


@pytest.mark.parametrize(
    ("terms", "available", "points", "reason"),
    [
        ({}, 9_999, 5_000, ""),  # half of 100.00
        ({}, 1_250, 1_200, "payment.balance"),
        ({}, 99, 0, "payment.missing"),
        ({"max_minor": 1_050}, 9_999, 1_000, ""),
        ({"max_share": 10_000, "except_skus": ("card",)}, 9_999, 6_000, ""),
        ({"minimum": 6_000}, 9_999, 0, "payment.cart"),
        ({"points": 10, "minor": 1, "step": 50, "minimum": 50}, 9_990, 9_950, "payment.balance"),
    ],
)
def test_how_many_points_a_cart_takes(terms: dict[str, Any], available: int, points: int, reason: str) -> None:
    of = PaymentTerms(**terms)

    most = usable(of, seen(), available, has_coupon=False)

    assert (most.points, most.worth_minor) == (points, of.worth(points))
    assert (most.unmet.code if most.unmet is not None else "") == reason


def test_a_coupon_may_exclude_points() -> None:
    most = usable(PaymentTerms(with_coupons=False), seen(), 9_999, has_coupon=True)

    assert most.unmet is not None
    assert (most.points, most.unmet.code) == (0, "payment.coupon")


def test_a_choice_keeps_to_minimum_and_step() -> None:
    terms = PaymentTerms()
    most = usable(terms, seen(), 9_999, has_coupon=False)

    codes = [fault.code if (fault := choice_fault(terms, most, points)) else "" for points in (5_000, 5_100, 50, 150)]
    assert codes == ["", "payment.too_many", "payment.minimum", "payment.step"]


@settings(max_examples=50)
@given(st.integers(1, 10**6), st.lists(st.integers(1, 10**6), min_size=1, max_size=8))
def test_refunds_in_parts_return_exactly_what_a_whole_one_returns(points: int, parts: list[int]) -> None:
    paid, done, refunded = sum(parts), 0, 0
    for part in parts:
        refunded += part
        target = returned(points, refunded, paid)
        assert done <= target <= points
        done = target
    assert done == points


def a_member_with(points: int) -> int:
    install()
    publish_payment_terms(SYSTEM, {}, FIRST_DAY, today=FIRST_DAY, now=START)
    happens("page.viewed", "anna")
    grant(SYSTEM, [Grant(member("anna"), "points", points, "gift", Because("test", "1", "礼物"))], START)
    return member("anna")


def points_of(who: int) -> tuple[int, int, int]:
    balance = balances([who])[who]["points"]
    return balance.available, balance.held, balance.spent


@pytest.mark.django_db
def test_points_are_held_then_captured_and_come_back_with_refunds_in_proportion() -> None:
    anna = a_member_with(5_000)

    paid = pay_with_points(SYSTEM, anna, cart(), 1_000, "p1", now=START)
    assert (paid.worth_minor, points_of(anna)) == (1_000, (4_000, 1_000, 0))

    pays("anna", 10_000, "A1", START + days(0.1), points_minor=1_000)
    assert points_of(anna) == (4_000, 0, 1_000)
    gets_back("anna", 3_333, "A1", START + days(1), refund="r1")
    assert points_of(anna) == (4_333, 0, 667)
    gets_back("anna", 6_667, "A1", START + days(2), refund="r2")
    assert points_of(anna) == (5_000, 0, 0)
    assert faults() == {}


@pytest.mark.django_db
@pytest.mark.parametrize("over", ["order.paid", "order.closed"])
def test_points_do_not_pay_for_an_order_that_is_over(over: str) -> None:
    anna = a_member_with(5_000)
    happens(over, "anna", shop="web", order_number="A1", amount_minor=10_000)
    before = points_of(anna)

    with pytest.raises(Refusal, match=r"payment\.over"):
        pay_with_points(SYSTEM, anna, cart(), 1_000, "p1", now=START + days(0.1))

    assert points_of(anna) == before


@pytest.mark.django_db
def test_a_quote_takes_the_points_that_the_payment_will_take_and_no_others() -> None:
    anna = a_member_with(5_000)

    assert quote(anna, cart(), START, points=1_000).points == 90
    for points, code in ((50, "payment.minimum"), (150, "payment.step"), (5_100, "quote.points")):
        with pytest.raises(Refusal) as refused:
            quote(anna, cart(), START, points=points)
        assert refused.value.code == code


@pytest.mark.django_db
def test_a_closed_order_frees_its_points_and_so_does_a_day_without_payment() -> None:
    anna = a_member_with(5_000)

    pay_with_points(SYSTEM, anna, cart(), 1_000, "p1", now=START)
    happens("order.closed", "anna", START + days(0.1), shop="web", order_number="A1")
    assert points_of(anna) == (5_000, 0, 0)

    pay_with_points(SYSTEM, anna, cart(number="A2"), 2_000, "p2", now=START + days(0.2))
    pays("anna", 10_000, "A2", START + days(3))
    assert points_of(anna)[:2] == (5_000, 0)
    assert rows("SELECT state FROM loyalty_points_payment ORDER BY order_number") == [("void",), ("void",)]
    assert rows("SELECT count(*) FROM merchant_audit WHERE verb = 'points_payment.ran_out'") == [(1,)]


@pytest.mark.django_db
def test_one_order_is_paid_with_points_once() -> None:
    anna = a_member_with(5_000)
    first = pay_with_points(SYSTEM, anna, cart(), 1_000, "p1", now=START)

    assert pay_with_points(SYSTEM, anna, cart(), 1_000, "p1", now=START) == first
    for act, code in (
        (lambda: pay_with_points(SYSTEM, anna, cart(), 1_000, "p2", now=START), "payment.exists"),
        (lambda: pay_with_points(SYSTEM, anna, cart(number="A2"), 5_000, "p3", now=START), "payment.balance"),
        (lambda: pay_with_points(SYSTEM, anna, cart(number=""), 100, "p4", now=START), "payment.order_number"),
        (lambda: cancel_payment(SYSTEM, "web", "A9", now=START), "payment.unknown"),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == code
    cancel_payment(SYSTEM, "web", "A1", now=START)
    assert points_of(anna) == (5_000, 0, 0)
    assert faults() == {}


@pytest.mark.django_db
def test_a_quote_says_of_each_rule_what_it_gives_or_what_is_missing() -> None:
    anna = a_member_with(5_000)
    above = {"trigger": "order.paid", "formula": {"kind": "fixed", "points": 50}, "conditions": [{"kind": "amount", "at_least": 12_500}]}
    publish_earn_rule(SYSTEM, "above", "满125送50", above, FIRST_DAY, today=FIRST_DAY)

    plain, with_points = quote(anna, cart(), START), quote(anna, cart(), START, points=1_000)

    offers = {offer.code: offer for offer in plain.offers}
    assert (plain.points, plain.growth, plain.usable.points, plain.available) == (100, 100, 5_000, 5_000)
    assert offers["order_points"].available_at is None  # seven days after the receipt
    assert offers["above"].unmet is not None
    assert (offers["above"].points, offers["above"].unmet.missing_minor) == (0, 2_500)
    assert (with_points.points, with_points.growth) == (90, 90)
    assert rows("SELECT count(*) FROM loyalty_entry WHERE kind = 'earn'") == [(0,)]


@pytest.mark.django_db
def test_a_quote_is_what_the_order_earns_when_it_is_paid() -> None:
    anna = a_member_with(5_000)
    quoted = quote(anna, cart(), START)

    pays("anna", 10_000, "A1", lines=list(LINES))

    balance = balances([anna])[anna]
    assert (balance["points"].pending, balance["growth"].available) == (quoted.points, quoted.growth)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("terms", "code"),
    [({"step": 0}, "payment.terms"), ({"points": 1_000, "step": 5}, "payment.terms"), ({"colour": 1}, "payment.terms")],
)
def test_terms_that_mean_nothing_are_refused(terms: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        publish_payment_terms(SYSTEM, terms, date(2026, 1, 2), today=FIRST_DAY, now=START)
    assert refused.value.code == code
