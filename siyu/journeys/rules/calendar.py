"""When a time of day next comes, on days of a certain kind."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from siyu.lib.clock import local_instant

AHEAD = 64  # days looked ahead: more than two months


def next_time(after: datetime, at: str, zone: ZoneInfo, is_one: Callable[[date], bool] = lambda day: True) -> datetime:
    """The first instant behind `after` at which clocks of the zone show `at` on such a day."""
    today, wanted = after.astimezone(zone).date(), time.fromisoformat(at)
    for ahead in range(AHEAD):
        day = today + timedelta(days=ahead)
        if is_one(day) and (instant := local_instant(day, wanted, zone)) > after:
            return instant
    raise ValueError("there is no such day")


def last_of_month(day: date) -> int:
    return monthrange(day.year, day.month)[1]
