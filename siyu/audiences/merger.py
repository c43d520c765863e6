"""When members become one, or two again: both are judged anew; who is nobody any more is in nothing."""

from collections.abc import Sequence

from psycopg import Cursor

from .reactions import mark_dirty


def absorb(cursor: Cursor, pairs: Sequence[tuple[int, int]]) -> None:
    """Survivor and loser after the loser's handles moved."""
    mark_dirty(cursor, sorted({member for pair in pairs for member in pair}), "merge")


def release(cursor: Cursor, pairs: Sequence[tuple[int, int]]) -> None:
    """Both after an undo gave the handles back."""
    absorb(cursor, pairs)
