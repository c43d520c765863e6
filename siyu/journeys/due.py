"""Time alone: waits that end, schedules that ring, merges to be carried over; walked at the end of the transaction."""

from datetime import datetime

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived
from siyu.lib.sql import statements

_sql = statements("siyu.journeys", "walking")


def due(cursor: Cursor, batch: Batch) -> list[Derived]:
    """Nothing here: `reactions.walk` walks once, when the other rooms' due work is done."""
    return []


def next_due(cursor: Cursor) -> datetime | None:
    """The earliest instant at which time moves somebody; what was overdue comes now."""
    cursor.execute(_sql.next_due)
    at, clock = cursor.fetchone()  # type: ignore[misc]
    return max(at, clock) if at is not None else None
