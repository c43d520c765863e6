"""What the order book answers, and to whom."""

from datetime import date

import pytest
from django.apps import apps

from siyu.lib.web.keyset import Position
from siyu.merchant.rules import WHOLE, Scope
from siyu.merchant.services import ensure_stores
from siyu.orders import privacy, queries
from siyu.orders.models import Order, Refund, Statistics
from siyu.orders.queries import OrderFilter

from .builders import at, fact, handle, member, owner, source, tell

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)


def numbers(scope: Scope = WHOLE, **wanted: object) -> list[str]:
    return [order.number for order in queries.orders(scope, Position(limit=50), OrderFilter(**wanted))]  # type: ignore[arg-type]


def test_orders_come_newest_first_and_page_both_ways() -> None:
    tell([fact("order.paid", at(hour), None, order_number=str(hour), amount_minor=1) for hour in range(5)])

    first = queries.orders(WHOLE, Position(limit=2))
    assert [order.number for order in first] == ["4", "3"]
    behind = queries.orders(WHOLE, Position((first[-1].placed_at, first[-1].id), limit=2))
    assert [order.number for order in behind] == ["2", "1"]
    before = queries.orders(WHOLE, Position((behind[0].placed_at, behind[0].id), is_backwards=True, limit=2))
    assert [order.number for order in before] == ["3", "4"]


def test_filters_narrow_the_list() -> None:
    tell(
        [
            fact("order.created", at(0), None, order_number="open", source=source("web")),
            fact("order.paid", at(1), None, order_number="paid", amount_minor=5),
            fact("order.paid", at(2), None, order_number="sent", shop="other"),
            fact("order.shipped", at(3), None, order_number="sent", shop="other"),
            fact("order.closed", at(4), None, order_number="over"),
            fact("order.paid", at(5), None, order_number="home", is_in_store=True, store="north"),
            fact("order.refunded", at(6), None, order_number="paid", amount_minor=5),
        ]
    )

    assert {status: numbers(status=status) for status in ("created", "paid", "shipped", "received", "closed")} == {
        "created": ["open"],
        "paid": ["paid"],
        "shipped": ["sent"],
        "received": ["home"],
        "closed": ["over"],
    }
    assert numbers(number="sent") == ["sent"]
    assert numbers(number="sen") == []
    assert numbers(since=at(1), until=at(4)) == ["sent", "paid"]
    assert numbers(source_id=source("web")) == ["open"]
    assert numbers(store_id=ensure_stores(["north"])["north"]) == ["home"]
    assert numbers(is_refunded=True) == ["paid"]


def test_a_scope_sees_its_stores_orders_and_its_members_orders_only() -> None:
    stores = ensure_stores(["north", "south"])
    assistant = apps.get_model("merchant", "Staff").objects.create(username="li", name="Li", role="shop_assistant", reach="own")
    own = handle(member(store_id=stores["south"], assistant_id=assistant.pk))
    tell(
        [
            fact("order.paid", at(1), None, order_number="north", store="north", amount_minor=1),
            fact("order.paid", at(2), own, order_number="own", amount_minor=2),
            fact("order.paid", at(3), handle(), order_number="other", amount_minor=4),
            fact("order.refunded", at(3.1), own, order_number="own", amount_minor=1),
            fact("order.refunded", at(3.2), own, order_number="unknown", amount_minor=1),
            fact("order.refunded", at(3.3), own, order_number="other", amount_minor=1),
        ]
    )
    north, south, li = Scope(store_ids=(stores["north"],)), Scope(store_ids=(stores["south"],)), Scope(assistant_id=assistant.pk)

    assert [numbers(scope) for scope in (WHOLE, north, south, li, Scope(store_ids=()))] == [
        ["other", "own", "north"],
        ["north"],
        ["own"],
        ["own"],
        [],
    ]
    assert [r.order_number for r in queries.refunds(li, Position(limit=9))] == ["unknown", "own"]
    assert [sum(day.revenue_minor for day in queries.revenue_by_day(DAY, DAY, scope)) for scope in (WHOLE, north, south, li)] == [
        7,
        1,
        2,
        2,
    ]
    assert [sum(day.refunded_minor for day in queries.revenue_by_day(DAY, DAY, scope)) for scope in (WHOLE, north, south, li)] == [
        3,
        0,
        2,
        2,
    ]
    assert [queries.buyers_between(DAY, DAY, scope) for scope in (WHOLE, north, li)] == [2, 0, 1]
    foreign = Order.objects.get(number="other").pk
    assert queries.one_order(WHOLE, foreign) is not None
    assert queries.one_order(li, foreign) is None


def test_totals_count_paid_orders_and_every_refund_by_its_source() -> None:
    web, shop = source("web"), source("shop")
    tell(
        [
            fact("order.paid", at(1), handle(), source=web, amount_minor=100),
            fact("order.paid", at(1), None, source=web, order_number="2", amount_minor=0),
            fact("order.created", at(1), None, source=web, order_number="3", amount_minor=900),
            fact("order.refunded", at(2), None, source=shop, amount_minor=30),
            fact("order.refunded", at(2), None, source=shop, order_number="unknown", amount_minor=5),
        ]
    )

    assert [tuple(row) for row in queries.totals_by_source()] == [("shop", 0, 0, 35), ("web", 2, 100, 0)]


def test_a_price_history_shows_changes_only() -> None:
    tell([fact("product.updated", at(hour), sku="tea", price_minor=price) for hour, price in enumerate((10, 10, 12, 12, 10))])

    product = queries.products(Position(limit=5), search="TE")[0]
    assert [(change.from_at, change.price_minor) for change in queries.price_history(product.pk)] == [(at(4), 10), (at(2), 12), (at(0), 10)]


def test_products_are_found_by_words_category_and_listing() -> None:
    tell(
        [
            fact("product.updated", at(0), sku="tea-1", name="Oolong", brand="Wuyi", category="drinks"),
            fact("order.paid", at(1), lines=[{"sku": "cup-1", "name": "Cup"}]),
        ]
    )

    def found(**wanted: str) -> list[str]:
        return [product.sku for product in queries.products(Position(limit=5), **wanted)]

    assert found() == ["cup-1", "tea-1"]
    assert found(search="wuyi") == found(category="drinks") == found(listed="yes") == ["tea-1"]
    assert found(listed="no") == found(search="CUP") == ["cup-1"]
    assert queries.categories() == [("drinks", "drinks")]


def test_erasure_leaves_the_books_whole_and_anonymous() -> None:
    who = handle()
    tell([fact("order.paid", at(1), who, amount_minor=100, lines=[{"sku": "tea", "amount_minor": 100}])])
    tell([fact("order.refunded", at(2), who, amount_minor=30, because="burnt my hand")])
    copy = privacy.export(owner(who))
    assert [len(copy[name]) for name in ("orders", "lines", "refunds")] == [1, 1, 1]

    privacy.erase(owner(who))

    assert privacy.export(owner(who)) == {"orders": [], "lines": [], "refunds": []}
    assert not Statistics.objects.exists()
    assert (Order.objects.get().amount_minor, Refund.objects.get().amount_minor, Refund.objects.get().because) == (100, 30, "")
    assert [tuple(row)[1:] for row in queries.totals_by_source()] == [(1, 100, 30)]
