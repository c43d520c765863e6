"""`siyu verify`: every invariant of every room is corrupted by some test, and named; what holds is quiet."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module

import psycopg
import pytest
from django.core.management import call_command

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import define_counter, record
from siyu.loyalty.services import install_default_programme
from siyu.merchant.rules import SYSTEM
from siyu.operate import verify as verification
from siyu.operate.verify import Invariant, invariants, offender, verify

NOW = datetime(2026, 5, 20, 4, 0, tzinfo=UTC)
# rooms that corrupt a scene of their own, in their own tests
OWN_SCENES = ("merchant", "orders", "audiences", "touches", "loyalty", "membership", "acquisition", "journeys")
ELSEWHERE = {"merchant.audit_stands_as_written"}  # a right, not a row: merchant's own test grants it
# what one corrupted row also breaks in its own room, because the two say the same in other words
KNOCK_ON = {
    "facts.log_has_its_sources": {"facts.days_are_counted"},  # the daily counts are kept by source
    "members.handles_belong_to_the_living": {
        "members.rollups_equal_log",
        "members.members_are_called_as_they_say",
    },  # both went with the handle
    "members.merges_end": {"members.merges_are_logged"},  # nobody logged a merge into oneself
}


def corruptions(room: str) -> dict[str, str]:
    """Invariant → the statement that breaks it, of a room whose corruptions need nothing but a seeded pool."""
    return import_module(f"siyu.{room}.tests.corruptions").CORRUPTIONS


def corrupted_by(room: str) -> set[str]:
    """The invariants that a room's own tests corrupt."""
    if room not in OWN_SCENES:
        return set(corruptions(room))
    registry = import_module(f"siyu.{room}.tests.test_verify").CORRUPTIONS
    return {f"{room}.{name}" for name in (registry if isinstance(registry, dict) else dict(registry))}


def test_every_invariant_of_every_room_is_corrupted_by_a_test():
    known = {invariant.name for invariant in invariants()}
    rooms = {name.partition(".")[0] for name in known}

    tested = set().union(*(corrupted_by(room) for room in rooms)) | ELSEWHERE

    assert tested == known


def test_every_invariant_says_in_one_line_what_should_hold():
    for invariant in invariants():
        assert invariant.says.endswith("."), invariant.name
        assert invariant.sql.count("--") == 1 or invariant.says, invariant.name


def fact(name: str, minute: int, *handles: tuple[str, str], proof: str = "", **properties: object) -> Incoming:
    instant = NOW - timedelta(days=3) + timedelta(minutes=minute)
    return Incoming(
        name=name,
        occurred_at=instant,
        message=f"{name}:{minute}",
        handles=[Handle(*handle) for handle in handles],
        properties=properties,
        proof=proof,
    )


ANNA, ANN, BO = ("user_id", "anna"), ("user_id", "ann"), ("user_id", "bo")
POOL = [
    fact("member.identified", 1, ANNA, ("phone", "13800138000"), proof="identify", traits={"nickname": "晚风", "phone": "13800138000"}),
    fact("pool.joined", 2, ANNA, channel="store-code", code="s1"),
    fact("consent.given", 3, ANNA, purpose="marketing", channel="sms", proof="form"),
    fact("order.paid", 4, ANNA, shop="web", order_number="1", amount_minor=12_300, currency="CNY"),
    fact("page.viewed", 5, ANNA, path="/"),
    fact("order.paid", 6, ANN, shop="web", order_number="2", amount_minor=4_500, currency="CNY"),
    fact("member.identified", 7, ANNA, ANN, proof="identify", traits={}),  # ann turns out to be anna
    fact("member.identified", 8, ("card", "C-77"), traits={"nickname": "麦芽糖"}),  # a card nobody linked to anyone
    fact("member.identified", 9, BO, ("unionid", "u1"), proof="identify", traits={}),
    fact("member.identified", 10, BO, ("unionid", "u2"), proof="identify", traits={}),  # one person has one UnionID: a conflict
    fact("page.viewed", 11, ("anonymous_id", "visitor"), path="/"),
]


@pytest.fixture
def pool(clone: str) -> Iterator[psycopg.Connection]:
    """A small pool that has been through the pump; the owner's connection to it."""
    install_default_programme(SYSTEM, (NOW - timedelta(days=30)).date(), now=NOW)
    define_counter("page.viewed", {}, now=NOW - timedelta(days=4))
    record(POOL, source="web", received_at=NOW - timedelta(days=2))
    pump(NOW)
    with psycopg.connect(clone, autocommit=True) as owner:
        yield owner


def broken_in(room: str, cursor: psycopg.Cursor) -> dict[str, str]:
    """Invariants of a room that do not hold, as this transaction sees them, with their first offender."""
    found = {
        invariant.name: offender(cursor.execute(invariant.sql).fetchone()) for invariant in invariants() if invariant.name.startswith(room)
    }
    return {name: first for name, first in found.items() if first}


def test_each_corrupted_row_is_named_by_its_invariant(pool: psycopg.Connection):
    assert [finding for finding in verify() if not finding.holds] == []

    named = {}
    for room in ("facts", "members"):
        for name, corruption in corruptions(room).items():
            with pool.transaction(force_rollback=True), pool.cursor() as cursor:
                assert cursor.execute(corruption).rowcount != 0, name
                named[name] = set(broken_in(room, cursor))

    assert named == {name: {name} | KNOCK_ON.get(name, set()) for name in named}


def test_the_command_names_the_first_offender_and_fails(pool: psycopg.Connection, capsys: pytest.CaptureFixture[str]):
    pool.execute("UPDATE orders_statistics SET revenue_minor = revenue_minor + 1 WHERE revenue_minor = 16800")

    with pytest.raises(SystemExit) as ended:
        call_command("verify")

    said = capsys.readouterr().out
    assert ended.value.code == 1
    assert "orders.statistics_equal_orders: member " in said
    assert said.count("BROKEN") == 1
    assert f"{len(invariants()) - 1} of {len(invariants())} invariants hold" in said


def test_the_command_answers_in_json(pool: psycopg.Connection, capsys: pytest.CaptureFixture[str]):
    call_command("verify", "--json")

    answer = json.loads(capsys.readouterr().out)

    assert answer["holds"] is True
    assert {invariant["name"] for invariant in answer["invariants"]} == {invariant.name for invariant in invariants()}
    assert all(invariant["holds"] and invariant["says"] and invariant["seconds"] >= 0 for invariant in answer["invariants"])


@pytest.mark.django_db
def test_an_invariant_that_takes_too_long_does_not_count_as_holding(monkeypatch: pytest.MonkeyPatch):
    slow = Invariant("room.slow", "It ends.", "SELECT pg_sleep(30)")
    monkeypatch.setattr(verification, "invariants", lambda: [slow])

    findings = list(verify(timeout_seconds=0.05))

    assert [(finding.holds, finding.offender) for finding in findings] == [(False, "not checked: it took longer than 0.05 seconds")]
