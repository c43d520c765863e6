"""A lane: what nobody waits for is done while the program goes on, and in the right place."""

from datetime import UTC, date, datetime, timedelta, timezone
from time import monotonic
from uuid import UUID

import psycopg
import pytest
from django.db import connection
from psycopg.errors import DivisionByZero

from siyu.lib.lane import ColumnCursor, Lane
from siyu.lib.statement import tables_of
from siyu.lib.wire import send

AT = datetime(2026, 5, 5, 4, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def raw(db: None) -> psycopg.Connection:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE facts_note (word text); CREATE TEMPORARY TABLE facts_other (word text)")
    return connection.connection


NOTE = "-- A word, after a while.\nINSERT INTO facts_note SELECT %(word)s FROM pg_sleep(%(seconds)s)"
OTHER = "INSERT INTO facts_other VALUES (%(word)s)"
ALL = "SELECT word FROM facts_note ORDER BY ctid"


def note(cursor: psycopg.Cursor, word: str, seconds: float = 0.0) -> None:
    cursor.execute(NOTE, {"word": word, "seconds": seconds})


def words(cursor: psycopg.Cursor) -> list[str]:
    return [row[0] for row in cursor.execute(ALL).fetchall()]


def test_tables_are_the_words_that_begin_with_a_room() -> None:
    assert tables_of("INSERT INTO facts_log SELECT m.member_id FROM members_member m") == {"facts_log", "members_member"}


def test_what_is_only_written_waits_until_its_table_is_named(raw: psycopg.Connection) -> None:
    with Lane(raw) as lane:
        began = monotonic()
        note(lane.cursor, "first", seconds=0.2)
        note(lane.cursor, "second")
        send(lane.cursor, "COPY facts_note FROM STDIN", "third\n")
        assert monotonic() - began < 0.1
        assert words(lane.cursor) == ["first", "second", "third"]
        assert monotonic() - began >= 0.2


def test_what_names_other_tables_need_not_wait_for_it(raw: psycopg.Connection) -> None:
    with Lane(raw) as lane:
        lane.cursor.execute("SELECT 1")
        with lane.turn("SELECT 1"):  # the program has the connection: the lane begins nothing
            note(lane.cursor, "late")
            lane.cursor.execute(OTHER, {"word": "later still"})
            waiting = ColumnCursor(raw).execute("SELECT count(*) FROM facts_note").fetchone()
        assert waiting == (0,)
        assert lane.cursor.execute("SELECT count(*) FROM facts_other").fetchone() == (1,)
        assert words(lane.cursor) == ["late"]


def test_what_is_called_for_brings_what_it_rests_on_and_nothing_else(raw: psycopg.Connection) -> None:
    raw.execute("CREATE TEMPORARY TABLE facts_third (word text)")
    with Lane(raw) as lane:
        with lane.turn("SELECT 1"):  # the lane begins nothing
            note(lane.cursor, "left alone")
            lane.cursor.execute(OTHER, {"word": "on"})
            lane.cursor.execute("INSERT INTO facts_third SELECT word || '!' FROM facts_other")
            called = lane._called_for(frozenset({"facts_third"}))
            assert [named for named, _ in lane._later] == [{"facts_note"}]
            for task in called:
                task(ColumnCursor(raw))
        assert lane.cursor.execute("SELECT word FROM facts_third").fetchall() == [("on!",)]
        assert words(lane.cursor) == ["left alone"]


def test_what_is_promised_is_done_before_all_that_has_nothing_to_do_with_it(raw: psycopg.Connection) -> None:
    done: list[str] = []
    with Lane(raw) as lane:
        lane.later(NOTE, lambda cursor: (note(cursor, "one", 0.2), done.append("under way")))
        lane.later(OTHER, lambda _: done.append("other"))
        lane.later(ALL, lambda _: done.append("of its table"))
        promise = lane.promise("SELECT word FROM facts_note FOR NO KEY UPDATE", None)
        promise.done.add_done_callback(lambda _: done.append("promised"))
        promise.wait()
    assert done == ["under way", "of its table", "promised", "other"]


def test_what_is_handed_over_may_change_afterwards(raw: psycopg.Connection) -> None:
    with Lane(raw) as lane:
        said = ["one"]
        note(lane.cursor, "slow", seconds=0.05)
        lane.cursor.execute("INSERT INTO facts_note SELECT unnest(%(words)s::text[])", {"words": said})
        said[0] = "two"
        assert words(lane.cursor) == ["slow", "one"]


def test_an_error_is_raised_where_the_program_is_and_nothing_follows_it(raw: psycopg.Connection) -> None:
    def broken() -> None:
        with Lane(raw) as lane:
            lane.cursor.execute("INSERT INTO facts_note SELECT (1 / 0)::text")
            note(lane.cursor, "never")
            words(lane.cursor)

    raw.execute("SAVEPOINT whole")
    with pytest.raises(DivisionByZero):
        broken()
    raw.execute("ROLLBACK TO SAVEPOINT whole")
    assert words(ColumnCursor(raw)) == []


def test_a_savepoint_takes_back_only_what_was_done_inside_it(raw: psycopg.Connection) -> None:
    with Lane(raw) as lane:
        note(lane.cursor, "before", seconds=0.02)
        lane.cursor.execute("SAVEPOINT part")
        note(lane.cursor, "inside")
        lane.cursor.execute("ROLLBACK TO SAVEPOINT part")
        lane.cursor.execute("RELEASE SAVEPOINT part")
        note(lane.cursor, "after")
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
