"""Timetable of this room: borders of RFM do not grow old."""

from datetime import datetime

from . import services


def retake_borders(now: datetime) -> None:
    """Once a month, of who has taken any."""
    services.retake_borders(now)
