"""Dates that traits hold, however they were written: `1990-05-20`, `1990/5/20`, `19900520`, `05-20`, `1990年5月20日`."""

import re
from datetime import date, datetime, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from siyu.lib.clock import business_day

_FORMS = (
    re.compile(r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?(?:[T ].*)?"),
    re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"),
    re.compile(r"(?:--)?(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?"),
)
_LEAP = 2000  # a year in which 29 February exists


class Written(NamedTuple):
    """A date as a trait tells it: `day` is None when the year was not said."""

    day: date | None
    month: int
    day_of_month: int


def date_of(value: Any, zone: ZoneInfo) -> Written | None:
    """The date that a trait's value tells, if it tells one.

    An instant (`2026-03-09T16:00:00Z`) tells its day in the merchant's `zone`: so a program writes the midnight of a birthday that was
    entered there. But what is midnight as it is written, in whichever zone, is a mere date, and stays.
    """
    if isinstance(value, int):
        value = str(value)  # 19900520 without quotes
    if not isinstance(value, str) or not 3 <= len(value) <= 40:
        return None
    if (day := _day_of_instant(value.strip(), zone)) is not None:
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


def _day_of_instant(text: str, zone: ZoneInfo) -> date | None:
    try:
        instant = datetime.fromisoformat(text)
        return None if instant.tzinfo is None or instant.time() == time.min else business_day(instant, zone)
    except (ValueError, OverflowError):
        return None


def anniversary(month: int, day_of_month: int, year: int) -> date:
    """The day on which a date comes back in a year: 29 February on the 28th of a common year."""
    try:
        return date(year, month, day_of_month)
    except ValueError:
        return date(year, month, 28)
