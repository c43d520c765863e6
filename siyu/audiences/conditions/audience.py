"""Is in another audience: its rule stands in for this condition, so that both always agree; and came in so long ago.

What any rule says can so be asked for a length of time: an audience of that rule, and since when somebody is in it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from ..asking import Asking, Source, Sql
from ..conditions import Because
from ..naming import names
from ..rules import Window
from ..rules.windows import EVER
from ..wording import window_said

TITLE = _("Another audience")
STAYS = Source("stays", "audiences_membership s", "s.member_id", only="s.audience_id")


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="condition", tag="audience"):
    """The rule of another audience holds, and the member came in within the window: at least 30 days ago is in it for 30 days.

    Who was in when the audience was made came in then. Circles are refused.
    """

    audience: Annotated[int, Meta(ge=1, le=2**31 - 1, title="audience", extra_json_schema={"input": "audience"})]
    within: Window = EVER


def _stored(terms: Terms, ask: Asking) -> Sql:
    return ask.column(STAYS, f"max(s.since) FILTER (WHERE s.audience_id = {terms.audience})", terms.audience)


def _came(terms: Terms, ask: Asking) -> tuple[Sql, Sql]:
    """Business day and instant at which the member came in; who comes in by this judgement comes now."""
    instant = f"coalesce({_stored(terms, ask)}, {ask.now})"
    return f"({instant} AT TIME ZONE %(zone)s)::date", instant


def sql(terms: Terms, ask: Asking) -> Sql:
    """Of its window alone: the rule stands beside it in the expanded tree."""
    return ask.within(terms.within, *_came(terms, ask))


def next_due(terms: Terms, ask: Asking) -> Sql | None:
    return ask.turns(terms.within, *_came(terms, ask))


def dirty_on(terms: Terms) -> Sequence[str]:
    return ()


def words(terms: Terms) -> str:
    named = {"name": names().get(terms.audience, terms.audience)}
    if terms.within == EVER:
        return gettext("is in audience “%(name)s”") % named
    return gettext("is in audience “%(name)s” and came in %(window)s") % {**named, "window": window_said(terms.within)}


def why(terms: Terms, ask: Asking) -> Because:
    def tell(since: datetime | None) -> str:
        return gettext("came in at %(at)s") % {"at": since} if since else gettext("was not in it so far")

    return Because((_stored(terms, ask),), tell)
