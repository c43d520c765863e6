"""What the pump does when what time alone brings fails for a member: the member is set aside, and time goes on for all others."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from siyu import wiring
from siyu.facts.pump import pump
from siyu.facts.quarantine import groups, held, payload
from siyu.facts.rules import Handle, Incoming
from siyu.facts.run import Report
from siyu.facts.services import dismiss_quarantined, record, replay_quarantined
from siyu.lib.web.keyset import Position
from siyu.merchant.rules import SYSTEM

from .room_that_fails import ROOM, TABLE

NOW = datetime(2026, 5, 5, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def room(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(wiring, "DUE", {ROOM: "siyu.facts.tests.room_that_fails", **wiring.DUE})
    execute(TABLE)
    yield
    execute("DROP TABLE due_here")


def execute(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def rows(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def let_fall_due(*members: int, at: datetime = NOW - HOUR, reason: str = "") -> None:
    for member in members:
        execute("INSERT INTO due_here VALUES (%s, %s, %s)", member, at, reason)


def waiting() -> list[int]:
    return [member for (member,) in rows("SELECT member_id FROM due_here ORDER BY 1")]


def test_whose_due_work_fails_is_set_aside_with_the_reason_and_all_others_move_on() -> None:
    let_fall_due(*range(1, 40))
    let_fall_due(40, 41, reason="no such tier")
    let_fall_due(42, reason="overflow")
    let_fall_due(*range(43, 60))

    report = pump(NOW)

    assert waiting() == [40, 41, 42]
    assert (report.held, report.stopped) == (3, "")
    assert [(group.code, group.messages) for group in groups()] == [("test.failed", 2), ("poison.NumericValueOutOfRange", 1)]
    found = {one.member: one for one in held(Position())}
    assert (found[40].form, found[40].name, found[40].because, found[40].again_at) == ("d", ROOM, "no such tier", NOW + HOUR)
    assert '"member": 42' in payload(found[42].id)


def test_facts_go_on_though_due_work_fails() -> None:
    let_fall_due(1, reason="no such tier")
    let_fall_due(2, at=NOW + 2 * HOUR, reason="no such tier")
    seen = [Incoming(name="page.viewed", occurred_at=NOW, message=f"m{n}", handles=[Handle("user_id", f"u{n}")]) for n in range(3)]
    record(seen, source="web", received_at=NOW)
    record([Incoming(name="page.viewed", occurred_at=NOW, message="later")], source="web", received_at=NOW + 2 * HOUR)

    report = pump(NOW + 2 * HOUR)

    assert (report.facts, report.quarantined, report.held) == (4, 0, 3)  # the first of the two failed again an hour later


def test_who_was_set_aside_is_tried_again_later_and_later() -> None:
    let_fall_due(1, reason="no such tier")

    at, attempts = NOW, []
    pump(at)
    for _ in range(9):
        (again_at,) = rows("SELECT again_at FROM facts_quarantine")[0]
        attempts.append((again_at - at) // HOUR)
        assert pump(again_at - timedelta(seconds=1)).held == 0
        assert pump(again_at).held == 1
        at = again_at

    assert attempts == [1, 2, 4, 8, 16, 32, 64, 128, 128]
    assert rows("SELECT count(*), max(attempts) FROM facts_quarantine") == [(1, 10)]


def test_who_can_be_moved_again_is_moved_when_the_time_has_come() -> None:
    let_fall_due(1, reason="no such tier")
    pump(NOW)
    execute("UPDATE due_here SET reason = ''")

    pump(NOW + HOUR / 2)
    assert waiting() == [1]
    pump(NOW + HOUR)

    assert waiting() == []
    assert groups() == []
    let_fall_due(1, at=NOW + 2 * HOUR, reason="another")
    assert pump(NOW + 2 * HOUR).held == 1
    assert [one.because for one in held(Position())] == ["another"]


def test_who_was_set_aside_is_moved_at_once_when_somebody_asks() -> None:
    let_fall_due(1, 2, reason="no such tier")
    pump(NOW)
    execute("UPDATE due_here SET reason = '' WHERE member_id = 1")

    assert replay_quarantined(SYSTEM, [one.id for one in held(Position())], now=NOW) == 2
    pump(NOW + timedelta(seconds=10))

    assert waiting() == [2]
    assert [one.member for one in held(Position())] == [2]


def test_due_work_that_nobody_wants_back_is_not_tried_again() -> None:
    let_fall_due(1, reason="no such tier")
    pump(NOW)

    dismiss_quarantined(SYSTEM, [one.id for one in held(Position())], because="a test member", now=NOW)

    assert pump(NOW + 1000 * HOUR).held == 0
    assert waiting() == [1]
    assert groups() == []


def test_a_fact_is_not_blamed_for_what_falls_due_in_the_midst_of_its_batch() -> None:
    for minute in range(4):
        at = NOW + timedelta(minutes=minute)
        handles = [Handle("user_id", f"u{minute}")]
        record([Incoming(name="pool.joined", occurred_at=at, message=f"m{minute}", handles=handles)], source="web", received_at=at)
    pump(NOW, messages=1)
    execute("UPDATE members_lifecycle SET pool_joined_at = '9999-12-31Z', due_at = %s", NOW + timedelta(minutes=2))

    report = pump(NOW + HOUR)

    assert (report.facts, report.quarantined, report.held) == (3, 0, 1)
    assert [(one.name, one.code) for one in held(Position())] == [("members", "poison.OverflowError")]


def test_a_broken_program_stops_the_pump_whoever_it_meets_first() -> None:
    let_fall_due(1, 2, reason="missing")

    report = pump(NOW)

    assert (report.stopped, report.held) == ("pump.program", 0)
    assert rows("SELECT code FROM merchant_alarm WHERE cleared_at IS NULL") == [("pump.stopped",)]


def test_due_work_that_fails_for_too_many_stops_the_pump_and_what_is_known_to_fail_does_not() -> None:
    def fail(members: range) -> Report:
        let_fall_due(*members, reason="no such tier")
        return pump(NOW)

    assert fail(range(11, 21)).stopped == ""
    execute("UPDATE facts_quarantine SET again_at = NULL")
    assert fail(range(21, 26)).stopped == ""

    report = fail(range(31, 90))

    assert (report.stopped, report.held) == ("pump.poison", 11)


def test_a_room_that_moves_whom_it_must_leave_out_stops_the_pump(monkeypatch: pytest.MonkeyPatch) -> None:
    let_fall_due(1, reason="no such tier")
    monkeypatch.setattr("siyu.facts.tests.room_that_fails._LEFT_OUT", "true")

    assert pump(NOW).stopped == "pump.program"
