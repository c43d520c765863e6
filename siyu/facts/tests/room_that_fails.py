"""A room whose due work fails for some members, at an instant that each has: rows of `due_here`, of which those with a reason fail."""

from datetime import datetime

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived, FactError

ROOM = "facts.tests"
TABLE = "CREATE TEMPORARY TABLE due_here (member_id bigint, due_at timestamptz, reason text)"
_LEFT_OUT = "member_id NOT IN (SELECT member_id FROM facts_held WHERE room = 'facts.tests')"


def due(cursor: Cursor, batch: Batch) -> list[Derived]:
    most = batch.portion(ROOM, 1_000)
    cursor.execute(
        f"SELECT member_id, reason FROM due_here WHERE due_at <= %s AND {_LEFT_OUT} ORDER BY due_at, member_id LIMIT %s",
        [batch.until, most],
    )
    rows = cursor.fetchall()
    batch.move(ROOM, [member for member, _ in rows])
    for _, reason in rows:
        if reason == "overflow":
            cursor.execute("SELECT 9223372036854775807 + 1::bigint")
        elif reason == "missing":
            cursor.execute("SELECT nothing FROM due_here")
        elif reason:
            raise FactError("test.failed", reason)
    cursor.execute("DELETE FROM due_here WHERE member_id = ANY(%s)", [[member for member, _ in rows]])
    return []


def next_due(cursor: Cursor) -> datetime | None:
    cursor.execute(f"SELECT min(due_at) FROM due_here WHERE {_LEFT_OUT}")
    return cursor.fetchone()[0]  # type: ignore[index]
