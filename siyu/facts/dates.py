"""Dates that traits hold, however they were written: `1990-05-20`, `1990/5/20`, `19900520`, `05-20`, `1990年5月20日`, 643161600."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from siyu.lib.clock import EPOCH, business_day

_FORMS = (
    re.compile(r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?(?:[T ].*)?"),
    re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"),
    re.compile(r"(?:--)?(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?"),
)
_SINCE_1970 = re.compile(r"(?:(?P<seconds>\d{9,10})|(?P<milliseconds>\d{12,13}))(?:\.\d+)?")
_OLDEST, _NEWEST = datetime(1973, 3, 3, 9, 46, 40, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)  # with fewer digits it may be anything
_LEAP = 2000  # a year in which 29 February exists


class Written(NamedTuple):
    """A date as a trait tells it: `day` is None when the year was not said."""

    day: date | None
    month: int
    day_of_month: int


def date_of(value: Any, zone: ZoneInfo) -> Written | None:
    """The date that a trait's value tells, if it tells one.

    An instant (`2026-03-09T16:00:00Z`) tells its day in the merchant's `zone`: so a program writes the midnight of a birthday that was
    entered there. But what is midnight as it is written, in whichever zone, is a mere date, and stays. Seconds and milliseconds since
    1970 are written in UTC.
    """
    if isinstance(value, int | float) and abs(value) < 1e15:
        value = str(int(value))  # 19900520 without quotes
    if not isinstance(value, str) or not 3 <= len(value) <= 40:
        return None
    if (instant := instant_of(value.strip())) is not None and instant.tzinfo is not None:
        day = _day_of(instant, zone)
        return Written(day, day.month, day.day)
    for form in _FORMS:
        if found := form.fullmatch(value.strip()):
            parts = {name: int(text) for name, text in found.groupdict().items()}
            try:
                whole = date(parts.get("year", _LEAP), parts["month"], parts["day"])
            except ValueError:
                return None
            return Written(whole if "year" in parts and whole.year >= 1 else None, whole.month, whole.day)
    return None


def instant_of(text: str) -> datetime | None:
    """The instant that a text writes: in ISO 8601, without a zone where it says none; or in seconds or milliseconds since 1970."""
    if found := _SINCE_1970.fullmatch(text):
        instant = EPOCH + timedelta(**{unit: int(digits) for unit, digits in found.groupdict().items() if digits})
        return instant if _OLDEST <= instant < _NEWEST else None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def is_midnight(instant: datetime) -> bool:
    """Whether it is written as one: a mere date, then."""
    return instant.time() == time.min


def _day_of(instant: datetime, zone: ZoneInfo) -> date:
    try:
        return instant.date() if is_midnight(instant) else business_day(instant, zone)
    except OverflowError:
        return instant.date()


def anniversary(month: int, day_of_month: int, year: int) -> date:
    """The day on which a date comes back in a year: 29 February on the 28th of a common year."""
    try:
        return date(year, month, day_of_month)
    except ValueError:
        return date(year, month, 28)
