"""Reading beside a transaction: what it has not written is answered at once, what it has written in its own turn."""

from collections.abc import Iterator
from threading import Event
from time import monotonic

import psycopg
import pytest
from django.db import connection
from psycopg.errors import DivisionByZero, ReadOnlySqlTransaction

from siyu.lib.beside import reader_of
from siyu.lib.lane import Lane, Question
from siyu.lib.statement import only_draws, only_locks, only_reads

SLOWLY = "-- A word, after a while.\nINSERT INTO facts_note SELECT %(word)s FROM pg_sleep(0.3)"
NOTES, OTHERS = "SELECT word FROM facts_note ORDER BY 1", "SELECT word FROM facts_other ORDER BY 1"


@pytest.fixture
def raw(clone: str) -> Iterator[psycopg.Connection]:
    """A connection in a transaction, with a row that was committed before it."""
    with psycopg.connect(clone, autocommit=True) as owner:
        owner.execute("CREATE TABLE facts_note (word text); CREATE TABLE facts_other (word text); INSERT INTO facts_other VALUES ('known')")
        owner.execute("GRANT ALL ON facts_note, facts_other TO PUBLIC")
    connection.ensure_connection()
    own = connection.connection
    own.execute("BEGIN")
    yield own
    own.execute("ROLLBACK")


def asked(lane: Lane, question: str) -> list[str]:
    return [word for (word,) in lane.cursor.execute(question).fetchall()]


def test_what_the_transaction_has_not_written_is_answered_while_it_writes(raw: psycopg.Connection) -> None:
    with Lane(raw, reader=reader_of(raw)) as lane:
        began = monotonic()
        lane.cursor.execute(SLOWLY, {"word": "late"})
        assert asked(lane, OTHERS) == ["known"]
        assert monotonic() - began < 0.2
        assert asked(lane, NOTES) == ["late"]
        assert monotonic() - began >= 0.3


def test_what_it_has_written_it_asks_itself(raw: psycopg.Connection) -> None:
    with Lane(raw, reader=reader_of(raw)) as lane:
        assert lane.cursor.execute("INSERT INTO facts_other VALUES ('own') RETURNING word").fetchone() == ("own",)
        assert asked(lane, OTHERS) == ["known", "own"]
        assert lane.cursor.execute("SELECT 1 FROM facts_note").fetchone() is None
        assert lane.cursor.rowcount == 0
        assert [word for (word,) in lane.cursor.execute(OTHERS)] == ["known", "own"]


def test_behind_a_savepoint_nothing_is_asked_beside(raw: psycopg.Connection) -> None:
    with Lane(raw, reader=reader_of(raw)) as lane:
        assert asked(lane, OTHERS) == ["known"]
        with lane.turn("SAVEPOINT part"):
            raw.execute("SAVEPOINT part")
        raw.execute("INSERT INTO facts_other VALUES ('past the lane')")
        with lane.turn("RELEASE SAVEPOINT part"):
            raw.execute("RELEASE SAVEPOINT part")
        assert asked(lane, OTHERS) == ["known", "past the lane"]


def test_the_reader_writes_nothing_and_is_the_same_each_time(raw: psycopg.Connection) -> None:
    reader = reader_of(raw)

    assert reader_of(raw) is reader
    assert reader.info.user == raw.info.user
    with pytest.raises(ReadOnlySqlTransaction):
        reader.execute("INSERT INTO facts_other VALUES ('never')")


@pytest.mark.parametrize(
    ("query", "is_so"),
    [
        ("-- Words that insert or UPDATE nothing.\nSELECT word FROM facts_note", True),
        ("WITH some AS (SELECT 1) SELECT * FROM some", True),
        ("WITH gone AS (DELETE FROM facts_note RETURNING word) SELECT * FROM gone", False),
        ("SELECT id FROM members_member ORDER BY id FOR NO KEY UPDATE", False),
        ("SELECT id FROM members_member FOR SHARE", False),
        ("SELECT nextval('facts_id')", False),
        ("SELECT pg_advisory_xact_lock(1)", False),
        ("INSERT INTO facts_note VALUES ('x') RETURNING word", False),
        ("SAVEPOINT part", False),
    ],
)
def test_only_what_asks_and_does_nothing_else_goes_there(query: str, is_so: bool) -> None:
    assert only_reads(query) is is_so


def test_a_change_that_finds_no_row_has_written_nothing(raw: psycopg.Connection) -> None:
    with Lane(raw, reader=reader_of(raw)) as lane:
        assert lane.cursor.execute("DELETE FROM facts_other WHERE word = 'unknown' RETURNING word").fetchall() == []
        began = monotonic()
        lane.cursor.execute(SLOWLY, {"word": "late"})
        assert asked(lane, OTHERS) == ["known"]
        assert monotonic() - began < 0.2
        assert lane.cursor.execute("DELETE FROM facts_other WHERE word = 'known' RETURNING word").fetchall() == [("known",)]
        assert asked(lane, OTHERS) == []


