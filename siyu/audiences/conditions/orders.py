"""Order statistics: how many orders, how much money, over all time."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from ..asking import SUMS, Asking, Sql
from ..comparing import Number, NumberOp, check_numbers, number_sql, number_words
from ..conditions import Because

TITLE = _("Order statistics")
COLUMNS = {
    "orders": "o.orders",
    "revenue_minor": "o.revenue_minor",
    "refunded_minor": "o.refunded_minor",
    "net_minor": "(o.revenue_minor - o.refunded_minor)",
    "average_minor": "CASE WHEN o.orders > 0 THEN round((o.revenue_minor - o.refunded_minor)::numeric / o.orders, 4) ELSE 0 END",
}
WORDS = {
    "orders": _("orders"),
    "revenue_minor": _("revenue (minor units)"),
    "refunded_minor": _("refunded (minor units)"),
    "net_minor": _("net revenue (minor units)"),
    "average_minor": _("net revenue an order (minor units)"),
}


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="condition", tag="orders"):
    """A sum over the member's paid orders compares so; who never ordered has zeros. Money in minor units (fen)."""

    what: Annotated[Literal["orders", "revenue_minor", "refunded_minor", "net_minor", "average_minor"], Meta(title="sum")] = "orders"
    op: NumberOp = "gte"
    value: Annotated[Number, Meta(title="value")]
    to: Annotated[Number, Meta(title="to")] | None = None

    def __post_init__(self) -> None:
        check_numbers(self.op, self.value, self.to)


def _sum(terms: Terms, ask: Asking) -> Sql:
    return f"coalesce({ask.column(SUMS, COLUMNS[terms.what])}, 0)"


def sql(terms: Terms, ask: Asking) -> Sql:
    return number_sql(terms.op, _sum(terms, ask), terms.value, terms.to)


def next_due(terms: Terms, ask: Asking) -> None:
    return None


def dirty_on(terms: Terms) -> Sequence[str]:
    return ("orders.sums",)


def words(terms: Terms) -> str:
    return f"{WORDS[terms.what]} {number_words(terms.op, terms.value, terms.to)}"


def why(terms: Terms, ask: Asking) -> Because:
    def tell(value: object) -> str:
        return gettext("it is %(value)s") % {"value": value}

    return Because((_sum(terms, ask),), tell)
