"""An amount off an order, as a coupon that the shop honours."""

from typing import Any

from django.utils.translation import gettext

from siyu.lib.web.formats import money
from siyu.lib.words import gettext_noop

from .kind import ECONOMIC, Field, Kind, stated


def _words(terms: dict[str, Any]) -> str:
    if terms["threshold_minor"]:
        words = gettext("%(amount)s off orders of %(threshold)s")
        return words % {"amount": money(terms["amount_minor"]), "threshold": money(terms["threshold_minor"])}
    return gettext("%(amount)s off") % {"amount": money(terms["amount_minor"])}


KIND = Kind(
    code="coupon",
    family=ECONOMIC,
    title=gettext_noop("Coupon"),
    use=gettext_noop("a coupon that was issued"),
    fields=(
        Field("amount_minor", gettext_noop("Amount off"), "money", least=1, default=1000),
        Field("threshold_minor", gettext_noop("From an order of"), "money", help=gettext_noop("0: any order")),
    ),
    words=_words,
    worth=stated("amount_minor"),
    cost=stated("amount_minor"),
)
