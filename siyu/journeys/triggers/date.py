"""A date of the member's comes: so many days before or after it, at a time of day. A birthday, a wedding, an expiry."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.members.rules import TraitName

from ..rules import Flaw, Known
from ..rules.calendar import next_time
from ..rules.definition import Closed, TimeOfDay
from . import Starts, Who

TITLE = _("A date of the member")
FAR = 180


class Terms(Closed, frozen=True, tag_field="kind", tag="date"):
    """`days` below zero come before the date. With `every` = `year` its day of the year counts; 29 February comes on the 28th then."""

    trait: TraitName
    every: Annotated[Literal["once", "year"], Meta(title="comes")] = "year"
    days: Annotated[int, Meta(ge=-FAR, le=FAR, title="days from it")] = 0
    at: TimeOfDay = "10:00"


def hears(terms: Terms, code: str) -> Sequence[Starts]:
    return ()


def next_alarm(terms: Terms, after: datetime, zone: ZoneInfo) -> datetime:
    return next_time(after, terms.at, zone)


def who(terms: Terms) -> Who:
    return Who(rule=rule_of(terms))


def rule_of(terms: Terms) -> dict[str, Any]:
    """Today is so many days from the date: as a rule of audiences."""
    return {
        "condition": "trait_date",
        "trait": terms.trait,
        "every": terms.every,
        "from_days": -terms.days,
        "to_days": -terms.days,
    }


def check(terms: Terms, known: Known) -> Sequence[Flaw]:
    because = known.rule_fault(rule_of(terms))
    return [Flaw("trigger.trait", "rule.invalid", "%(reason)s", reason=because)] if because else []


def words(terms: Terms) -> str:
    told = {"trait": terms.trait, "days": abs(terms.days), "time": terms.at}
    if terms.days < 0:
        return gettext("%(days)s days before “%(trait)s”, at %(time)s") % told
    if terms.days > 0:
        return gettext("%(days)s days after “%(trait)s”, at %(time)s") % told
    return gettext("on the day of “%(trait)s”, at %(time)s") % told
