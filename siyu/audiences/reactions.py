"""At the end of each transaction of the pump: whoever facts, merges, time or services touched is judged once."""

from collections.abc import Sequence

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived
from siyu.lib.sql import array, statements

from .evaluating import edges as edge
from .evaluating.program import program
from .evaluating.remembering import remember
from .evaluating.standing import standing
from .evaluating.touched import judge, touched_by
from .evaluating.whole import renew

_sql = statements("siyu.audiences", "evaluating")


def evaluate(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """Judge the touched; with nothing else to do, judge everybody for audiences that wait for it."""
    remember(cursor, batch)
    audiences = standing(cursor)
    made = program(cursor, audiences)
    edges = judge(cursor, batch, made, touched_by(cursor, batch, made))
    if edges:
        edge.write(cursor, batch, edges)
        edge.count(cursor, batch, edges)
        edge.tag(cursor, batch, edges)
    if not batch.facts:  # what is counted from now on must find everything in the log
        if any(one.zone != batch.zone.key for one in audiences if one.version):
            cursor.execute(_sql.retime, {"zone": batch.zone.key})
            audiences = standing(cursor)
        if any(one.next_version is not None for one in audiences):
            edges = [*edges, *renew(cursor, batch, standing(cursor))]
    return edge.news(edges) or None


def mark_dirty(cursor: Cursor, member_ids: Sequence[int], because: str = "change") -> None:
    """Have the pump judge members anew whom a service changed without a fact."""
    if member_ids:
        cursor.execute(_sql.mark_dirty, {"members": array(member_ids), "because": because})
