"""A price reduced by a percentage, up to a limit an order."""

from typing import Any

from django.utils.translation import gettext

from siyu.lib.web.formats import money
from siyu.lib.words import gettext_noop

from .kind import ECONOMIC, Field, Kind


def _words(terms: dict[str, Any]) -> str:
    if terms["most_minor"]:
        limit = money(terms["most_minor"])
        return gettext("%(percent)s %% off, up to %(limit)s an order") % {"percent": terms["percent"], "limit": limit}
    return gettext("%(percent)s %% off") % {"percent": terms["percent"]}


def _off(terms: dict[str, Any], amount_minor: int) -> int:
    off = amount_minor * terms["percent"] // 100
    return min(off, terms["most_minor"]) if terms["most_minor"] else off


KIND = Kind(
    code="discount",
    family=ECONOMIC,
    title=gettext_noop("Member discount"),
    use=gettext_noop("an order at the reduced price"),
    fields=(
        Field("percent", gettext_noop("Percent off"), least=1, most=90, default=5),
        Field("most_minor", gettext_noop("At most an order"), "money", help=gettext_noop("0: no limit")),
    ),
    words=_words,
    worth=_off,
    cost=_off,
)
