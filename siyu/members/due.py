"""What time alone changes about people: the three clocks; and the news of who became one by what staff said."""

from datetime import datetime

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived
from siyu.lib.sql import statements

from . import clocks, news

_sql = statements("siyu.members", "reactions")


def due(cursor: Cursor, batch: Batch) -> list[Derived]:
    """Tell what services made of members, and turn the clocks that are due, up to `batch.until`."""
    most = batch.portion("members", clocks.LIMIT)
    told = news.due(cursor, batch, most)
    return told + clocks.turn_due(cursor, batch, most - len(told))


def next_due(cursor: Cursor) -> datetime | None:
    """The earliest instant at which a clock moves by itself, or of news to be told."""
    cursor.execute(_sql.next_due)
    row = cursor.fetchone()
    return min((at for at in (row[0] if row else None, news.next_due(cursor)) if at is not None), default=None)
