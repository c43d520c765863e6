"""What was given to members moves with them: ladder steps, completions, badges, ranks, cards, redemptions. Origin stays."""

from collections.abc import Sequence

from psycopg import Cursor

from siyu.lib.sql import statements
from siyu.members.queries import below, ends
from siyu.members.rules import became

_sql = statements("siyu.membership", "belongings")


def absorb(cursor: Cursor, pairs: Sequence[tuple[int, int]]) -> None:
    """Survivors own what their losers owned."""
    ends = became(pairs)
    columns = {"losers": list(ends), "survivors": list(ends.values())}
    for statement in (
        _sql.absorb_ladder,
        _sql.absorb_completions,
        _sql.absorb_badges,
        _sql.absorb_ranks,
        _sql.absorb_cards,
        _sql.absorb_mall,
    ):
        cursor.execute(statement, columns)


def release(cursor: Cursor, pairs: Sequence[tuple[int, int]]) -> None:
    """Everything goes to whom its origin is now, by the merges that still stand."""
    members = sorted({member for pair in pairs for member in pair})
    cursor.execute(_sql.origins_of, {"members": members})
    owners = ends(cursor, below(cursor, members) | {row[0] for row in cursor.fetchall()})
    named = {"origins": list(owners), "roots": list(owners.values())}
    for statement in (
        _sql.release_ladder,
        _sql.release_completions,
        _sql.release_badges,
        _sql.release_ranks,
        _sql.release_cards,
        _sql.release_mall,
    ):
        cursor.execute(statement, named)
