"""A program, or a step of another journey, calls: `journey.called`."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..rules import Flaw, Known
from ..rules.definition import CALLED, Closed
from . import Starts, Who

TITLE = _("A program calls")


class Terms(Closed, frozen=True, tag_field="kind", tag="api"):
    """What the caller tells becomes the properties of the entry."""


def hears(terms: Terms, code: str) -> Sequence[Starts]:
    return (Starts(CALLED, {"property": "journey", "op": "eq", "value": code}),)


def next_alarm(terms: Terms, after: datetime, zone: ZoneInfo) -> None:
    return None


def who(terms: Terms) -> Who:
    return Who()


def check(terms: Terms, known: Known) -> Sequence[Flaw]:
    return ()


def words(terms: Terms) -> str:
    return gettext("a program or another journey calls")
