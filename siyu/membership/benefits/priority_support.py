"""A member's question is answered before others."""

from typing import Any

from django.utils.translation import gettext

from siyu.lib.words import gettext_noop

from .kind import SERVICE, Field, Kind, nothing


def _words(terms: dict[str, Any]) -> str:
    return gettext("Answered within %(minutes)s minutes") % {"minutes": terms["minutes"]}


KIND = Kind(
    code="priority_support",
    family=SERVICE,
    title=gettext_noop("Priority support"),
    use=gettext_noop("a conversation that was put first"),
    fields=(Field("minutes", gettext_noop("Answered within minutes"), least=1, most=10080, default=10),),
    words=_words,
    worth=nothing,
    cost=nothing,
)
