"""When members become one, or two again: whoever is under way goes on as the survivor; an undo gives everything back as it stood."""

from collections.abc import Sequence

from psycopg import Cursor

from siyu.lib.sql import array, statements
from siyu.members.queries import lines

_sql = statements("siyu.journeys", "merger")


def absorb(cursor: Cursor, pairs: Sequence[tuple[int, int]]) -> None:
    """Note the merges: the pump carries enrolments over in the order of the batch, for facts before a merge were the loser's own."""
    survivors, losers = (array(member for member in side) for side in zip(*pairs, strict=True)) if pairs else ("{}", "{}")
    cursor.execute(_sql.note, {"survivors": survivors, "losers": losers})


def release(cursor: Cursor, pairs: Sequence[tuple[int, int]]) -> None:
    """Each enrolment goes along the line of whom it began with, as far as it is carried over; what was joined and stands alone goes on."""
    cursor.execute(_sql.forget_undone)
    cursor.execute(_sql.uncarried)
    uncarried = {row[0] for row in cursor.fetchall()}
    held = array({member for pair in pairs for member in pair} | uncarried)
    cursor.execute(_sql.origins_of, {"members": held})
    became = lines(cursor, {row[0] for row in cursor.fetchall()})
    home = {origin: next((member for member in line if member in uncarried), line[-1]) for origin, line in became.items()}
    cursor.execute(_sql.follow, {"members": held, "origins": array(home), "owners": array(home.values())})
    cursor.execute(_sql.part, {"members": held})
