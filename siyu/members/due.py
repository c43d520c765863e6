"""What time alone changes about people: the three clocks."""

from datetime import datetime

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived
from siyu.lib.sql import statements

from . import clocks

_sql = statements("siyu.members", "reactions")


def due(cursor: Cursor, batch: Batch) -> list[Derived]:
    """Turn the clocks that are due up to `batch.until`."""
    return clocks.turn_due(cursor, batch)


def next_due(cursor: Cursor) -> datetime | None:
    """The earliest instant at which a clock moves by itself."""
    cursor.execute(_sql.next_due)
    row = cursor.fetchone()
    return row[0] if row else None
