"""How this room absorbs and releases a member: accounts change their owner, and the tier is replayed from the entries of both.

Lots, entries and used caps stay with the account and the member they were earned as, so an undo gives each its own back.
"""

from datetime import date

from psycopg import Cursor

from siyu.lib.sql import statements
from siyu.members.queries import below, ends
from siyu.members.rules import became
from siyu.merchant.queries import settings_book

from .programme import programme
from .standing import Judged, replay_standings

_sql = statements("siyu.loyalty", "merger")
Pairs = list[tuple[int, int]]


def absorb(cursor: Cursor, pairs: Pairs) -> None:
    """Let each survivor own what its loser owned. A merge is no `tier.changed`; what it makes of the tier is told by `member.merged`."""
    ends = became(pairs)
    if cursor.execute(_sql.has_any, {"members": list(ends)}).fetchone() != (True,):  # the usual: a visitor who signs up
        return
    roots = {"losers": list(ends), "survivors": list(ends.values())}
    cursor.execute(_sql.absorb, roots)
    survivors = {row[0] for row in cursor.fetchall()}
    cursor.execute(_sql.absorb_floors, roots)
    survivors |= {row[0] for row in cursor.fetchall()}
    if survivors:
        _rejudge(cursor, survivors | ends.keys())


def release(cursor: Cursor, pairs: Pairs) -> None:
    """Give every account that these members own, or once had, to whom it belongs by the merges that still stand."""
    members = sorted({member for pair in pairs for member in pair})
    cursor.execute(_sql.origins, {"members": members, "below": sorted(below(cursor, members))})
    home = ends(cursor, {row[0] for row in cursor.fetchall()})
    columns = {"origins": list(home), "owners": list(home.values())}
    cursor.execute(_sql.release, columns)
    moved = cursor.fetchall()
    cursor.execute(_sql.release_floors, columns)
    if moved := moved + cursor.fetchall():
        _rejudge(cursor, {member for row in moved for member in row})


def _rejudge(cursor: Cursor, members: set[int]) -> None:
    cursor.execute(_sql.judged, {"members": sorted(members)})
    judged = {track: Judged(version, until) for track, version, until in cursor.fetchall()}
    book = settings_book()
    rules = programme(cursor, book, book.zone(date.max))
    replay_standings(cursor, rules, members, judged, is_unknown_time=True)
