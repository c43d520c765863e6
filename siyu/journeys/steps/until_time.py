"""Wait until a time of day, on certain days of the week: in the merchant's zone, or in the member's."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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
ZONE = "timezone"  # the trait by which the gate, too, knows the quiet hours of a member
Weekday = Annotated[int, Meta(ge=1, le=7)]


class Terms(StepTerms, frozen=True, kw_only=True, tag_field="step", tag="until_time"):
    """The next such time after arriving; on these days of the week (1 is Monday), none named: on any.

    `own`: by the member's clock, where the trait `timezone` tells their zone on arriving; else by the merchant's.
    """

    at: TimeOfDay
    weekdays: Annotated[list[Weekday], Meta(max_length=7, title="days of the week", extra_json_schema={"input": "weekdays"})] = []
    own: Annotated[bool, Meta(title="by the member's clock")] = False


def ways(terms: Terms) -> Sequence[str]:
    return ("next",)


def waits_on(terms: Terms) -> Sequence[str]:
    return ("next",)


def hears(terms: Terms) -> Sequence[Hears]:
    return ()


def check(terms: Terms, known: Known) -> Sequence[Flaw]:
    return ()


def words(terms: Terms) -> str:
    time = gettext("%(time)s of the member's clock") % {"time": terms.at} if terms.own else terms.at
    if not terms.weekdays:
        return gettext("wait until %(time)s") % {"time": time}
    days = listed(str(WEEKDAYS_ABBR[day - 1]) for day in sorted(set(terms.weekdays)))
    return gettext("wait until %(time)s on %(days)s") % {"time": time, "days": days}


def walk(terms: Terms, walkers: Sequence[Walker], world: World) -> list[Answer]:
    def is_one(day: date) -> bool:
        return not terms.weekdays or day.isoweekday() in terms.weekdays

    own = [_zone(told) for told in world.told(ZONE, walkers)] if terms.own else [None] * len(walkers)
    return [Stay(next_time(walker.at, terms.at, zone or world.zone, is_one)) for walker, zone in zip(walkers, own, strict=True)]


def _zone(told: Any) -> ZoneInfo | None:
    try:
        return ZoneInfo(told) if isinstance(told, str) and told else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
