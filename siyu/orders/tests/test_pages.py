"""The order book's pages: who may open them, what they show, and to whom."""

import csv
from io import StringIO

import pytest
from django.apps import apps
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from siyu.merchant.rules import PERMISSIONS, SYSTEM, Role
from siyu.merchant.services import create_staff, ensure_stores
from siyu.orders import urls
from siyu.orders.models import Order, Product

from .builders import at, fact, handle, member, tell

pytestmark = pytest.mark.django_db


def client_of(role: Role, store: str = "north") -> tuple[Client, int]:
    """A browser in which someone of this role is logged in, and who that is."""
    store_id = ensure_stores([store])[store] if role is Role.STORE_MANAGER else None
    made = create_staff(SYSTEM, f"a-{role}", "Ana", role, store_id=store_id)
    browser = Client()
    browser.force_login(apps.get_model("merchant", "Staff").objects.get(pk=made.id))
    return browser, made.id


@pytest.fixture
def book() -> None:
    buyer = handle(member(nickname="Mei"))
    tell(
        [
            fact("product.updated", at(0), sku="tea", name="Oolong", category="drinks", price_minor=1000, page_url="javascript:alert(1)"),
            fact(
                "order.paid",
                at(1),
                buyer,
                order_number="A-1",
                amount_minor=2050,
                store="north",
                lines=[{"sku": "tea", "amount_minor": 2050}],
            ),
            fact("order.paid", at(2), None, order_number="B-2", amount_minor=100),
            fact("order.refunded", at(3), buyer, order_number="A-1", amount_minor=50, because="=1+1"),
            fact("order.refunded", at(3), buyer, order_number="Z-9", amount_minor=7),
            fact("order.adjusted", at(3), shop="s", key="k-1", amount_minor=-3, because="damaged"),
        ]
    )


def addresses() -> dict[str, str]:
    pks = {"order": Order.objects.get(number="A-1").pk, "product": Product.objects.get().pk}
    return {str(p.name): reverse(str(p.name), args=[pks[str(p.name)]] if str(p.name) in pks else []) for p in urls.urlpatterns}


def cells(response: HttpResponse) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(StringIO(text)))


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize("role", [Role.OWNER, Role.ANALYST, Role.FINANCE, Role.CUSTOMER_SERVICE])
def test_each_role_opens_exactly_the_pages_it_may(role: Role) -> None:
    browser, _ = client_of(role)

    answers = {name: browser.get(url).status_code for name, url in addresses().items()}

    needed = {str(p.name): p.callback.required_permission for p in urls.urlpatterns}
    assert answers == {name: 200 if needed[name] in PERMISSIONS[role] else 403 for name in answers}


@pytest.mark.usefixtures("book")
def test_a_scope_narrows_lists_and_details() -> None:
    manager, _ = client_of(Role.STORE_MANAGER)
    assistant, _ = client_of(Role.SHOP_ASSISTANT)
    foreign = reverse("order", args=[Order.objects.get(number="B-2").pk])

    listed = manager.get(reverse("orders")).content.decode()
    assert "A-1" in listed
    assert "B-2" not in listed
    assert manager.get(foreign).status_code == 404
    assert "A-1" not in assistant.get(reverse("orders")).content.decode()
    assert "Z-9" not in assistant.get(reverse("refunds")).content.decode()
    assert "k-1" not in assistant.get(reverse("adjustments")).content.decode()


@pytest.mark.usefixtures("book")
def test_an_order_shows_amounts_lines_refunds_and_buyer() -> None:
    browser, _ = client_of(Role.OWNER)

    page = browser.get(addresses()["order"], headers={"accept-language": "en"}).content.decode()

    for words in ("20.50", "20.00", "Oolong", "Mei", "=1+1"):
        assert words in page


def test_an_order_of_thousands_of_lines_shows_the_first_and_says_so() -> None:
    tell([fact("order.paid", at(1), None, lines=[{"sku": f"p{n}", "amount_minor": 1} for n in range(501)])])
    browser, _ = client_of(Role.OWNER)

    page = browser.get(reverse("order", args=[Order.objects.get().pk]))

    assert (len(page.context["lines"].rows), page.context["shown"]) == (500, 500)


@pytest.mark.usefixtures("book")
def test_an_address_that_is_no_web_page_is_not_linked() -> None:
    browser, _ = client_of(Role.OWNER)

    assert "javascript:alert" not in browser.get(addresses()["product"]).content.decode()


@pytest.mark.usefixtures("book")
def test_who_may_not_see_members_sees_no_nickname() -> None:
    browser, _ = client_of(Role.FINANCE)

    assert "Mei" not in browser.get(addresses()["orders"]).content.decode()
    assert "Mei" not in browser.get(addresses()["refunds"]).content.decode()


@pytest.mark.usefixtures("book")
def test_files_carry_the_filtered_list_and_no_formula() -> None:
    browser, _ = client_of(Role.OWNER)

    orders = cells(browser.get(reverse("orders-file") + "?number=A-1"))
    refunds = cells(browser.get(reverse("refunds-file") + "?loose="))
    products = cells(browser.get(reverse("products-file")))

    assert [row[1] for row in orders[1:]] == ["A-1"]
    assert orders[1][7] == "20.50"
    assert sorted(row[5] for row in refunds[1:]) == ["", "'=1+1"]
    assert products[1][:5] == ["tea", "Oolong", "drinks", "", "10.00"]


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("status=paid", {"A-1", "B-2"}),
        ("status=closed", set()),
        ("first=2026-03-01&last=2026-03-01", {"A-1", "B-2"}),
        ("first=2026-03-02", set()),
        ("is_refunded=on", {"A-1"}),
        ("number=B-2", {"B-2"}),
        ("status=nonsense&first=yesterday", {"A-1", "B-2"}),
    ],
)
def test_filters_in_the_address_are_applied_and_nonsense_is_not(query: str, numbers: set[str]) -> None:
    browser, _ = client_of(Role.OWNER)

    page = browser.get(f"{reverse('orders')}?{query}").content.decode()

    assert {number for number in ("A-1", "B-2") if f">{number}</a>" in page} == numbers


def test_pages_of_a_list_lead_on_and_back() -> None:
    tell([fact("order.paid", at(0.01 * n), None, order_number=f"n{n:03}", amount_minor=1) for n in range(60)])
    browser, _ = client_of(Role.OWNER)

    first = browser.get(reverse("orders"))
    second = browser.get(reverse("orders"), {"cursor": first.context["page"].next})
    back = browser.get(reverse("orders"), {"cursor": second.context["page"].previous})

    assert [row.number for row in second.context["page"].rows] == [f"n{n:03}" for n in range(9, -1, -1)]
    assert [row.number for row in back.context["page"].rows] == [row.number for row in first.context["page"].rows]
    assert browser.get(reverse("orders"), {"cursor": "forged"}).status_code == 400


def test_empty_lists_say_so() -> None:
    browser, _ = client_of(Role.OWNER)

    for name in ("orders", "refunds", "adjustments", "products"):
        assert 'class="empty"' in browser.get(reverse(name)).content.decode()
    assert browser.get(reverse("order", args=[1])).status_code == 404
