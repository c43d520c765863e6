"""Fitting, alteration, installation or cleaning without a charge."""

from typing import Any

from siyu.lib.words import gettext_noop

from .kind import SERVICE, Field, Kind, stated


def _words(terms: dict[str, Any]) -> str:
    return terms["service"]


KIND = Kind(
    code="free_service",
    family=SERVICE,
    title=gettext_noop("Free fitting or installation"),
    use=gettext_noop("one free service"),
    fields=(
        Field("service", gettext_noop("Service"), "text", least=1, default=""),
        Field("worth_minor", gettext_noop("Usual price"), "money"),
    ),
    words=_words,
    worth=stated("worth_minor"),
    cost=stated("worth_minor"),
)
