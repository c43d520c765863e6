"""A gift around the member's birthday."""

from typing import Any

from django.utils.translation import gettext

from siyu.lib.words import gettext_noop

from .kind import IDENTITY, Field, Kind, stated


def _words(terms: dict[str, Any]) -> str:
    return gettext("Birthday gift: %(gift)s") % {"gift": terms["gift"]}


KIND = Kind(
    code="birthday_gift",
    family=IDENTITY,
    title=gettext_noop("Birthday gift"),
    use=gettext_noop("one birthday gift"),
    fields=(
        Field("gift", gettext_noop("Gift"), "text", least=1, default=""),
        Field("worth_minor", gettext_noop("Worth"), "money"),
    ),
    words=_words,
    worth=stated("worth_minor"),
    cost=stated("worth_minor"),
)
