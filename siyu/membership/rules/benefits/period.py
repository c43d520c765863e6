"""The period that a quota counts in: a calendar one, the time in the present tier, or all time."""

from datetime import date, timedelta
from typing import NamedTuple

PERS = ("day", "week", "month", "quarter", "year", "tier", "life")
BEGINNING = date(2000, 1, 1)


class Period(NamedTuple):
    """Days [first, until); `until` is None where no day ends it."""

    first: date
    until: date | None


def period_of(per: str, day: date, tier_since: date | None = None) -> Period:
    """The period of a business day. `tier`: since the present tier was reached, or since ever."""
    match per:
        case "day":
            return Period(day, day + timedelta(days=1))
        case "week":
            first = day - timedelta(days=day.weekday())
            return Period(first, first + timedelta(days=7))
        case "month":
            return Period(day.replace(day=1), _month(day.year, day.month + 1))
        case "quarter":
            month = day.month - (day.month - 1) % 3
            return Period(date(day.year, month, 1), _month(day.year, month + 3))
        case "year":
            return Period(date(day.year, 1, 1), date(day.year + 1, 1, 1))
        case "tier":
            return Period(tier_since or BEGINNING, None)
    return Period(BEGINNING, None)


def _month(year: int, month: int) -> date:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
