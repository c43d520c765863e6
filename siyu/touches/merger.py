"""When members become one, or two again: touches and messages follow the member they were meant for."""

from collections.abc import Sequence

from psycopg import Cursor

from siyu.lib.sql import array, statements
from siyu.members.queries import ends
from siyu.members.rules import became

_sql = statements("siyu.touches", "merger")


def absorb(cursor: Cursor, pairs: Sequence[tuple[int, int]]) -> None:
    """The loser's touches go to the survivor: they fill the survivor's caps."""
    ends = became(pairs)
    columns = {"losers": array(ends), "survivors": array(ends.values())}
    cursor.execute(_sql.absorb_touches, columns)
    cursor.execute(_sql.absorb_inbox, columns)
    cursor.execute(_sql.absorb_tasks, columns)
    cursor.execute(_sql.absorb_stands, columns)
    cursor.execute(_sql.double_stands, columns)


def release(cursor: Cursor, pairs: Sequence[tuple[int, int]]) -> None:
    """Each touch goes back to the end of the line of whom it was meant for."""
    members = array(sorted({member for pair in pairs for member in pair}))
    cursor.execute(_sql.origins_of, {"members": members})
    home = ends(cursor, {row[0] for row in cursor.fetchall()})
    columns = {"members": members, "origins": array(home), "owners": array(home.values())}
    for statement in (_sql.follow_touches, _sql.follow_inbox, _sql.follow_tasks, _sql.follow_stands):
        cursor.execute(statement, columns)
    cursor.execute(_sql.single_stands, {"members": members})
