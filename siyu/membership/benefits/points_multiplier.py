"""Orders earn more points; earn rules ask for the benefit's tag or the plan's tier, this says so to the member."""

from typing import Any

from django.utils.translation import gettext

from siyu.lib.words import gettext_noop

from .kind import ECONOMIC, Field, Kind, nothing


def _words(terms: dict[str, Any]) -> str:
    return gettext("×%(times)s points") % {"times": f"{terms['percent'] / 100:g}"}


KIND = Kind(
    code="points_multiplier",
    family=ECONOMIC,
    title=gettext_noop("Points multiplier"),
    use=gettext_noop("an order that earned more points"),
    fields=(Field("percent", gettext_noop("Percent of the usual points"), least=101, most=1000, default=150),),
    words=_words,
    worth=nothing,
    cost=nothing,
)
