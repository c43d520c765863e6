"""How fast a one-off send may ask: so many an hour, spread over the hour's minutes; and how often somebody outside may speak."""

from datetime import datetime, timedelta

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def room(per_hour: int, hour_from: datetime | None, asked: int, now: datetime) -> tuple[datetime, int, int]:
    """What may be asked for now: when the running hour began, how many were asked for in it, and how many more may be.

    By minute n of an hour at most n/60 of its number are asked for (rounded up), so that no minute sees a rush.
    """
    if hour_from is None or now >= hour_from + HOUR:
        hour_from, asked = now, 0
    minutes = min(int((now - hour_from) / MINUTE) + 1, 60)
    return hour_from, asked, max(-(-per_hour * minutes // 60) - asked, 0)


class MinuteLimit:
    """So many times a minute and name, in one process. Names are few: they are asked for only when they are known."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.minutes: dict[str, tuple[datetime, int]] = {}

    def lets(self, name: str, now: datetime) -> bool:
        """Whether once more is allowed, and counts it."""
        minute = now.replace(second=0, microsecond=0)
        begun, count = self.minutes.get(name, (minute, 0))
        count = count + 1 if begun == minute else 1
        self.minutes[name] = (minute, count)
        return count <= self.most
