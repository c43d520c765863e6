"""Calendar periods of the programme: a day, the week from Monday, a month, a year, or ever."""

from datetime import date, timedelta
from typing import Literal

PERIODS = ("day", "week", "month", "year", "ever")
PeriodKind = Literal["day", "week", "month", "year", "ever"]


def start_of(period: str, day: date) -> date:
    """The first day of the period that a day lies in; of `ever`, the first day there is."""
    match period:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "year":
            return date(day.year, 1, 1)
    return date.min


def end_of(period: str, start: date) -> date:
    """The last day of the period that begins on `start`."""
    match period:
        case "day":
            return start
        case "week":
            return start + timedelta(days=6)
        case "month":
            return (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        case "year":
            return date(start.year, 12, 31)
    return date.max
