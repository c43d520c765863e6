"""Quiet hours 免打扰时段 on the member's own clock: whether an instant lies in them, and when they end."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec


class QuietHours(msgspec.Struct, frozen=True):
    """From `start` until before `end` on the wall; over midnight when `end` comes first. Equal: never quiet."""

    start: time = time(21)
    end: time = time(9)

    def covers(self, instant: datetime, zone: ZoneInfo) -> bool:
        """Whether the member's clock shows a quiet time."""
        shown = instant.astimezone(zone).time()
        if self.start <= self.end:
            return self.start <= shown < self.end
        return shown >= self.start or shown < self.end

    def over(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """The first instant from this one on at which it is not quiet; also where clocks are put forward or back."""
        if not self.covers(instant, zone):
            return instant
        day = instant.astimezone(zone).date()
        ends = (end for days in (0, 1) for end in _instants(datetime.combine(day + timedelta(days=days), self.end), zone))
        first = min(end for end in ends if end > instant and not self.covers(end, zone))
        if instant.astimezone(zone).utcoffset() == first.astimezone(zone).utcoffset():
            return first
        change = _jump(instant.astimezone(UTC), first, zone)  # clocks may be put back to before the quiet time began
        return first if self.covers(change, zone) else min(first, change)


def _instants(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """The instants at which clocks show this time: one, two where they are put back; where they jump over it, the jump."""
    early, late = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    if early < late and early.astimezone(zone).replace(tzinfo=None) != wall:  # a gap: neither shows the time
        return [_jump(early, late, zone)]
    return [late, early]


def _jump(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    before = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        middle = middle.replace(microsecond=0)
        early, late = (middle, late) if middle.astimezone(zone).utcoffset() == before else (early, middle)
    return late
