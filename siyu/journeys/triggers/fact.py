"""Something happened: a fact that passes a filter lets its member in."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from siyu.audiences.wording import fact_words
from siyu.facts.filters import Where
from siyu.facts.names import FactName

from ..rules import Flaw, Known, fact_faults
from ..rules.definition import Closed
from . import Starts, Who

TITLE = _("Something happens")


class Terms(Closed, frozen=True, tag_field="kind", tag="fact"):
    """Facts that were imported as history let nobody in."""

    fact: FactName
    where: Where = {}


def hears(terms: Terms, code: str) -> Sequence[Starts]:
    return (Starts(terms.fact, terms.where),)


def next_alarm(terms: Terms, after: datetime, zone: ZoneInfo) -> None:
    return None


def who(terms: Terms) -> Who:
    return Who()


def check(terms: Terms, known: Known) -> Sequence[Flaw]:
    return [Flaw(f"trigger.{one.field}", one.code, one.words, **one.values) for one in fact_faults(terms.fact, terms.where)]


def words(terms: Terms) -> str:
    return fact_words(terms.fact, terms.where)
