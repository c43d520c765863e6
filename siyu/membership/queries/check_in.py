"""Check-ins as pages and the member centre show them."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import connection

from siyu.lib.sql import statements
from siyu.loyalty.rewards import words_of_all
from siyu.merchant.queries import today
from siyu.merchant.rules import WHOLE, Scope

from ..attendance import Version, in_force, read, versions
from ..models import CheckInVersion
from ..rules.check_in import Attendance, longest, next_rung, streak_on
from ..rules.periods import period_of

_sql = statements("siyu.membership", "check_in")
MAX_DAYS = 400


class CalendarDay(NamedTuple):
    """A day of a member's calendar; `may_make_up` says that it was missed and can still be made up."""

    day: date
    is_checked_in: bool
    is_made_up: bool
    may_make_up: bool


class CheckInView(NamedTuple):
    """How a member stands: today, the run, the next step of the ladder (`next_in` days from now), the month."""

    is_done_today: bool
    streak: int
    longest: int
    total: int
    next_in: int | None
    next_words: str
    calendar: list[CalendarDay]
    made_up: int  # days of the calendar's month
    per_month: int  # that may be made up
    price_points: int  # of a make-up without a card; 0: only cards


class DayFigures(NamedTuple):
    """Members who checked in on a day; how many of them made it up, how many did so for the first time ever."""

    day: date
    members: int
    made_up: int
    newcomers: int


def check_in_of(member_id: int, now: datetime, month: date | None = None) -> CheckInView:
    """A member's check-ins; the calendar shows the month of `month`, or of now."""
    day = today(now)
    first, last = period_of("month", month or day)
    with connection.cursor() as cursor:
        attendance = read(cursor.cursor, [member_id]).get(member_id, Attendance())
        version = in_force(versions(cursor.cursor), day)
        cursor.execute(_sql.calendar, {"member": member_id, "first": first, "last": last})
        marked = dict(cursor.fetchall())
    rule = version.programme.make_up if version is not None else None
    made_up = sum(marked.values())
    earliest = day - timedelta(days=rule.within_days) if rule is not None and made_up < rule.per_month else day
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    calendar = [CalendarDay(one, one in marked, marked.get(one, False), one not in marked and earliest <= one < day) for one in days]
    streak = streak_on(attendance.days, day)
    following = next_rung(version.programme, streak) if version is not None else None
    return CheckInView(
        is_done_today=day in attendance.days,
        streak=streak,
        longest=longest(attendance.days),
        total=len(attendance.days),
        next_in=following[0] if following else None,
        next_words=words_of_all(following[1].rewards) if following else "",
        calendar=calendar,
        made_up=made_up,
        per_month=rule.per_month if rule is not None else 0,
        price_points=rule.price_points if rule is not None else 0,
    )


def check_in_figures(first: date, last: date, scope: Scope = WHOLE) -> list[DayFigures]:
    """Figures of every day of a span that has any."""
    span = {"first": max(first, last - timedelta(days=MAX_DAYS)), "last": last}
    with connection.cursor() as cursor:
        cursor.execute(_sql.figures, span | scope.parameters())
        return [DayFigures(*row) for row in cursor.fetchall()]


def ladder_gifts(first: date, last: date, scope: Scope = WHOLE) -> dict[int, int]:
    """Length of the run → how many members' ladders paid at it."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.gifts_given, {"first": first, "last": last, **scope.parameters()})
        return dict(cursor.fetchall())


def check_in_version(day: date) -> Version | None:
    """The version of the check-in on a day."""
    with connection.cursor() as cursor:
        return in_force(versions(cursor.cursor), day)


def check_in_versions(limit: int = 20) -> list[CheckInVersion]:
    """Versions of the check-in, the newest first."""
    return list(CheckInVersion.objects.order_by("-version")[:limit])
