"""Timetable of the member centre: wishes come true, what has run out is forgotten."""

from datetime import datetime, timedelta

from . import services


def erase_due(now: datetime) -> int:
    """Every few minutes: forget the members whose time to think again has passed."""
    return services.erase_due(now)


def forget(now: datetime) -> None:
    """Hourly: codes of yesterday, sessions that ended a month ago, copies whose day has passed."""
    services.forget_codes(now - timedelta(days=1))
    services.forget_sessions(now - timedelta(days=30))
    services.forget_copies(now)
