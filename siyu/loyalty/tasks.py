"""Timetable of this room: the ledger is sealed."""

from datetime import datetime

from .sealing import seal


def seal_ledger(now: datetime) -> None:
    """Seal the entries that have been posted since the last time."""
    seal(now)
