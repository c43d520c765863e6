"""A member comes into an audience, or leaves it. A merge of members lets nobody in."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.audiences.queries import names
from siyu.lib.words import gettext_noop

from ..rules import Flaw, Known
from ..rules.definition import AudienceId, Closed, Edge
from . import Starts, Who

TITLE = _("Audience")


class Terms(Closed, frozen=True, tag_field="kind", tag="audience"):
    """Whoever is in it when the journey is published stays outside: only coming and going counts."""

    audience: AudienceId
    edge: Edge = "entered"


def hears(terms: Terms, code: str) -> Sequence[Starts]:
    return (Starts(f"audience.{terms.edge}", {"property": "audience", "op": "eq", "value": terms.audience}),)


def next_alarm(terms: Terms, after: datetime, zone: ZoneInfo) -> None:
    return None


def who(terms: Terms) -> Who:
    return Who()


def check(terms: Terms, known: Known) -> Sequence[Flaw]:
    if terms.audience in known.audiences:
        return ()
    return [Flaw("trigger.audience", "audience.unknown", gettext_noop("there is no audience %(number)s"), number=terms.audience)]


def words(terms: Terms) -> str:
    told = gettext("leaving audience “%(name)s”") if terms.edge == "left" else gettext("entering audience “%(name)s”")
    return told % {"name": names().get(terms.audience, terms.audience)}
