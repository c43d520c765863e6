"""Time alone: members whose time has come, members whom services changed, audiences that wait; judged at the end of the transaction."""

from datetime import datetime

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived
from siyu.lib.sql import statements
from siyu.merchant.queries import settings_book

_sql = statements("siyu.audiences", "evaluating")


def due(cursor: Cursor, batch: Batch) -> list[Derived]:
    """Nothing here: `reactions.evaluate` judges once, when the other rooms' due work is done."""
    return []


def next_due(cursor: Cursor) -> datetime | None:
    """The earliest instant at which something waits to be judged."""
    cursor.execute(_sql.next_due)
    at, clock, zones = cursor.fetchone()  # type: ignore[misc]
    if zones and {*zones} != {settings_book().zone(clock.date()).key}:
        return clock  # days turn elsewhere now
    return max(at, clock) if at is not None else None
