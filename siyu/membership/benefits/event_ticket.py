"""An invitation to an event."""

from typing import Any

from django.utils.translation import gettext

from siyu.lib.words import gettext_noop

from .kind import IDENTITY, Field, Kind, nothing, stated


def _words(terms: dict[str, Any]) -> str:
    return gettext("Ticket: %(event)s") % {"event": terms["event"]}


KIND = Kind(
    code="event_ticket",
    family=IDENTITY,
    title=gettext_noop("Event ticket"),
    use=gettext_noop("one ticket"),
    fields=(
        Field("event", gettext_noop("Event"), "text", least=1, default=""),
        Field("worth_minor", gettext_noop("Price of a ticket"), "money", help=gettext_noop("0: it is not sold")),
    ),
    words=_words,
    worth=stated("worth_minor"),
    cost=nothing,
)
