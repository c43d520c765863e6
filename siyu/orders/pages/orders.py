"""Orders: the list with its filters, the file of it, one order whole."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import django_tables2 as tables
from django.forms import BooleanField, CharField, ChoiceField, DateField, DateInput, TypedChoiceField
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import midnight
from siyu.lib.web.business import business
from siyu.lib.web.csv import LIMIT, csv_response
from siyu.lib.web.formats import major
from siyu.lib.web.forms import FilterForm
from siyu.lib.web.keyset import paged
from siyu.lib.web.parts import Moment
from siyu.lib.web.tables import BadgeColumn, InstantColumn, ListTable, MoneyColumn, NumberColumn
from siyu.merchant.access import PageRequest, requires
from siyu.merchant.queries import shop_names, store_names

from .. import queries
from ..queries import OrderFilter, OrderView
from .parts import STATUSES, BuyerTable, buyer_column, buyer_link, file_url, tabs

HEADER = (
    "shop",
    "number",
    "status",
    "placed_at",
    "paid_at",
    "store",
    "source",
    "amount",
    "discount",
    "shipping",
    "refunded",
    "lines",
    "buyer",
)


class OrderFilters(FilterForm):
    number = CharField(label=_("Order number"), max_length=200, required=False)
    first = DateField(label=_("From day"), required=False, widget=DateInput(attrs={"type": "date"}))
    last = DateField(label=_("To day"), required=False, widget=DateInput(attrs={"type": "date"}))
    status = ChoiceField(label=_("Status"), required=False)
    shop_id = TypedChoiceField(label=_("Shop"), coerce=int, empty_value=None, required=False)
    store_id = TypedChoiceField(label=_("Store"), coerce=int, empty_value=None, required=False)
    source_id = TypedChoiceField(label=_("Source"), coerce=int, empty_value=None, required=False)
    is_refunded = BooleanField(label=_("With refunds"), required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._offer("status", _("All statuses"), [(key, title) for key, (title, _colour) in STATUSES.items()])
        self._offer("shop_id", _("All shops"), sorted(shop_names().items(), key=lambda one: one[1]))
        self._offer("store_id", _("All stores"), sorted(store_names().items(), key=lambda one: one[1]))
        self._offer("source_id", _("All sources"), queries.sources())

    def _offer(self, name: str, everything: Any, choices: list[tuple[Any, Any]]) -> None:
        self.fields[name].choices = [("", everything), *choices]  # type: ignore[attr-defined]

    @property
    def wanted(self) -> OrderFilter:
        """The filter; days are the merchant's."""
        chosen, zone = dict(self.chosen), business().zone
        first, last = chosen.pop("first", None), chosen.pop("last", None)
        since = midnight(first, zone) if first else None
        return OrderFilter(since=since, until=midnight(last + timedelta(1), zone) if last else None, **chosen)


class Orders(BuyerTable):
    number = tables.Column(_("Order number"), linkify=("order", {"pk": tables.A("id")}))
    placed_at = InstantColumn(_("Placed"))
    shop = tables.Column(_("Shop"))
    store = tables.Column(_("Store"))
    status = BadgeColumn(STATUSES, _("Status"))
    lines = NumberColumn(_("Lines"))
    amount_minor = MoneyColumn(_("Amount"))
    refunded_minor = MoneyColumn(_("Refunded"))
    buyer = buyer_column()
    source = tables.Column(_("Source"))


class Lines(ListTable):
    number = NumberColumn(_("Line"))
    sku = tables.Column(_("SKU"), accessor="product__sku", linkify=("product", {"pk": tables.A("product_id")}))
    name = tables.Column(_("Product"), accessor="product__name")
    category = tables.Column(_("Category"), accessor="product__category__name")
    quantity = NumberColumn(_("Quantity"))
    unit_price = tables.Column(_("Unit price"), attrs={"td": {"class": "text-end siyu-number"}, "th": {"class": "text-end"}})
    amount_minor = MoneyColumn(_("Amount"))

    def render_unit_price(self, value: Any) -> str:
        return f"{value.normalize():f}"


class OrderRefunds(ListTable):
    occurred_at = InstantColumn(_("When"))
    key = tables.Column(_("Refund number"))
    amount_minor = MoneyColumn(_("Amount"))
    because = tables.Column(_("Why"))
    source = tables.Column(_("Source"), accessor="source__name")


@requires("orders.view")
def orders(request: PageRequest) -> HttpResponse:
    """The list, newest first."""
    filters = OrderFilters(request.GET or None)
    wanted, scope = filters.wanted, request.viewer.scope
    page = paged(
        request, lambda at: queries.orders(scope, at, wanted), key=lambda order: (order.placed_at, order.id), order="orders:-placed_at"
    )
    empty = _("No order matches") if filters.chosen else _("No orders yet: they come from shops, SDKs and imports")
    context = {
        "title": _("Orders"),
        "tabs": tabs("orders"),
        "filters": filters,
        "table": Orders(page.rows, request.viewer, empty_text=empty),
        "page": page,
        "csv_url": file_url(request, "orders-file", request.viewer),
    }
    return render(request, "orders/list.html", context)


@requires("orders.export")
def orders_file(request: PageRequest) -> HttpResponseBase:
    """The filtered list as CSV; one row more than the limit, so that the file can say that it was cut."""
    found = queries.walk_orders(request.viewer.scope, OrderFilters(request.GET or None).wanted, LIMIT + 1)
    return csv_response(request, "orders", HEADER, _rows(found))


@requires("orders.view")
def order(request: PageRequest, pk: int) -> HttpResponse:
    """One order: its steps, amounts, lines and refunds."""
    found = queries.one_order(request.viewer.scope, pk)
    if found is None:
        raise Http404
    context = {
        "title": found.number,
        "order": found,
        "status": STATUSES[found.status],
        "net_minor": found.amount_minor - found.refunded_minor,
        "buyer": buyer_link(request.viewer, found.buyer_public_id, found.buyer_nickname),
        "steps": _steps(found),
        "shown": queries.SHOWN_LINES if found.lines > queries.SHOWN_LINES else 0,
        "lines": Lines(queries.lines_of(pk), empty_text=_("No lines were told")),
        "refunds": OrderRefunds(queries.refunds_of_order(pk), empty_text=_("Nothing was given back")),
    }
    return render(request, "orders/order.html", context)


def _steps(found: OrderView) -> list[Moment]:
    words = STATUSES | {"created": (_("Created"), "secondary")}
    return [Moment(at=at, title=words[step][0], colour=words[step][1]) for step, at in reversed(found.steps)]


def _rows(found: Iterator[OrderView]) -> Iterator[tuple[Any, ...]]:
    for one in found:
        amounts = (one.amount_minor, one.discount_minor, one.shipping_minor, one.refunded_minor)
        names = (one.shop, one.number, one.status.value, one.placed_at, one.paid_at, one.store, one.source)
        yield (*names, *map(major, amounts), one.lines, one.buyer_public_id)
