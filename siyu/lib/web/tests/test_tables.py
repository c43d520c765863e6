"""Lists and forms as rooms use them."""

from datetime import UTC, datetime

import django_tables2 as tables
import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from siyu.lib.refusal import Refusal
from siyu.lib.web.forms import FilterForm, Form, applied
from siyu.lib.web.keyset import Page
from siyu.lib.web.tables import BadgeColumn, InstantColumn, ListTable, MoneyColumn

pytestmark = pytest.mark.django_db


class Orders(ListTable):
    number = tables.Column("Number")
    paid_at = InstantColumn("Paid", orderable=True)
    amount_minor = MoneyColumn("Amount")
    state = BadgeColumn({"paid": ("Paid", "green")}, "State")


class Search(FilterForm):
    q = forms.CharField(label="Search", required=False, max_length=5)


ROWS = [
    {"number": "<b>2</b>", "paid_at": datetime(2026, 3, 2, tzinfo=UTC), "amount_minor": 100, "state": "paid"},
    {"number": "1", "paid_at": datetime(2026, 3, 3, tzinfo=UTC), "amount_minor": 200, "state": "odd"},
]


def listed(path="/orders?sort=paid_at&cursor=abc&q=x", **more) -> str:
    request = RequestFactory().get(path)
    request.viewer, request.user = None, AnonymousUser()
    words = {
        "title": "Orders",
        "table": Orders(ROWS, order_by="paid_at"),
        "filters": Search(request.GET),
        "page": Page(ROWS, next="N"),
    } | more
    with translation.override("en"):
        return render_to_string("web/list.html", words, request)


def test_a_list_keeps_the_order_the_query_gave():
    page = listed()
    assert page.index("&lt;b&gt;2") < page.index("2026-03-03")


def test_a_header_sorts_from_the_start_of_the_list_and_keeps_the_filter():
    page = listed()
    assert 'aria-sort="ascending"' in page
    assert 'href="?sort=-paid_at&amp;q=x"' in page
    assert "?sort=number" not in page


def test_the_next_page_keeps_filter_and_order():
    assert 'href="?sort=paid_at&amp;cursor=N&amp;q=x"' in listed()


def test_every_cell_is_labelled_for_narrow_screens():
    assert 'data-label="Amount"' in listed()


def test_an_empty_list_says_so():
    assert "Nothing here yet" in listed(table=Orders([]))


def test_an_invalid_filter_is_shown_and_not_applied():
    search = Search({"q": "far too long"})
    assert search.chosen == {}
    assert "at most 5" in listed(filters=search, path="/orders")


class Cost(Form):
    amount = forms.IntegerField(label="Amount")


def test_a_refusal_stands_beside_the_fields():
    def refuse():
        raise Refusal("cost.overlaps", "this period already has a cost")

    form = Cost({"amount": "5"})
    assert not applied(form, refuse)
    assert form.non_field_errors() == ["this period already has a cost"]
    assert form.errors.as_data()["__all__"][0].code == "cost.overlaps"


def test_an_invalid_form_never_reaches_the_service():
    assert not applied(Cost({"amount": "x"}), lambda: pytest.fail("the service ran"))
    assert applied(Cost({"amount": "5"}), lambda: None)
