"""The pump handles what arrives, once."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from siyu.facts import batch, opening
from siyu.facts import pump as pump_module
from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record

NOW = datetime(2026, 5, 5, 4, 0, tzinfo=UTC)


def fact(name: str = "Song Played", message: str = "m1", user: str = "u1", at: datetime = NOW, **given: object) -> Incoming:
    properties = given.pop("properties", {})
    return Incoming(name=name, occurred_at=at, message=message, handles=[Handle("user_id", user)], properties=properties, **given)


def rows(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


@pytest.mark.django_db
def test_a_fact_is_logged_once_however_often_it_arrives() -> None:
    record([fact(), fact()], source="web", received_at=NOW)
    record([fact()], source="web", received_at=NOW + timedelta(days=3))

    report = pump(NOW + timedelta(days=3))

    assert (report.facts, report.repeated) == (1, 2)
    assert rows("SELECT name, business_day::text FROM facts_log") == [("Song Played", "2026-05-05")]
    assert rows("SELECT count(*) FROM facts_inbox") == [(0,)]


def test_a_batch_that_meets_a_repetition_begins_anew_and_those_after_it_ask_first(clone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("siyu.facts.pump._careful", 0)
    monkeypatch.setattr("siyu.facts.pump.CAREFUL_BATCHES", 2)
    careful: list[bool] = []
    taken = batch.arrive
    monkeypatch.setattr(batch, "arrive", lambda *given, is_careful: careful.append(is_careful) or taken(*given, is_careful=is_careful))
    for first in (0, 500, 900, 1_600):  # of 600 each: the second repeats 100, the third 200, the last nothing
        record([fact(message=f"m{number}", user=f"u{number % 50}") for number in range(first, first + 600)], source="web", received_at=NOW)

    reports = [pump(NOW, messages=600) for _ in range(4)]

    assert [(report.facts, report.repeated, report.quarantined) for report in reports] == [
        (600, 0, 0),
        (500, 100, 0),
        (400, 200, 0),
        (600, 0, 0),
    ]
    assert careful == [False, False, True, True, False]
    assert rows("SELECT count(*), count(DISTINCT message) FROM facts_log WHERE name = 'Song Played'") == [(2_100, 2_100)]
    assert rows("SELECT count(*) FROM facts_seen") == [(2_100,)]


@pytest.mark.django_db
def test_what_comes_meanwhile_is_handled_too_until_it_is_enough() -> None:
    record([fact(message="m0")], source="web", received_at=NOW)
    asked = 0

    def is_enough() -> bool:
        nonlocal asked
        asked += 1
        if asked < 5:
            record([fact(message=f"m{asked}")], source="web", received_at=NOW + timedelta(seconds=asked))
        return asked == 4

    assert pump(NOW, is_enough=is_enough).facts == 4  # two that waited, and one that came before each other batch
    assert rows("SELECT count(*) FROM facts_inbox") == [(1,)]
    assert rows("SELECT max(clock) FROM facts_pump") == [(NOW + timedelta(seconds=3),)]

    assert pump(NOW + timedelta(minutes=1), is_enough=lambda: False).facts == 1
    assert rows("SELECT max(clock) FROM facts_pump") == [(NOW + timedelta(minutes=1),)]


@pytest.mark.django_db
def test_the_time_that_facts_tell_runs_what_is_due_up_to_them() -> None:
    """The clock went on while the pump lasted: nobody stays overdue."""
    record([fact(message="m0")], source="web", received_at=NOW)
    until = NOW + timedelta(hours=1)
    asked = iter((False, True))

    def is_enough() -> bool:
        if next(asked, False):
            record([fact(message="m1")], source="web", received_at=until)
        return False

    seen: list[datetime] = []
    due = pump_module.run_due
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pump_module, "run_due", lambda run, at: seen.append(at) or due(run, at))
        pump(NOW, is_enough=is_enough)

    assert seen == [NOW, until, until]


@pytest.mark.django_db
def test_the_plans_of_all_statements_of_a_batch_are_kept() -> None:
    """A batch has more statements than a connection keeps by itself: each would have been forgotten before it came again."""
    pump(NOW)

    assert connection.connection.prepared_max >= 500


@pytest.mark.django_db
def test_an_order_reaches_every_room() -> None:
    paid = fact(
        "order.paid",
        "m1",
        properties={
            "shop": "web",
            "order_number": "1001",
            "amount_minor": 39900,
            "lines": [{"sku": "A", "quantity": 1, "unit_price": "399", "amount_minor": 39900}],
        },
    )
    record([paid], source="web", received_at=NOW)

    report = pump(NOW)

    assert report.stopped == ""
    assert report.quarantined == 0
    assert rows("SELECT number, amount_minor, lines FROM orders_order") == [("1001", 39900, 1)]
    assert rows("SELECT purchases, activity, rung FROM members_lifecycle") == [(1, "active", "buyer")]
    assert rows("SELECT count(*) FROM facts_log WHERE name = 'stage.changed'") == [(2,)]


def test_a_long_inbox_is_opened_in_a_process_beside_the_pump(
    clone: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(opening, "WORTH_A_PROCESS", 1_000)
    facts = [fact(message=f"m{number}", user=f"u{number % 7}", properties={"number": number, "huge": 2**70}) for number in range(3_100)]
    facts[5] = fact("order.paid", "bad", properties={"shop": "web"})
    for start in range(0, len(facts), 100):
        record(facts[start : start + 100], source="web", received_at=NOW)

    report = pump(NOW)

    assert (report.facts, report.quarantined) == (3_099, 1)
    assert "opened in place" not in caplog.text
    assert rows("SELECT code FROM facts_quarantine") == [("property.missing",)]
    assert rows("SELECT sum((properties ->> 'number')::int) FROM facts_log WHERE name = 'Song Played'") == [(sum(range(3_100)) - 5,)]


NONSENSE = """
import sys, time
sys.stdout.buffer.write(bytes([0, 0, 0, 4]) + b"m" + bytes([0x91, 0xA2, 0x82]))
sys.stdout.flush()
time.sleep(60)
"""


@pytest.mark.parametrize("program", ["raise SystemExit(3)", NONSENSE], ids=["ends", "sends nonsense and stays"])
def test_what_a_broken_process_does_not_open_is_opened_in_place(clone: str, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setattr(opening, "WORTH_A_PROCESS", 200)
    monkeypatch.setattr(opening, "PROGRAM", program)
    for number in range(5):
        record([fact(message=f"m{number}-{place}") for place in range(100)], source="web", received_at=NOW)

    assert pump(NOW).facts == 500
    assert rows("SELECT count(*) FROM facts_inbox") == [(0,)]


INTERRUPTED = """
from siyu.facts.ahead import output
with output() as sink:
    for number in range(40):
        sink.write(bytes([number]) * 3_000_000)
        sink.flush()
"""


def test_what_is_sent_arrives_whole_though_the_sender_is_stopped_now_and_then() -> None:
    """A container's PYTHONUNBUFFERED leaves a bare file behind `sys.stdout.buffer`, whose interrupted write loses the rest."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen([sys.executable, "-c", INTERRUPTED], stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        arrived = []
        while part := process.stdout.read(300_000):
            arrived.append(part)
            process.send_signal(signal.SIGSTOP)
            process.send_signal(signal.SIGCONT)

    assert b"".join(arrived) == b"".join(bytes([number]) * 3_000_000 for number in range(40))
