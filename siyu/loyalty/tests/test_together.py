"""Single moves that several callers ask for at one moment share a transaction; each keeps its key, actor, instant, answer and refusal."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any

import psycopg
import pytest
from django.db import connections

from siyu.facts.pump import pump
from siyu.facts.tasks import make_partitions
from siyu.lib import together
from siyu.lib.refusal import Refusal
from siyu.loyalty.services import Because, Capture, Grant, Hold, Receipt, Spend, capture, grant, hold, performing, spend
from siyu.merchant.rules import SYSTEM, Actor
from siyu.operate.verify import verify

from .scene import START, days, happens, install, member, rows

ANNA, KEY = Actor("staff", 1, "Anna"), Actor("api_key", 7, "shop")
WHY = Because("test", "1", "why")
ALL, MANY = 8, 20.0  # members; seconds until which whatever can happen has happened
Act = Callable[[], list[Receipt]]


@pytest.fixture
def people(clone: str) -> Iterator[list[int]]:
    make_partitions(START.date() - days(1), START.date() + days(3))
    install()
    for number in range(ALL):
        happens("page.viewed", f"p{number}")
    members = [member(f"p{number}") for number in range(ALL)]
    grant(SYSTEM, [Grant(one, "points", 100, f"seed {one}", WHY, expires_at=None) for one in members], START)
    yield members
    connections["default"].close()


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many callers each group had; nobody leads before `at_once` says so."""
    seen: list[int] = []
    joined = performing._joined
    monkeypatch.setattr(performing._callers, "_do", lambda calls: seen.append(len(calls)) or joined(calls))
    monkeypatch.setattr(together, "LEADERS", 0)
    monkeypatch.setattr(together, "PATIENCE_S", MANY)
    return seen


def at_once(*acts: Act) -> list[Future[list[Receipt]]]:
    """Callers who come one after the other, and meet; the first leads."""

    def call(act: Act) -> list[Receipt]:
        try:
            return act()
        finally:
            connections.close_all()

    asked, meeting = [], performing._callers
    with ThreadPoolExecutor(len(acts)) as hands:
        for number, act in enumerate(acts, 1):
            asked.append(hands.submit(call, act))
            deadline = time.monotonic() + MANY
            while len(meeting._waiting) < number:
                assert time.monotonic() < deadline
                time.sleep(0.001)
        with meeting._change:
            meeting._begin(meeting._waiting[0])
    return asked


def spending(one: int, amount: int, key: str, by: Actor = SYSTEM, now: datetime = START) -> Act:
    return lambda: spend(by, [Spend(one, "points", amount, key, WHY)], now)


def code(asked: Future[list[Receipt]]) -> str:
    error = asked.exception()
    assert isinstance(error, Refusal)
    return error.code


def of(key: str) -> tuple[Any, ...]:
    """An operation: its transaction, actor and instant."""
    return rows("SELECT xmin::text, actor_name, at FROM loyalty_operation WHERE key = %s", [key])[0]


def test_each_keeps_actor_instant_answer_and_fact(people: list[int], groups: list[int]) -> None:
    later = START + days(0.01)

    asked = at_once(
        spending(people[0], 10, "a", ANNA),
        spending(people[1], 20, "b", KEY, later),
        spending(people[0], 30, "c", ANNA, later),
    )

    assert groups == [3]
    assert [(one.key, one.amount, one.balance, one.is_repeated) for asking in asked for one in asking.result()] == [
        ("a", 10, 90, False),
        ("b", 20, 80, False),
        ("c", 30, 60, False),
    ]
    transaction = of("a")[0]
    assert [of(key) for key in "abc"] == [
        (transaction, "Anna", START),
        (transaction, "shop", later),
        (transaction, "Anna", later),
    ]
    assert rows("SELECT posted_at FROM loyalty_entry JOIN loyalty_operation o ON o.id = operation_id WHERE o.key = 'a'") == [(START,)]
    assert pump(later).stopped == ""
    told = "SELECT l.properties->>'key', l.occurred_at, s.name FROM facts_log l JOIN facts_source s ON s.id = l.source_id WHERE l.name = %s"
    assert sorted(rows(told, ["value.spent"])) == [("a", START, "console"), ("b", later, "api"), ("c", later, "console")]
    assert [finding.name for finding in verify(60) if not finding.holds] == []


def test_the_last_points_go_to_one_and_others_are_not_disturbed(people: list[int], groups: list[int]) -> None:
    asked = at_once(spending(people[0], 100, "a"), spending(people[0], 100, "b"), spending(people[1], 100, "c"))

    assert groups == [3]
    assert (asked[0].result()[0].balance, code(asked[1]), asked[2].result()[0].balance) == (0, "value.insufficient", 0)
    assert of("a")[0] == of("c")[0]


def test_a_key_has_one_winner(people: list[int], groups: list[int]) -> None:
    asked = at_once(spending(people[0], 1, "a"), spending(people[0], 1, "a"), spending(people[1], 1, "a"), spending(people[1], 1, "b"))

    assert groups == [4]
    assert [asked[0].result()[0].is_repeated, asked[1].result()[0].is_repeated] == [False, True]
    assert (code(asked[2]), asked[3].result()[0].balance) == ("key.reused", 99)
    assert rows("SELECT sum(available) FROM loyalty_account WHERE unit = 'points' AND owner_id = %s", [people[0]]) == [(99,)]


def test_what_was_done_before_is_answered_again(people: list[int], groups: list[int]) -> None:
    at_once(spending(people[0], 5, "a"))

    asked = at_once(spending(people[0], 5, "a"), spending(people[1], 5, "b"))

    assert [asking.result()[0].is_repeated for asking in asked] == [True, False]
    assert [asking.result()[0].balance for asking in asked] == [95, 95]


