"""The order of locks: whoever changes a member's state locks the member's row first, by one of these two."""

from collections.abc import Collection, Sequence

from psycopg import Cursor

from siyu.lib.lane import LaneCursor, Promise
from siyu.lib.sql import statements

_sql = statements("siyu.members", "services")


def lock(cursor: Cursor, member_ids: Sequence[int]) -> None:
    """Lock member rows, in order: the pump and every service do this first, so they cannot lock each other up."""
    if member_ids:
        cursor.execute(_sql.lock, {"ids": sorted(set(member_ids))})


def lock_early(cursor: Cursor, member_ids: Collection[int]) -> Promise | None:
    """The same in the pump, while it goes on: what reads their state comes after what was promised."""
    if isinstance(cursor, LaneCursor) and member_ids:
        return cursor.lane.promise(_sql.lock, {"ids": sorted(set(member_ids))})
    lock(cursor, list(member_ids))
    return None
