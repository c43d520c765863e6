"""Business days of the programme: instants to days and back, in the zone that is in force on the day."""

from bisect import bisect_right
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from siyu.lib.clock import midnight


class Zones:
    """The merchant's zones in order of the days on which each begins; equal zones give equal answers for ever."""

    __slots__ = ("_days", "_instants", "_zones")

    def __init__(self, first: ZoneInfo, changes: tuple[tuple[date, ZoneInfo], ...] = ()) -> None:
        self._days = [day for day, _ in changes]
        self._instants = [midnight(day, zone) for day, zone in changes]
        self._zones = [first, *(zone for _, zone in changes)]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Zones) and (self._days, self._zones) == (other._days, other._zones)

    def __hash__(self) -> int:
        return hash((tuple(self._days), tuple(self._zones)))

    def day_of(self, instant: datetime) -> date:
        """The business day of an instant; days of a month in which the zone changes are those of the newer zone from its day on."""
        return instant.astimezone(self._zones[bisect_right(self._instants, instant)]).date()

    def starts(self, day: date) -> datetime:
        """The instant (UTC) at which a business day begins."""
        return midnight(day, self._zones[bisect_right(self._days, day)])

    def days_later(self, instant: datetime, days: int) -> datetime:
        """The business midnight that ends so many whole days after the day of an instant."""
        return self.starts(self.day_of(instant) + timedelta(days=days + 1))


UTC_ALONE = Zones(ZoneInfo("UTC"))