def test_numbers_are_drawn_beside_and_never_twice(raw: psycopg.Connection) -> None:
    draw = "-- Numbers.\nSELECT nextval('facts_id') FROM generate_series(1, %(count)s)"
    with Lane(raw, reader=reader_of(raw)) as lane:
        began = monotonic()
        lane.cursor.execute(SLOWLY, {"word": "late"})
        first = [row[0] for row in lane.cursor.execute(draw, {"count": 3}).fetchall()]
        assert monotonic() - began < 0.2
    then = [row[0] for row in raw.execute(draw, {"count": 2}).fetchall()]

    assert [*first, *then] == list(range(first[0], first[0] + 5))
    with pytest.raises(ReadOnlySqlTransaction):
        reader_of(raw).execute("INSERT INTO facts_other VALUES ('still never')")


@pytest.mark.parametrize(
    ("query", "is_so"),
    [
        ("-- Numbers.\nSELECT nextval('facts_id') FROM generate_series(1, %(count)s)", True),
        ("SELECT min(n) FROM (SELECT nextval('facts_id') AS n FROM generate_series(1, %(count)s)) AS drawn", True),
        ("SELECT min(n) FROM (SELECT nextval('facts_id') AS n FROM facts_note) AS drawn", False),
        ("SELECT setval('facts_id', nextval('facts_id') + 4)", False),
        ("SELECT nextval('facts_id') FROM generate_series(1, 2), pg_advisory_xact_lock(1)", False),
        ("SELECT nextval('facts_id'), word FROM facts_note", False),
    ],
)
def test_only_what_draws_and_does_nothing_else_is_drawn_there(query: str, is_so: bool) -> None:
    assert only_draws(query) is is_so


def test_an_error_is_raised_before_anything_else_is_asked(raw: psycopg.Connection) -> None:
    def broken() -> None:
        with Lane(raw, reader=reader_of(raw)) as lane:
            lane.cursor.execute("INSERT INTO facts_note SELECT (1 / 0)::text FROM pg_sleep(0.05)")
            while lane._error is None:
                asked(lane, OTHERS)
            lane.cursor.execute("INSERT INTO facts_note VALUES ('never')")
            asked(lane, OTHERS)

    with pytest.raises(DivisionByZero):
        broken()


def early(raw: psycopg.Connection) -> Lane:
    return Lane(raw, reader=reader_of(raw), early=reader_of(raw, "early"))


def test_what_is_asked_early_is_answered_while_the_program_goes_on(raw: psycopg.Connection) -> None:
    with early(raw) as lane:
        began = monotonic()
        question = Question(lane.cursor, "SELECT word FROM facts_other, pg_sleep(1)")
        assert asked(lane, OTHERS) == ["known"]
        assert monotonic() - began < 0.9
        assert question.fetchall() == [("known",)]
        assert monotonic() - began >= 1


def test_what_was_written_since_is_asked_again(raw: psycopg.Connection) -> None:
    with early(raw) as lane:
        question = Question(lane.cursor, OTHERS)
        lane.cursor.execute("INSERT INTO facts_other VALUES ('own')")
        assert question.fetchall() == [("known",), ("own",)]


def test_it_is_asked_after_what_was_promised(raw: psycopg.Connection) -> None:
    with early(raw) as lane:
        is_under_way = Event()
        lane.later("UPDATE facts_note", lambda cursor: (is_under_way.set(), cursor.execute("SELECT pg_sleep(1)")))
        is_under_way.wait()
        promise = lane.promise("-- Locked.\nSELECT word FROM facts_other FOR UPDATE", None)
        question = Question(lane.cursor, OTHERS, after=promise)
        assert not promise.done.done()
        assert question.fetchall() == [("known",)]
        assert promise.done.done()
        with psycopg.connect(raw.info.dsn, password=raw.info.password, autocommit=True) as another:
            assert another.execute("SELECT word FROM facts_other FOR UPDATE SKIP LOCKED").fetchall() == []


def test_a_promise_is_kept_before_what_is_asked_in_its_place(raw: psycopg.Connection) -> None:
    with early(raw) as lane:
        lane.cursor.execute("INSERT INTO facts_note VALUES ('own') RETURNING word").fetchone()
        lane.cursor.execute("INSERT INTO facts_other SELECT 'late' FROM pg_sleep(0.2)")
        promise = lane.promise("SELECT word FROM facts_other FOR UPDATE", None)
        assert Question(lane.cursor, NOTES, after=promise).fetchall() == [("own",)]
        assert promise.done.done()


def test_a_question_whose_promise_is_broken_raises_what_broke_it(raw: psycopg.Connection) -> None:
    def broken() -> None:
        with early(raw) as lane:
            lane.cursor.execute("INSERT INTO facts_note SELECT (1 / 0)::text FROM pg_sleep(0.1)")
            promise = lane.promise("SELECT word FROM facts_other FOR UPDATE", None)
            Question(lane.cursor, OTHERS, after=promise).fetchall()

    with pytest.raises(DivisionByZero):
        broken()


@pytest.mark.parametrize(
    ("query", "is_so"),
    [
        ("-- In order.\nSELECT id FROM members_member ORDER BY id FOR NO KEY UPDATE", True),
        ("SELECT id FROM members_member FOR UPDATE", True),
        ("SELECT id FROM members_member", False),
        ("SELECT nextval('facts_id') FROM members_member FOR UPDATE", False),
        ("UPDATE members_member SET id = id", False),
    ],
)
def test_what_only_locks_has_written_nothing(query: str, is_so: bool) -> None:
    assert only_locks(query) is is_so
