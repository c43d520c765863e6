"""Redemptions that nobody fetched or shipped in time: due work of the mall."""

from datetime import datetime

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived
from siyu.lib.sql import statements
from siyu.members.services import lock
from siyu.merchant.rules import SYSTEM

from ..services.mall import expire

_sql = statements("siyu.membership", "mall")
LIMIT = 200  # redemptions of one transaction


def due(cursor: Cursor, batch: Batch) -> list[Derived]:
    """Give back what is due up to `batch.until`, each at its own instant."""
    cursor.execute(_sql.due, {"until": batch.until, "limit": batch.portion("membership.expiries", LIMIT)})
    rows = cursor.fetchall()
    batch.move("membership.expiries", [owner for _, owner, _ in rows])
    lock(cursor, [owner for _, owner, _ in rows])
    for number, _owner, due_at in rows:
        expire(SYSTEM, number, due_at)
    return []


def next_due(cursor: Cursor) -> datetime | None:
    """When the next redemption expires."""
    cursor.execute(_sql.next_due)
    return cursor.fetchone()[0]  # type: ignore[index]
