"""Orders are sent without a shipping fee."""

from typing import Any

from django.utils.translation import gettext

from siyu.lib.web.formats import money
from siyu.lib.words import gettext_noop

from .kind import ECONOMIC, Field, Kind, stated


def _words(terms: dict[str, Any]) -> str:
    if terms["threshold_minor"]:
        return gettext("Free shipping from %(threshold)s") % {"threshold": money(terms["threshold_minor"])}
    return gettext("Free shipping")


KIND = Kind(
    code="free_shipping",
    family=ECONOMIC,
    title=gettext_noop("Free shipping"),
    use=gettext_noop("an order sent without a fee"),
    fields=(
        Field("fee_minor", gettext_noop("Usual fee"), "money", least=0, default=0),
        Field("threshold_minor", gettext_noop("From an order of"), "money", help=gettext_noop("0: every order")),
    ),
    words=_words,
    worth=stated("fee_minor"),
    cost=stated("fee_minor"),
)
