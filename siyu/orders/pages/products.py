"""The catalogue: the list with search and filters, one product with its price history."""

from collections.abc import Iterator
from typing import Any

import django_tables2 as tables
from django.forms import CharField, ChoiceField
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from siyu.lib.web.csv import LIMIT, csv_response
from siyu.lib.web.formats import major
from siyu.lib.web.forms import FilterForm
from siyu.lib.web.keyset import paged
from siyu.lib.web.tables import BadgeColumn, InstantColumn, ListTable, MoneyColumn, NumberColumn
from siyu.merchant.access import PageRequest, requires

from .. import queries
from ..models import Product
from .parts import file_url

HEADER = ("sku", "name", "category", "brand", "price", "cost", "stock", "is_listed", "changed_at")
LISTED = {True: (_("Listed"), "green"), False: (_("Only in orders"), "orange")}


class ProductFilters(FilterForm):
    search = CharField(label=_("SKU, name or brand"), max_length=100, required=False)
    category = ChoiceField(label=_("Category"), required=False)
    listed = ChoiceField(
        label=_("Listing"), required=False, choices=[("", _("All products")), ("yes", _("Listed")), ("no", _("Only in orders"))]
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["category"].choices = [("", _("All categories")), *queries.categories()]  # type: ignore[attr-defined]


class Products(ListTable):
    sku = tables.Column(_("SKU"), linkify=("product", {"pk": tables.A("pk")}))
    name = tables.Column(_("Product"))
    category = tables.Column(_("Category"), accessor="category__name")
    brand = tables.Column(_("Brand"))
    price_minor = MoneyColumn(_("Price"))
    stock = NumberColumn(_("Stock"))
    is_listed = BadgeColumn(LISTED, _("Listing"))  # type: ignore[arg-type]
    changed_at = InstantColumn(_("Described"))


class Prices(ListTable):
    from_at = InstantColumn(_("Since"))
    price_minor = MoneyColumn(_("Price"))


@requires("orders.view")
def products(request: PageRequest) -> HttpResponse:
    """The list by SKU."""
    filters = ProductFilters(request.GET or None)
    chosen = filters.chosen
    page = paged(request, lambda at: queries.products(at, **chosen), key=lambda one: (one.sku,), order="products:sku")
    empty = _("No product matches") if chosen else _("No products yet: they come from shops, imports and order lines")
    context = {
        "title": _("Products"),
        "filters": filters,
        "table": Products(page.rows, empty_text=empty),
        "page": page,
        "csv_url": file_url(request, "products-file", request.viewer),
    }
    return render(request, "orders/list.html", context)


@requires("orders.export")
def products_file(request: PageRequest) -> HttpResponseBase:
    """The filtered list as CSV."""
    return csv_response(request, "products", HEADER, _rows(queries.walk_products(LIMIT + 1, **ProductFilters(request.GET or None).chosen)))


@requires("orders.view")
def product(request: PageRequest, pk: int) -> HttpResponse:
    """One product and the changes of its price."""
    found = queries.one_product(pk)
    if found is None:
        raise Http404
    context = {
        "title": found.name or found.sku,
        "product": found,
        "listing": LISTED[found.is_listed],
        "page_url": found.page_url if found.page_url.startswith(("https://", "http://")) else "",
        "prices": Prices(queries.price_history(pk), empty_text=_("No price was told")),
    }
    return render(request, "orders/product.html", context)


def _rows(found: Iterator[Product]) -> Iterator[tuple[Any, ...]]:
    for one in found:
        category = one.category.name if one.category else ""
        prices = (major(one.price_minor), major(one.cost_minor))
        yield (one.sku, one.name, category, one.brand, *prices, one.stock, one.is_listed, one.changed_at)
