"""When members become one, or two again: sums are taken afresh from the orders and refunds of their handles."""

from collections.abc import Sequence

from psycopg import Cursor

from .reactions import restate


def absorb(cursor: Cursor, pairs: Sequence[tuple[int, int]]) -> None:
    """Survivor and loser after the loser's handles moved to the survivor."""
    _both(cursor, pairs)


def release(cursor: Cursor, pairs: Sequence[tuple[int, int]]) -> None:
    """Survivor and loser after an undo gave the handles back."""
    _both(cursor, pairs)


def _both(cursor: Cursor, pairs: Sequence[tuple[int, int]]) -> None:
    members = sorted({member for pair in pairs for member in pair})
    if members:
        restate(cursor, members)