def test_who_is_locked_by_somebody_else_holds_up_nobody(people: list[int], groups: list[int], clone: str) -> None:
    with psycopg.connect(clone) as other, ThreadPoolExecutor(1) as hands:
        other.execute("SELECT FROM members_member WHERE id = %s FOR UPDATE", [people[0]])
        meeting = hands.submit(at_once, spending(people[0], 1, "a"), spending(people[1], 1, "b"), spending(people[2], 1, "c"))
        deadline = time.monotonic() + MANY
        while len(done := rows("SELECT key FROM loyalty_operation WHERE kind = 'spend' ORDER BY key")) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert done == [("b",), ("c",)]
        assert not meeting.done()
        other.rollback()

        assert [asking.result()[0].balance for asking in meeting.result(MANY)] == [99, 99, 99]
    assert groups == [3]


def test_one_question_of_several_waits_for_a_lock_alone(people: list[int], groups: list[int], clone: str) -> None:
    with psycopg.connect(clone) as other, ThreadPoolExecutor(1) as hands:
        other.execute("SELECT FROM members_member WHERE id = %s FOR UPDATE", [people[0]])
        meeting = hands.submit(at_once, *[spending(people[0], 1, "a")] * 3)
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        deadline = time.monotonic() + MANY
        while rows(waiting) != [(3,)]:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        other.rollback()

        assert sorted(asking.result()[0].is_repeated for asking in meeting.result(MANY)) == [False, True, True]
    assert groups == [3]


def test_a_member_merged_into_one_who_is_locked_waits_alone(people: list[int], groups: list[int], clone: str) -> None:
    happens("member.aliased", "p0", proof="alias", also="p1")
    loser, survivor = rows("SELECT id, merged_into_id FROM members_member WHERE merged_into_id IS NOT NULL")[0]
    with psycopg.connect(clone) as other, ThreadPoolExecutor(1) as hands:
        other.execute("SELECT FROM members_member WHERE id = %s FOR UPDATE", [survivor])
        meeting = hands.submit(at_once, spending(loser, 1, "a"), spending(people[2], 1, "b"))
        deadline = time.monotonic() + MANY
        while not rows("SELECT FROM loyalty_operation WHERE key = 'b'"):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        other.rollback()

        first, second = meeting.result(MANY)
    assert (first.result()[0].member_id, first.result()[0].balance, second.result()[0].balance) == (survivor, 199, 99)


def test_nobody_gets_the_error_of_a_transaction_that_broke(people: list[int], groups: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    write_down = performing._write_down

    def breaking(cursor: psycopg.Cursor, desk: Any, moves: list[Any]) -> None:
        write_down(cursor, desk, moves)
        if len(moves) > 1:
            cursor.execute("SELECT 1 / 0")

    monkeypatch.setattr(performing, "_write_down", breaking)

    asked = at_once(spending(people[0], 1, "a"), spending(people[1], 200, "b"), spending(people[2], 1, "c"))

    assert groups == [3]
    assert (asked[0].result()[0].balance, code(asked[1]), asked[2].result()[0].balance) == (99, "value.insufficient", 99)
    assert of("a")[0] != of("c")[0]


def test_when_the_leader_loses_its_connection_nobody_notices(
    people: list[int], groups: list[int], clone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_down = performing._write_down

    def dying(cursor: psycopg.Cursor, desk: Any, moves: list[Any]) -> None:
        if len(moves) > 1:
            with psycopg.connect(clone, autocommit=True) as killer:
                killer.execute("SELECT pg_terminate_backend(%s)", [cursor.connection.info.backend_pid])
        write_down(cursor, desk, moves)

    monkeypatch.setattr(performing, "_write_down", dying)

    asked = at_once(spending(people[0], 1, "a"), spending(people[1], 1, "b"), spending(people[2], 1, "c"))

    assert [(asking.result()[0].balance, asking.result()[0].is_repeated) for asking in asked] == [(99, False)] * 3
    assert len({of(key)[0] for key in "abc"}) == 3


def test_holds_are_captured_together_and_each_by_its_own(people: list[int], groups: list[int]) -> None:
    at_once(*[lambda n=n: hold(SYSTEM, [Hold(people[n], "points", 60, f"h{n}", WHY, START + days(1))], START) for n in range(3)])

    asked = at_once(*[lambda n=n: capture(SYSTEM, [Capture(f"h{n // 2}", f"c{n}", 40)], START) for n in range(4)])

    assert groups == [3, 4]
    assert [asked[n].result()[0].balance for n in (0, 2)] == [60, 60]
    assert [code(asked[n]) for n in (1, 3)] == ["hold.closed", "hold.closed"]
    assert [finding.name for finding in verify(60) if not finding.holds] == []


def test_growth_that_lifts_a_tier_is_told_of_each(people: list[int], groups: list[int]) -> None:
    gifts = [lambda n=n: grant(ANNA, [Grant(people[n], "growth", 5_000 * (1 + n), f"g{n}", WHY)], START) for n in range(3)]

    at_once(*gifts)

    assert groups == [3]
    assert pump(START).stopped == ""
    reached = "SELECT count(DISTINCT identity_id), count(DISTINCT message) FROM facts_log WHERE name = 'tier.changed'"
    assert rows(reached) == [(3, 3)]


def test_instants_of_different_days_are_not_mixed(people: list[int], groups: list[int]) -> None:
    asked = at_once(spending(people[0], 1, "a"), spending(people[1], 1, "b", now=START + days(1)), spending(people[2], 1, "c"))

    assert [asking.result()[0].balance for asking in asked] == [99, 99, 99]
    assert groups == [2]
