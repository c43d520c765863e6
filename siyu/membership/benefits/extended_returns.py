"""Goods may be returned for longer."""

from typing import Any

from django.utils.translation import gettext

from siyu.lib.words import gettext_noop

from .kind import SERVICE, Field, Kind, nothing


def _words(terms: dict[str, Any]) -> str:
    return gettext("Returns within %(days)s days") % {"days": terms["days"]}


KIND = Kind(
    code="extended_returns",
    family=SERVICE,
    title=gettext_noop("Extended returns"),
    use=gettext_noop("a return after the usual time"),
    fields=(Field("days", gettext_noop("Days to return"), least=8, most=3650, default=30),),
    words=_words,
    worth=nothing,
    cost=nothing,
)
