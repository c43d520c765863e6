"""A lane: what nobody waits for is done while the program goes on, and in the right place."""

from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import psycopg
import pytest
from django.db import connection
from psycopg.errors import DivisionByZero

from siyu.lib.lane import ColumnCursor, Lane, soon, whenever

AT = datetime(2026, 5, 5, 4, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def raw(db: None) -> psycopg.Connection:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE lane_note (word text)")
    return connection.connection


def note(word: str, *, seconds: float = 0.0) -> object:
    return lambda cursor: cursor.execute("INSERT INTO lane_note SELECT %(word)s FROM pg_sleep(%(s)s)", {"word": word, "s": seconds})


def words(cursor: psycopg.Cursor) -> list[str]:
    return [row[0] for row in cursor.execute("SELECT word FROM lane_note ORDER BY ctid").fetchall()]


def test_what_is_done_whenever_keeps_its_order_and_precedes_a_statement_that_names_its_table(raw: psycopg.Connection) -> None:
    with Lane(raw) as lane:
        whenever(lane.cursor, "lane_note", note("first", seconds=0.02))
        whenever(lane.cursor, "lane_note", note("second"))
        lane.cursor.execute("SELECT 1")
        assert words(lane.cursor) == ["first", "second"]


def test_what_must_come_soon_comes_before_the_next_statement(raw: psycopg.Connection) -> None:
    with Lane(raw) as lane:
        soon(lane.cursor, note("a", seconds=0.02))
        soon(lane.cursor, note("b"))
        lane.cursor.execute("SELECT count(*) FROM pg_class")
        lane.cursor.execute("INSERT INTO lane_note VALUES ('c')")
        assert words(lane.cursor) == ["a", "b", "c"]


def test_an_error_is_raised_where_the_program_is_and_nothing_follows_it(raw: psycopg.Connection) -> None:
    def broken() -> None:
        with Lane(raw) as lane:
            soon(lane.cursor, lambda cursor: cursor.execute("SELECT 1 / 0"))
            whenever(lane.cursor, "lane_note", note("never"))
            lane.cursor.execute("SELECT 1")

    raw.execute("SAVEPOINT whole")
    with pytest.raises(DivisionByZero):
        broken()
    raw.execute("ROLLBACK TO SAVEPOINT whole")
    assert words(ColumnCursor(raw)) == []


def test_a_savepoint_takes_back_only_what_was_done_inside_it(raw: psycopg.Connection) -> None:
    with Lane(raw) as lane:
        whenever(lane.cursor, "lane_note", note("before", seconds=0.02))
        lane.cursor.execute("SAVEPOINT part")
        whenever(lane.cursor, "lane_note", note("inside"))
        lane.cursor.execute("ROLLBACK TO SAVEPOINT part")
        lane.cursor.execute("RELEASE SAVEPOINT part")
        whenever(lane.cursor, "lane_note", note("after"))
    assert words(ColumnCursor(raw)) == ["before", "after"]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("bigint", [1, -(2**63), 2**63 - 1, None]),
        ("smallint", [1, None, 7]),
        ("text", ['a,"b"', "", "null", None, "茶 \\ {}"]),
        ("timestamptz", [AT, AT - timedelta(days=20_000), None]),
        ("timestamptz", [AT.astimezone(timezone(timedelta(hours=8)))]),
        ("date", [date(1999, 12, 31), None]),
        ("boolean", [True, False, None]),
        ("uuid", [UUID(int=7), None]),
        ("bytea", [b"\0\xff", b"", None]),
        ("jsonb", ['{"a": 1}']),
        ("numeric", ["1.50", None]),
        ("numeric", [2**70]),
        ("text", []),
        ("text", [None]),
    ],
)
def test_a_list_arrives_as_it_was_sent(raw: psycopg.Connection, kind: str, values: list) -> None:
    statement = f"SELECT %(values)s::{kind}[]"

    sent = ColumnCursor(raw).execute(statement, {"values": values}).fetchone()

    assert sent == psycopg.Cursor(raw).execute(statement, {"values": values}).fetchone()
