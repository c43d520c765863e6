"""When members become one, or two again: whoever is under way goes on as the survivor; an undo gives everything back as it stood."""

from collections.abc import Sequence

from psycopg import Cursor

from siyu.lib.sql import array, statements
from siyu.members.queries import ends

_sql = statements("siyu.journeys", "merger")


def absorb(cursor: Cursor, pairs: Sequence[tuple[int, int]]) -> None:
    """Note the merges: the pump carries enrolments over in the order of the batch, for facts before a merge were the loser's own."""
    survivors, losers = (array(member for member in side) for side in zip(*pairs, strict=True)) if pairs else ("{}", "{}")
    cursor.execute(_sql.note, {"survivors": survivors, "losers": losers})


def release(cursor: Cursor, pairs: Sequence[tuple[int, int]]) -> None:
    """Each enrolment goes to the end of the line of whom it began with; what was joined and stands alone now goes on."""
    members = array(sorted({member for pair in pairs for member in pair}))
    cursor.execute(_sql.forget_undone, {"members": members})
    cursor.execute(_sql.origins_of, {"members": members})
    home = ends(cursor, {row[0] for row in cursor.fetchall()})
    cursor.execute(_sql.follow, {"members": members, "origins": array(home), "owners": array(home.values())})
    cursor.execute(_sql.part, {"members": members})
