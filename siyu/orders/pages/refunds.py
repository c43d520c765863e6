"""Refunds, those without a known order among them, and adjustments of the books."""

from typing import Any

import django_tables2 as tables
from django.forms import BooleanField, CharField
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from siyu.lib.web.csv import LIMIT, csv_response
from siyu.lib.web.formats import major
from siyu.lib.web.forms import FilterForm
from siyu.lib.web.keyset import paged
from siyu.lib.web.tables import InstantColumn, ListTable, MoneyColumn, NumberColumn
from siyu.merchant.access import PageRequest, requires

from .. import queries
from ..models import Refund
from .parts import BuyerTable, buyer_column, file_url, tabs

HEADER = ("shop", "order_number", "refund", "occurred_at", "amount", "because", "source", "buyer")


class RefundFilters(FilterForm):
    number = CharField(label=_("Order number"), max_length=200, required=False)
    loose = BooleanField(label=_("Without a known order"), required=False)


class Refunds(BuyerTable):
    order_number = tables.Column(_("Order number"))
    occurred_at = InstantColumn(_("When"))
    shop = tables.Column(_("Shop"), accessor="shop__name")
    key = tables.Column(_("Refund number"))
    amount_minor = MoneyColumn(_("Amount"))
    because = tables.Column(_("Why"))
    buyer = buyer_column()
    source = tables.Column(_("Source"), accessor="source__name")

    def render_order_number(self, value: str, record: Refund) -> str:
        if record.order_id is None:
            return format_html('{} <span class="badge bg-orange-lt">{}</span>', value, _("order unknown"))
        return format_html('<a href="{}">{}</a>', reverse("order", args=[record.order_id]), value)

    def buyer_of(self, record: Refund) -> tuple[str, str]:
        return _buyer(record)


class Adjustments(ListTable):
    occurred_at = InstantColumn(_("When"))
    shop = tables.Column(_("Shop"), accessor="shop__name")
    key = tables.Column(_("Key"))
    sku = tables.Column(_("SKU"))
    quantity = NumberColumn(_("Quantity"))
    amount_minor = MoneyColumn(_("Amount"))
    because = tables.Column(_("Why"))
    source = tables.Column(_("Source"), accessor="source__name")


@requires("orders.view")
def refunds(request: PageRequest) -> HttpResponse:
    """The list, newest first."""
    filters = RefundFilters(request.GET or None)
    chosen, scope = filters.chosen, request.viewer.scope
    page = paged(
        request, lambda at: queries.refunds(scope, at, **chosen), key=lambda one: (one.occurred_at, one.pk), order="refunds:-occurred_at"
    )
    context = {
        "title": _("Refunds"),
        "tabs": tabs("refunds"),
        "filters": filters,
        "table": Refunds(page.rows, request.viewer, empty_text=_("No refunds")),
        "page": page,
        "csv_url": file_url(request, "refunds-file", request.viewer),
    }
    return render(request, "orders/list.html", context)


@requires("orders.export")
def refunds_file(request: PageRequest) -> HttpResponseBase:
    """The filtered list as CSV."""
    found = queries.walk_refunds(request.viewer.scope, LIMIT + 1, **RefundFilters(request.GET or None).chosen)
    return csv_response(request, "refunds", HEADER, map(_row, found))


@requires("orders.view")
def adjustments(request: PageRequest) -> HttpResponse:
    """What stands in a shop's books beside sales and refunds, newest first."""
    scope = request.viewer.scope
    page = paged(
        request, lambda at: queries.adjustments(scope, at), key=lambda one: (one.occurred_at, one.pk), order="adjustments:-occurred_at"
    )
    table = Adjustments(page.rows, empty_text=_("No adjustments: they come with imported books"))
    return render(request, "orders/list.html", {"title": _("Adjustments"), "tabs": tabs("adjustments"), "table": table, "page": page})


def _buyer(refund: Refund) -> tuple[str, str]:
    """The buyer of the order, else who the refund itself names."""
    identity = refund.order.identity if refund.order and refund.order.identity else refund.identity
    return (identity.member.public_id, identity.member.nickname) if identity else ("", "")


def _row(refund: Refund) -> tuple[Any, ...]:
    named = (refund.shop.code, refund.order_number, refund.key, refund.occurred_at)
    return (*named, major(refund.amount_minor), refund.because, refund.source.name, _buyer(refund)[0])
