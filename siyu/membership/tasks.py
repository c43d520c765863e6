"""Timetable of membership."""

from datetime import datetime

from .services.honours import refresh_boards as refresh


def refresh_boards(now: datetime) -> None:
    """Count the leaderboards anew, and make final those whose period is over."""
    refresh(now)
