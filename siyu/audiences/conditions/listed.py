"""Is on a list that somebody uploaded."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from ..asking import LISTED, Asking, Sql
from ..conditions import Because
from ..naming import list_names

TITLE = _("Uploaded list")


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="condition", tag="listed"):
    """A handle of the member is on the list."""

    list: Annotated[int, Meta(ge=1, le=2**31 - 1, title="list", extra_json_schema={"input": "list"})]


def sql(terms: Terms, ask: Asking) -> Sql:
    return f"coalesce({ask.column(LISTED, f'bool_or(e.list_id = {terms.list})', terms.list)}, false)"


def next_due(terms: Terms, ask: Asking) -> None:
    return None


def dirty_on(terms: Terms) -> Sequence[str]:
    return ()  # a list that changes has its audiences judged anew


def words(terms: Terms) -> str:
    return gettext("is on list “%(name)s”") % {"name": list_names().get(terms.list, terms.list)}


def why(terms: Terms, ask: Asking) -> Because:
    def tell(is_listed: bool | None) -> str:
        return gettext("is on it") if is_listed else gettext("is not on it")

    return Because((sql(terms, ask),), tell)
