"""When the demo's year takes place: the data set's clock read as New York's, re-stamped as the shop's, shifted by whole weeks."""

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import pandas as pd

SOURCE_ZONE = ZoneInfo("America/New_York")
FIRST_DAY, LAST_DAY = date(2017, 1, 1), date(2017, 12, 31)  # of the data set, on its own clock
WEEK = 7


def weeks_to_shift(today: date) -> int:
    """Whole weeks by which the year moves so that it ends within the seven days before `today`: weekdays stay weekdays."""
    return ((today - LAST_DAY).days - 1) // WEEK


def shifted(day: date, weeks: int) -> date:
    return day + timedelta(weeks=weeks)


def restamp(naive_utc: "pd.Series", weeks: int, zone: ZoneInfo) -> "pd.Series":
    """UTC instants of a New York clock → the same wall time, `weeks` later, in the shop's zone, as UTC instants.

    A wall time that the shop's clock skips moves to the first instant after the gap; one it shows twice is its second.
    """
    import numpy as np

    wall = naive_utc.dt.tz_localize(UTC).dt.tz_convert(SOURCE_ZONE).dt.tz_localize(None) + timedelta(weeks=weeks)
    return wall.dt.tz_localize(zone, ambiguous=np.zeros(len(wall), dtype=bool), nonexistent="shift_forward").dt.tz_convert(UTC)


def at(day: date, hour: int, minute: int, zone: ZoneInfo) -> datetime:
    """A wall time of the shop as an instant."""
    return datetime.combine(day, time(hour, minute), zone).astimezone(UTC)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The last second of a business day: the `now` with which the day is pumped."""
    return datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)


def months(first_day: date, last_day: date) -> list[tuple[date, date]]:
    """The calendar months between two days, the first and the last cut to them."""
    parts, begin = [], first_day
    while begin <= last_day:
        following = (begin.replace(day=28) + timedelta(days=4)).replace(day=1)
        parts.append((begin, min(following - timedelta(days=1), last_day)))
        begin = following
    return parts
