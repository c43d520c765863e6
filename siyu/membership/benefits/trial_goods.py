"""Goods to try before they are sold, or samples."""

from typing import Any

from siyu.lib.words import gettext_noop

from .kind import IDENTITY, Field, Kind, stated


def _words(terms: dict[str, Any]) -> str:
    return terms["goods"]


KIND = Kind(
    code="trial_goods",
    family=IDENTITY,
    title=gettext_noop("Trial goods"),
    use=gettext_noop("one parcel of samples"),
    fields=(
        Field("goods", gettext_noop("Goods"), "text", least=1, default=""),
        Field("worth_minor", gettext_noop("Worth"), "money"),
    ),
    words=_words,
    worth=stated("worth_minor"),
    cost=stated("worth_minor"),
)
