"""New goods and sales open earlier."""

from typing import Any

from django.utils.translation import gettext

from siyu.lib.words import gettext_noop

from .kind import IDENTITY, Field, Kind, nothing


def _words(terms: dict[str, Any]) -> str:
    return gettext("%(hours)s hours before others") % {"hours": terms["hours"]}


KIND = Kind(
    code="early_access",
    family=IDENTITY,
    title=gettext_noop("Early access"),
    use=gettext_noop("a purchase before the others"),
    fields=(Field("hours", gettext_noop("Hours before others"), least=1, most=8760, default=24),),
    words=_words,
    worth=nothing,
    cost=nothing,
)
