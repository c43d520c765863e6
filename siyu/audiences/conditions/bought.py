"""Bought certain products or categories: so many orders with them, in a window of days."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.lib.words import gettext_noop

from ..asking import LINES, Asking, Sql, least, texts
from ..conditions import Because
from ..rules import Window
from ..rules.windows import EVER
from ..wording import listed, window_words

TITLE = _("Bought products or categories")
Code = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="condition", tag="bought"):
    """At least `orders` paid orders hold one of the products, or a product that is now in one of the categories."""

    skus: Annotated[list[Code], Meta(max_length=200, title="products", extra_json_schema={"input": "skus"})] = []
    categories: Annotated[list[Code], Meta(max_length=200, title="categories", extra_json_schema={"input": "categories"})] = []
    orders: Annotated[int, Meta(ge=0, le=100_000, title="orders at least")] = 1
    within: Window = EVER

    def __post_init__(self) -> None:
        if not self.skus and not self.categories:
            raise ValueError(gettext_noop("name at least one product or category"))
        if self.within.span is not None:
            raise ValueError(gettext_noop("orders are counted by days: use last_days"))


def _these(terms: Terms, ask: Asking) -> Sql:
    """Lines with one of the products: their numbers are looked up once, not with every line."""
    products = []
    if terms.skus:
        products.append(f"SELECT p.id FROM orders_product p WHERE p.sku = ANY({texts(terms.skus)})")
    if terms.categories:
        products.append(
            "SELECT p.id FROM orders_product p JOIN orders_category k ON k.id = p.category_id"
            f" WHERE k.code = ANY({texts(terms.categories)})"
        )
    return f"e.product_id IN ({' UNION ALL '.join(products)}) AND {ask.within(terms.within, 'o.paid_day', 'o.paid_at')}"


def _count(terms: Terms, ask: Asking) -> Sql:
    return f"coalesce({ask.column(LINES, f'count(DISTINCT o.id) FILTER (WHERE {_these(terms, ask)})')}, 0)"


def sql(terms: Terms, ask: Asking) -> Sql:
    return f"{_count(terms, ask)} >= {terms.orders}"


def next_due(terms: Terms, ask: Asking) -> Sql | None:
    window, dues = terms.within, []
    if window.nearest is not None:
        later = f"min(o.paid_day) FILTER (WHERE o.paid_day > {ask.today} - {window.nearest})"
        dues.append(ask.midnight(f"({ask.column(LINES, later)} + {window.nearest})"))
    if window.furthest is not None:
        first = f"min(o.paid_day) FILTER (WHERE {_these(terms, ask)})"
        dues.append(ask.midnight(f"({ask.column(LINES, first)} + {window.furthest + 1})"))
    return least(dues)


def dirty_on(terms: Terms) -> Sequence[str]:
    return ("orders.sums", "orders.lines")


def words(terms: Terms) -> str:
    things = [*terms.skus, *terms.categories]
    named = listed(things[:8]) + (" …" if len(things) > 8 else "")
    said = gettext("at least %(orders)s orders of %(things)s") % {"orders": terms.orders, "things": named}
    return said + window_words(terms.within)


def why(terms: Terms, ask: Asking) -> Because:
    def tell(orders: int, last: date | None) -> str:
        return gettext("%(orders)s orders, the last on %(day)s") % {"orders": orders, "day": last} if orders else gettext("none")

    return Because((_count(terms, ask), ask.column(LINES, f"max(o.paid_day) FILTER (WHERE {_these(terms, ask)})")), tell)
