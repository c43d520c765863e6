"""How fast a one-off send may ask: so many an hour, spread over the hour's minutes instead of all at its beginning."""

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
