"""Business periods: a day, a week from Monday, a calendar month, a year, or all time."""

from datetime import date, timedelta
from typing import Literal

Period = Literal["day", "week", "month", "year", "all"]
PERIODS: tuple[Period, ...] = ("day", "week", "month", "year", "all")
BEGINNING, END = date(2000, 1, 1), date(9999, 12, 31)  # of all time


def period_of(period: Period, day: date) -> tuple[date, date]:
    """First and last day of the period that a business day lies in."""
    match period:
        case "day":
            return day, day
        case "week":
            first = day - timedelta(days=day.weekday())
            return first, first + timedelta(days=6)
        case "month":
            following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
            return day.replace(day=1), following - timedelta(days=1)
        case "year":
            return date(day.year, 1, 1), date(day.year, 12, 31)
        case "all":
            return BEGINNING, END


def anniversary(since: date, years: int) -> date:
    """The day on which something is so many years old; what began on 29 February has its day on the 28th in other years."""
    try:
        return since.replace(year=since.year + years)
    except ValueError:
        return since.replace(year=since.year + years, day=28)


def full_years(since: date, day: date) -> int:
    """How many anniversaries of `since` have begun by `day`."""
    years = day.year - since.year
    return max(years - (anniversary(since, years) > day), 0) if years > 0 else 0
