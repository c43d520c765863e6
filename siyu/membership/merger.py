"""How this room absorbs and releases a member: each part in turn, `absorb(cursor, pairs)` and `release(cursor, pairs)` of its module."""

from collections.abc import Sequence
from types import ModuleType

from psycopg import Cursor

from .parts import anniversaries, belongings, benefits, plans

PARTS: tuple[ModuleType, ...] = (belongings, anniversaries, plans, benefits)
Pairs = Sequence[tuple[int, int]]


def absorb(cursor: Cursor, pairs: Pairs) -> None:
    """Let survivors have what their losers had."""
    for part in PARTS:
        part.absorb(cursor, pairs)


def release(cursor: Cursor, pairs: Pairs) -> None:
    """Give back, after an undo, what belongs to each."""
    for part in PARTS:
        part.release(cursor, pairs)
