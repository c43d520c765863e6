"""When a time of day next comes, on days of a certain kind; and when it is so long before or after a date."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from siyu.facts.dates import Written, anniversary, date_of, instant_of, is_midnight
from siyu.lib.clock import local_instant

AHEAD = 64  # days looked ahead: more than two months
FAR = 3_650  # days from a date; and how long a date is waited for at most
_CLOCK = re.compile(r"\d[T ]+(\d{1,2}):(\d{2})")


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


def date_instant(
    told: Any, since: datetime, zone: ZoneInfo, *, days: int = 0, hours: int = 0, at: str | None = None, is_yearly: bool = False
) -> datetime | None:
    """So many days and hours after the date that a value tells (`facts.dates`): at a time of that day, or at the time told with it.

    Every year: the first that does not lie before `since`. None: it tells no date, or one more than ten years away.
    """
    text = str(told).strip()
    written = date_of(text, zone)
    if written is None:
        return None
    shown = time.fromisoformat(at) if at is not None else _time_of(text, zone)
    year = (since - timedelta(days=days, hours=hours)).astimezone(zone).year
    for day in _days(written, year, is_yearly=is_yearly):
        try:
            instant = local_instant(day + timedelta(days=days), shown, zone) + timedelta(hours=hours)
        except (OverflowError, ValueError):
            continue
        if not is_yearly or instant >= since:
            return instant if instant <= since + timedelta(days=FAR) else None
    return None


def _days(written: Written, year: int, *, is_yearly: bool) -> Iterator[date]:
    """The day itself; or its return in the years around one."""
    if is_yearly:
        yield from (anniversary(written.month, written.day_of_month, one) for one in range(year - 1, year + 3))
    elif written.day is not None:
        yield written.day


def _time_of(text: str, zone: ZoneInfo) -> time:
    """The time of day that is told with a date; midnight where none is, as also by programs that write a mere date so."""
    if (instant := instant_of(text)) is not None:
        return instant.time() if instant.tzinfo is None or is_midnight(instant) else instant.astimezone(zone).time()
    found = _CLOCK.search(text)
    hour, minute = (int(found[1]), int(found[2])) if found else (0, 0)
    return time(hour, minute) if hour < 24 and minute < 60 else time.min
