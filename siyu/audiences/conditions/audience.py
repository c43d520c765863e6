"""Is in another audience: its rule stands in for this condition, so that both always agree."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from ..asking import Asking, Sql
from ..conditions import Because
from ..naming import names

TITLE = _("Another audience")


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="condition", tag="audience"):
    """The rule of another audience holds. Circles are refused."""

    audience: Annotated[int, Meta(ge=1, le=2**31 - 1, title="audience", extra_json_schema={"input": "audience"})]


def sql(terms: Terms, ask: Asking) -> Sql:
    raise LookupError("an audience's rule stands in for it: expand the tree first")


def next_due(terms: Terms, ask: Asking) -> None:
    return None


def dirty_on(terms: Terms) -> Sequence[str]:
    return ()


def words(terms: Terms) -> str:
    return gettext("is in audience “%(name)s”") % {"name": names().get(terms.audience, terms.audience)}


def why(terms: Terms, ask: Asking) -> Because:
    return Because((), lambda: "")
