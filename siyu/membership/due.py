"""What time alone changes: each part in turn, `due(cursor, batch)` and `next_due(cursor)` of its module."""

from datetime import datetime
from types import ModuleType

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived

from .parts import anniversaries, benefits, expiries, plans

PARTS: tuple[ModuleType, ...] = (plans, benefits, anniversaries, expiries)


def due(cursor: Cursor, batch: Batch) -> list[Derived]:
    """Run what is due up to `batch.until`, a bounded number of members of each part, oldest first."""
    return [news for part in PARTS for news in part.due(cursor, batch)]


def next_due(cursor: Cursor) -> datetime | None:
    """The earliest instant at which a part has something due."""
    return min((at for part in PARTS if (at := part.next_due(cursor)) is not None), default=None)
