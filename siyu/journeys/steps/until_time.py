"""Wait until a time of day, on certain days of the week: in the merchant's zone."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.audiences.wording import listed

from ..rules import Answer, Flaw, Known, Stay, Walker, World
from ..rules.calendar import next_time
from ..rules.definition import StepTerms, TimeOfDay
from . import Hears

TITLE = _("Wait until a time of day")
ACTS = False
Weekday = Annotated[int, Meta(ge=1, le=7)]


class Terms(StepTerms, frozen=True, kw_only=True, tag_field="step", tag="until_time"):
    """The next such time after arriving; on these days of the week (1 is Monday), none named: on any."""

    at: TimeOfDay
    weekdays: Annotated[list[Weekday], Meta(max_length=7, title="days of the week", extra_json_schema={"input": "weekdays"})] = []


def ways(terms: Terms) -> Sequence[str]:
    return ("next",)


def waits_on(terms: Terms) -> Sequence[str]:
    return ("next",)


def hears(terms: Terms) -> Sequence[Hears]:
    return ()


def check(terms: Terms, known: Known) -> Sequence[Flaw]:
    return ()


def words(terms: Terms) -> str:
    if not terms.weekdays:
        return gettext("wait until %(time)s") % {"time": terms.at}
    days = listed(str(WEEKDAYS_ABBR[day - 1]) for day in sorted(set(terms.weekdays)))
    return gettext("wait until %(time)s on %(days)s") % {"time": terms.at, "days": days}


def walk(terms: Terms, walkers: Sequence[Walker], world: World) -> list[Answer]:
    def is_one(day: date) -> bool:
        return not terms.weekdays or day.isoweekday() in terms.weekdays

    return [Stay(next_time(walker.at, terms.at, world.zone, is_one)) for walker in walkers]
