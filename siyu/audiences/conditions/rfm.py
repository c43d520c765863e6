"""A cell of RFM: quintiles of recency, frequency and money, by the borders of the newest snapshot."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.lib.words import gettext_noop

from ..asking import SUMS, Asking, Sql, literal
from ..conditions import Because
from ..wording import listed

TITLE = _("RFM cell")
Score = Annotated[int, Meta(ge=1, le=5)]
Scores = Annotated[list[Score], Meta(max_length=5)]
VALUES = {
    "recency": "(o.last_paid_at AT TIME ZONE %(zone)s)::date",
    "frequency": "o.orders",
    "monetary": "(o.revenue_minor - o.refunded_minor)",
}
LETTERS = {"recency": "R", "frequency": "F", "monetary": "M"}


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="condition", tag="rfm"):
    """Scores 1 (lowest) to 5; an empty list takes any. Who never bought has no cell.

    The borders between scores are days and sums of the newest snapshot: time alone moves nobody between snapshots, orders do.
    """

    recency: Annotated[Scores, Meta(title="R", extra_json_schema={"input": "scores"})] = []
    frequency: Annotated[Scores, Meta(title="F", extra_json_schema={"input": "scores"})] = []
    monetary: Annotated[Scores, Meta(title="M", extra_json_schema={"input": "scores"})] = []

    def __post_init__(self) -> None:
        if not (self.recency or self.frequency or self.monetary):
            raise ValueError(gettext_noop("choose at least one score"))


def score(ask: Asking, axis: str) -> Sql:
    """1 and one more for each border that the value exceeds; null without a snapshot or without orders."""
    borders = getattr(ask.known.borders, axis, None)
    if borders is None:
        return "NULL::int"
    value = ask.column(SUMS, VALUES[axis])
    return "(1 + " + " + ".join(f"({value} > {literal(border)})::int" for border in borders) + ")"


def sql(terms: Terms, ask: Asking) -> Sql:
    tests = [f"{ask.column(SUMS, 'o.orders')} > 0"]
    for axis in VALUES:
        if wanted := getattr(terms, axis):
            tests.append(f"{score(ask, axis)} = ANY({literal(sorted(set(wanted)))})")
    return " AND ".join(tests)


def next_due(terms: Terms, ask: Asking) -> None:
    return None


def dirty_on(terms: Terms) -> Sequence[str]:
    return ("orders.sums",)


def words(terms: Terms) -> str:
    parts = [f"{LETTERS[axis]} {'/'.join(map(str, sorted(set(wanted))))}" for axis in VALUES if (wanted := getattr(terms, axis))]
    return gettext("RFM cell %(scores)s") % {"scores": listed(parts)}


def why(terms: Terms, ask: Asking) -> Because:
    def tell(orders: int | None, last: date | None, net: Any, *scores: int | None) -> str:
        if not orders:
            return gettext("never bought")
        if None in scores:
            return gettext("no snapshot was taken yet")
        said = gettext("R%(r)s F%(f)s M%(m)s: last bought %(last)s, %(orders)s orders, net %(net)s")
        return said % {"r": scores[0], "f": scores[1], "m": scores[2], "last": last, "orders": orders, "net": net}

    values = [ask.column(SUMS, what) for what in ("o.orders", VALUES["recency"], VALUES["monetary"])]
    return Because([*values, *(score(ask, axis) for axis in VALUES)], tell)
