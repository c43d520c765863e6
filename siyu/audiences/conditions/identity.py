"""Has a handle of a kind: a phone, an e-mail, a WeCom friend …"""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.members.rules import KINDS

from ..asking import HANDLES, Asking, Sql, literal, texts
from ..conditions import Because
from ..wording import listed

TITLE = _("Identity")
Kind = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00]+$")]


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="condition", tag="identity"):
    """Has a handle of at least one of the kinds."""

    kinds: Annotated[list[Kind], Meta(min_length=1, max_length=20, title="any of the kinds", extra_json_schema={"input": "identity_kinds"})]


def sql(terms: Terms, ask: Asking) -> Sql:
    return " OR ".join(ask.column(HANDLES, f"bool_or(i.kind = {literal(kind)} AND i.value <> '')") for kind in terms.kinds)


def next_due(terms: Terms, ask: Asking) -> None:
    return None


def dirty_on(terms: Terms) -> Sequence[str]:
    return ("members.identities",)


def words(terms: Terms) -> str:
    return gettext("has %(kinds)s") % {"kinds": gettext(" or ").join(_title(kind) for kind in terms.kinds)}


def _title(kind: str) -> str:
    return gettext(KINDS[kind].title) if kind in KINDS else kind


def why(terms: Terms, ask: Asking) -> Because:
    def tell(kinds: list[str] | None) -> str:
        return gettext("has %(kinds)s") % {"kinds": listed(map(_title, kinds))} if kinds else gettext("has none of them")

    asked = texts(terms.kinds)
    return Because((ask.column(HANDLES, f"array_agg(DISTINCT i.kind) FILTER (WHERE i.kind = ANY({asked}) AND i.value <> '')"),), tell)
