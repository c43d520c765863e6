"""A schedule lets a whole audience in: every day, week or month, at a time of day."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.audiences.queries import names
from siyu.lib.words import gettext_noop

from ..rules import Flaw, Known
from ..rules.calendar import last_of_month, next_time
from ..rules.definition import AudienceId, Closed, TimeOfDay
from . import Starts, Who

TITLE = _("On a schedule")


class Terms(Closed, frozen=True, tag_field="kind", tag="schedule"):
    """Weeks come on `weekday` (1 is Monday), months on `day`; in months that are shorter, on their last day."""

    audience: AudienceId
    every: Annotated[Literal["day", "week", "month"], Meta(title="every")] = "day"
    weekday: Annotated[int, Meta(ge=1, le=7, title="day of the week")] = 1
    day: Annotated[int, Meta(ge=1, le=31, title="day of the month")] = 1
    at: TimeOfDay = "10:00"


def hears(terms: Terms, code: str) -> Sequence[Starts]:
    return ()


def next_alarm(terms: Terms, after: datetime, zone: ZoneInfo) -> datetime:
    return next_time(after, terms.at, zone, lambda day: _is_one(day, terms))


def _is_one(day: date, terms: Terms) -> bool:
    if terms.every == "week":
        return day.isoweekday() == terms.weekday
    return terms.every == "day" or day.day == min(terms.day, last_of_month(day))


def who(terms: Terms) -> Who:
    return Who(audience=terms.audience)


def check(terms: Terms, known: Known) -> Sequence[Flaw]:
    if terms.audience in known.audiences:
        return ()
    return [Flaw("trigger.audience", "audience.unknown", gettext_noop("there is no audience %(number)s"), number=terms.audience)]


def words(terms: Terms) -> str:
    told = {"name": names().get(terms.audience, terms.audience), "time": terms.at, "day": terms.day}
    if terms.every == "week":
        return gettext("audience “%(name)s”, every %(day)s at %(time)s") % {**told, "day": str(WEEKDAYS_ABBR[terms.weekday - 1])}
    if terms.every == "month":
        return gettext("audience “%(name)s”, every month on day %(day)s at %(time)s") % told
    return gettext("audience “%(name)s”, every day at %(time)s") % told
