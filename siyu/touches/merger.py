"""When members become one, or two again: touches and messages follow the member they were meant for.

What either said of consent holds for the survivor, and leaves with them again: staff are asked no more to write to who has not agreed.
"""

from collections.abc import Sequence

from psycopg import Cursor

from siyu.facts.run import pump_progress
from siyu.lib.sql import array, statements
from siyu.members.queries import ends
from siyu.members.rules import became

from .rules.gate import Why
from .services.tasks import review_tasks

_sql = statements("siyu.touches", "merger")
_SAID = frozenset({Why.WITHDRAWN, Why.NO_CONSENT})


def absorb(cursor: Cursor, pairs: Sequence[tuple[int, int]]) -> None:
    """The loser's touches go to the survivor: they fill the survivor's caps."""
    ends = became(pairs)
    cursor.execute(_sql.have_tasks, {"members": array({*ends, *ends.values()})})  # first: what the pump writes before is not waited for
    have_tasks = cursor.fetchone() == (True,)
    columns = {"losers": array(ends), "survivors": array(ends.values())}
    cursor.execute(_sql.absorb_touches, columns)
    cursor.execute(_sql.absorb_inbox, columns)
    cursor.execute(_sql.absorb_tasks, columns)
    cursor.execute(_sql.absorb_stands, columns)
    cursor.execute(_sql.double_stands, columns)
    if have_tasks:
        _close_tasks(cursor, sorted(set(ends.values())))


def release(cursor: Cursor, pairs: Sequence[tuple[int, int]]) -> None:
    """Each touch goes back to the end of the line of whom it was meant for."""
    people = sorted({member for pair in pairs for member in pair})
    members = array(people)
    cursor.execute(_sql.origins_of, {"members": members})
    home = ends(cursor, {row[0] for row in cursor.fetchall()})
    columns = {"members": members, "origins": array(home), "owners": array(home.values())}
    for statement in (_sql.follow_touches, _sql.follow_inbox, _sql.follow_tasks, _sql.follow_stands):
        cursor.execute(statement, columns)
    cursor.execute(_sql.single_stands, {"members": members})
    _close_tasks(cursor, people)


def _close_tasks(cursor: Cursor, members: Sequence[int]) -> None:
    review_tasks(members, pump_progress(cursor).clock, only=_SAID)
