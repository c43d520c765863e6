"""How this room absorbs and releases a member: names, roll-ups, tags, clocks."""

from psycopg import Cursor

from siyu.facts.run import pump_progress
from siyu.lib.sql import statements
from siyu.merchant.queries import settings_book

from . import clocks

_sql = statements("siyu.members", "reactions")
Pairs = list[tuple[int, int]]


def absorb(cursor: Cursor, pairs: Pairs) -> None:
    """Survivors get names, roll-ups and tags of the merged; the clocks are joined by `turn_clocks`, in the order of the batch."""
    losers = [loser for _, loser in pairs]
    columns = {"survivors": [survivor for survivor, _ in pairs], "losers": losers}
    cursor.execute(_sql.name_members, {"members": [member for pair in pairs for member in pair]})
    cursor.execute(_sql.carry_tags, columns)
    cursor.execute(_sql.absorb_rollups, columns)
    cursor.execute(_sql.drop_rollups, {"members": losers})


def release(cursor: Cursor, pairs: Pairs) -> None:
    """Both of each pair become what their own handles say."""
    members = sorted({member for pair in pairs for member in pair})
    cursor.execute(_sql.name_members, {"members": members})
    cursor.execute(_sql.return_tags, {"members": members})
    cursor.execute(_sql.drop_rollups, {"members": members})
    cursor.execute(_sql.recount_rollups, {"members": members})
    clocks.relive(cursor, members, pump_progress(cursor).clock, settings_book())
