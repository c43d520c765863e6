"""What facts make of the order book, one example each."""

from decimal import Decimal

import pytest

from siyu.orders.models import Adjustment, Line, Order, Product, Refund, Statistics

from .builders import at, fact, handle, owner, source, tell

pytestmark = pytest.mark.django_db

LINES = [
    {"sku": "tea", "name": "Oolong", "category": "drinks", "quantity": "2", "unit_price": "10.125", "amount_minor": 2025},
    {"sku": "cup", "quantity": "0", "unit_price": "3.5", "amount_minor": 0, "row_key": "ab:7"},
]


def test_a_paid_order_with_its_lines() -> None:
    buyer = handle()

    tell([fact("order.paid", at(0), buyer, amount_minor=2025, discount_minor=100, lines=LINES, store="hall")])

    order = Order.objects.get()
    assert (order.amount_minor, order.discount_minor, order.lines, order.paid_at, order.received_at) == (2025, 100, 2, at(0), None)
    assert order.shop.code == "s"
    assert order.store is not None
    assert order.store.code == "hall"
    assert list(
        Line.objects.order_by("number").values_list("number", "product__sku", "quantity", "unit_price", "amount_minor", "row_key")
    ) == [
        (1, "tea", Decimal(2), Decimal("10.125"), 2025, ""),
        (2, "cup", Decimal(0), Decimal("3.5"), 0, "ab:7"),
    ]
    sums = Statistics.objects.get(member_id=owner(buyer))
    assert (sums.orders, sums.revenue_minor, sums.refunded_minor, sums.first_paid_at, sums.last_paid_at) == (1, 2025, 0, at(0), at(0))


def test_bought_in_a_store_is_received_at_once() -> None:
    tell([fact("order.paid", at(0), handle(), amount_minor=5, is_in_store=True)])

    assert Order.objects.get().received_at == at(0)


def test_steps_keep_their_earliest_instant() -> None:
    tell([fact("order.shipped", at(5)), fact("order.shipped", at(4))], [fact("order.closed", at(9)), fact("order.received", at(8))])

    order = Order.objects.get()
    assert (order.shipped_at, order.received_at, order.closed_at, order.paid_at) == (at(4), at(8), at(9), None)
    assert not Statistics.objects.exists()


def test_a_payment_outranks_a_later_creation_and_an_exchange_outranks_both() -> None:
    buyer = handle()

    tell([fact("order.created", at(9), buyer, amount_minor=900, lines=LINES)])
    tell([fact("order.paid", at(1), buyer, amount_minor=700)])
    assert (Order.objects.get().amount_minor, Order.objects.get().lines) == (700, 2)
    tell([fact("order.exchanged", at(0), buyer, amount_minor=650, lines=LINES[:1])])

    order = Order.objects.get()
    assert (order.amount_minor, order.lines, Line.objects.count()) == (650, 1, 1)
    assert Statistics.objects.get().revenue_minor == 650


def test_a_payment_told_late_but_made_earlier_moves_first_and_last() -> None:
    buyer = handle()

    tell([fact("order.paid", at(9), buyer, amount_minor=700)])
    tell([fact("order.paid", at(1), buyer, amount_minor=700)])

    sums = Statistics.objects.get()
    assert (sums.orders, sums.revenue_minor, sums.first_paid_at, sums.last_paid_at) == (1, 700, at(1), at(1))


def test_an_amount_that_is_not_told_is_the_sum_of_lines_and_shipping() -> None:
    tell([fact("order.paid", at(0), handle(), lines=[{"sku": "a", "quantity": "3", "unit_price": "1.005"}], shipping_minor=500)])

    assert Order.objects.get().amount_minor == 302 + 500
    assert Line.objects.get().amount_minor == 302


def test_an_anonymous_order_counts_for_no_member() -> None:
    tell([fact("order.paid", at(0), None, amount_minor=0)])

    assert Order.objects.get().identity_id is None
    assert not Statistics.objects.exists()


def test_a_refund_waits_for_its_order_and_then_counts_for_its_buyer() -> None:
    buyer, other = handle(), handle()

    tell([fact("order.refunded", at(2), other, amount_minor=40, refund="r1")])
    assert Refund.objects.get().order_id is None
    assert Statistics.objects.get(member_id=owner(other)).refunded_minor == 40
    tell([fact("order.paid", at(0), buyer, amount_minor=100)], [fact("order.refunded", at(3), buyer, amount_minor=10)])

    assert Order.objects.get().refunded_minor == 50
    assert list(Statistics.objects.values_list("member_id", "orders", "revenue_minor", "refunded_minor")) == [(owner(buyer), 1, 100, 50)]


def test_a_refund_told_twice_under_one_key_is_the_later_one() -> None:
    buyer = handle()

    tell([fact("order.paid", at(0), buyer, amount_minor=100), fact("order.refunded", at(2), buyer, amount_minor=40, refund="r1")])
    tell(
        [fact("order.refunded", at(3), buyer, amount_minor=30, refund="r1")], [fact("order.refunded", at(1), amount_minor=99, refund="r1")]
    )

    assert Refund.objects.get().amount_minor == 30
    assert (Order.objects.get().refunded_minor, Statistics.objects.get().refunded_minor) == (30, 30)


def test_an_order_told_of_another_buyer_moves_with_its_refunds() -> None:
    first, second = handle(), handle()

    tell([fact("order.created", at(0), first, amount_minor=100), fact("order.refunded", at(2), first, amount_minor=40)])
    tell([fact("order.paid", at(1), second, amount_minor=100)])

    assert list(Statistics.objects.values_list("member_id", "orders", "refunded_minor")) == [(owner(second), 1, 40)]


def test_products_that_only_lines_name_are_unlisted_until_described() -> None:
    tell([fact("order.paid", at(5), lines=[{"sku": "tea", "name": "late name"}])])
    tell([fact("order.paid", at(3), order_number="2", lines=[{"sku": "tea", "name": "early name", "category": "drinks"}])])
    product = Product.objects.get()
    assert (product.name, product.is_listed, product.changed_at, product.category and product.category.name) == (
        "early name",
        False,
        at(3),
        "drinks",
    )

    tell([fact("product.updated", at(9), sku="tea", name="Oolong", category="drinks", category_name="Drinks", price_minor=1200)])
    tell([fact("product.updated", at(8), sku="tea", name="old", brand="Mt. Wuyi", price_minor=1100)])

    product = Product.objects.get()
    assert (product.name, product.brand, product.price_minor, product.is_listed, product.changed_at) == (
        "Oolong",
        "Mt. Wuyi",
        1200,
        True,
        at(9),
    )
    assert product.category is not None
    assert product.category.name == "Drinks"
    assert list(product.price_set.order_by("from_at").values_list("from_at", "price_minor")) == [(at(8), 1100), (at(9), 1200)]


def test_an_adjustment_is_kept_once_by_its_key() -> None:
    told = {"shop": "s", "key": "k", "amount_minor": -100, "quantity": "-3"}

    tell([fact("order.adjusted", at(1), **told), fact("order.adjusted", at(2), **told | {"because": "damaged"})])
    tell([fact("order.adjusted", at(0), **told | {"amount_minor": 7})])

    row = Adjustment.objects.get()
    assert (row.amount_minor, row.quantity, row.because) == (-100, Decimal(-3), "damaged")


def test_the_source_is_that_of_the_fact_whose_amounts_stand() -> None:
    web, shop = source("web"), source("shop")

    tell([fact("order.paid", at(0), source=shop, amount_minor=5), fact("order.shipped", at(1), source=web)])

    assert Order.objects.get().source_id == shop
