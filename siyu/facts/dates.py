"""Dates that traits hold, however they were written: `1990-05-20`, `1990/5/20`, `19900520`, `05-20`, `1990年5月20日`."""

import re
from datetime import date
from typing import Any, NamedTuple

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


def date_of(value: Any) -> Written | None:
    """The date that a trait's value tells, if it tells one."""
    if not isinstance(value, str) or not 3 <= len(value) <= 40:
        return None
    for form in _FORMS:
        if found := form.fullmatch(value.strip()):
            parts = {name: int(text) for name, text in found.groupdict().items()}
            try:
                whole = date(parts.get("year", _LEAP), parts["month"], parts["day"])
            except ValueError:
                return None
            return Written(whole if "year" in parts and whole.year >= 1 else None, whole.month, whole.day)
    return None


def anniversary(month: int, day_of_month: int, year: int) -> date:
    """The day on which a date comes back in a year: 29 February on the 28th of a common year."""
    try:
        return date(year, month, day_of_month)
    except ValueError:
        return date(year, month, 28)
