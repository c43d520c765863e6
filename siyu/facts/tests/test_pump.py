"""The pump handles what arrives, once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from siyu.facts import batch, opening
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


def test_what_a_broken_process_does_not_open_is_opened_in_place(clone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "WORTH_A_PROCESS", 200)
    monkeypatch.setattr(opening, "PROGRAM", "raise SystemExit(3)")
    for number in range(5):
        record([fact(message=f"m{number}-{place}") for place in range(100)], source="web", received_at=NOW)

    assert pump(NOW).facts == 500
    assert rows("SELECT count(*) FROM facts_inbox") == [(0,)]
