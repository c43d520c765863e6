"""Carries a tag."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from ..asking import TAGS, Asking, Sql, literal
from ..conditions import Because
from ..wording import listed

TITLE = _("Tag")
Name = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00]+$")]


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="condition", tag="tag"):
    """Carries at least one of the tags."""

    tags: Annotated[list[Name], Meta(min_length=1, max_length=50, title="any of the tags", extra_json_schema={"input": "tags"})]


def sql(terms: Terms, ask: Asking) -> Sql:
    return " OR ".join(ask.column(TAGS, f"bool_or(n.name = {literal(name)})", name) for name in terms.tags)


def next_due(terms: Terms, ask: Asking) -> None:
    return None


def dirty_on(terms: Terms) -> Sequence[str]:
    return ("member.identified",)  # staff's tags make members dirty by themselves


def words(terms: Terms) -> str:
    return gettext("carries tag %(tags)s") % {"tags": gettext(" or ").join(f"“{name}”" for name in terms.tags)}


def why(terms: Terms, ask: Asking) -> Because:
    def tell(carried: list[str] | None) -> str:
        return gettext("carries %(tags)s") % {"tags": listed(sorted(carried))} if carried else gettext("carries none of them")

    names = literal(list(terms.tags))
    for name in terms.tags:
        ask.column(TAGS, f"bool_or(n.name = {literal(name)})", name)
    return Because((ask.column(TAGS, f"array_agg(n.name) FILTER (WHERE n.name = ANY({names}))"),), tell)
