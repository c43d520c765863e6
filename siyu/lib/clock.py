"""Time: instants are UTC, days are the merchant's. Only doors read the wall clock, through `utc_now`."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FOR_EVER = date(9998, 12, 31)  # the last day of what has none: the end of a later one cannot be told in every zone


def utc_now() -> datetime:
    """The wall clock, for doors (pages, commands, timetable); rules, services and SQL get `now` as an argument."""
    return datetime.now(UTC)


@lru_cache(maxsize=10_000)  # each instant is asked for several times over
def business_day(instant: datetime, zone: ZoneInfo) -> date:
    """The merchant's calendar day of an instant."""
    return instant.astimezone(zone).date()


@lru_cache(maxsize=10_000)
def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which a business day begins; where clocks skip midnight, the first instant after the gap."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def local_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which clocks of the zone show a time of a day; one that they skip comes as much later as they skip."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def days_after(instant: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The business midnight `days` days after the day of `instant`: when a window in days turns."""
    return midnight(business_day(instant, zone) + timedelta(days=days), zone)
