"""Poison in quantity: what a write key brings stops nothing and raises an alarm; what nobody else can send stops the pump."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection

from siyu import wiring
from siyu.facts.ingest.requests import read
from siyu.facts.pump import pump
from siyu.facts.quarantine import groups, ids_of
from siyu.facts.rules import Handle, Incoming
from siyu.facts.run import clear_floods, resume
from siyu.facts.services import record, replay_quarantined, source_id
from siyu.lib.crypto import encrypt
from siyu.merchant.queries import open_alarms
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import clear_alarm

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 5, 4, 0, tzinfo=UTC)
MUCH = 30  # more than 1 % of 1,000
LONG = "".join(sha256(str(place).encode()).hexdigest() for place in range(100))  # passes the door, and no index holds it


def viewed(number: int, sku: str = "T-1") -> dict[str, Any]:
    return {"type": "track", "userId": f"u{number}", "messageId": f"v{number}", "event": "Product Viewed", "properties": {"sku": sku}}


def told(number: int, title: str = "a") -> Incoming:
    """A fact of one of our own rooms; with a NUL, PostgreSQL does not store it."""
    handles = [Handle("user_id", f"u{number}")]
    return Incoming(name="Song Played", occurred_at=NOW, message=f"s{number}", handles=handles, properties={"title": title})


def send(*messages: dict[str, Any], source: str = "web", at: datetime = NOW) -> None:
    """Messages as the door puts them into the inbox."""
    parcel = read("batch", json.dumps({"batch": messages}).encode())
    columns = {"at": at, "source": source_id(source), "messages": parcel.messages, "payload": encrypt(parcel.payload)}
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO facts_inbox (received_at, source_id, form, messages, done, payload)"
            " VALUES (%(at)s, %(source)s, 's', %(messages)s, 0, %(payload)s)",
            columns,
        )


def logged(name: str, what: str) -> list[str]:
    """A property of the facts of a name, in their order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT properties ->> %s FROM facts_log WHERE name = %s ORDER BY id", [what, name])
        return [row[0] for row in cursor.fetchall()]


def waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(messages - done), 0) FROM facts_inbox")
        return cursor.fetchone()[0]


def alarms() -> list[tuple[str, str]]:
    return sorted((alarm.code, alarm.subject) for alarm in open_alarms())


def broken(*_: Any) -> None:
    """A reaction with a bug: it fails for every fact."""
    raise TypeError("unsupported operand")


def a_bug() -> Any:
    return patch.object(wiring, "REACTIONS", [f"{__name__}.broken"])


def test_a_flood_by_a_write_key_is_set_aside_and_everybody_elses_facts_go_on() -> None:
    for number in range(MUCH):
        send(viewed(2 * number, LONG), viewed(2 * number + 1))
        record([told(number)], source="shop", received_at=NOW)

    report = pump(NOW)

    assert (report.facts, report.quarantined, report.stopped) == (2 * MUCH, MUCH, "")
    assert len(logged("product.viewed", "sku")) == len(logged("Song Played", "title")) == MUCH
    assert waiting() == 0
    assert [(group.code, group.messages) for group in groups()] == [("poison.ProgramLimitExceeded", MUCH)]
    assert alarms() == [("quarantine.poison", "web")]
    assert open_alarms()[0].message == f"{MUCH} of {3 * MUCH} messages came by the write key of web and could not be handled"


def test_a_little_poison_raises_no_alarm() -> None:
    send(*(viewed(number, LONG) for number in range(10)))

    assert pump(NOW).quarantined == 10
    assert alarms() == []


def test_poison_that_no_write_key_brought_stops_the_pump_whatever_write_keys_bring() -> None:
    send(*(viewed(number, LONG) for number in range(MUCH)))
    record([told(number, "a\x00b") for number in range(10)], source="shop", received_at=NOW)
    assert (pump(NOW).stopped, waiting()) == ("", 0)

    record([told(number, "a\x00b") for number in range(10, 10 + MUCH)], source="shop", received_at=NOW)
    report = pump(NOW)

    assert (report.stopped, report.quarantined, waiting()) == ("pump.poison", 11, MUCH - 11)
    assert ("pump.stopped", "") in alarms()
    resume(NOW)
    assert ("pump.stopped", "") not in alarms()


def test_the_alarm_closes_an_hour_after_the_flood_and_not_before() -> None:
    hour = timedelta(hours=1)
    send(*(viewed(number, LONG) for number in range(MUCH)))
    pump(NOW)
    send(viewed(MUCH, LONG), at=NOW + hour)
    pump(NOW + hour)

    clear_floods(NOW + hour)
    clear_floods(NOW + 2 * hour)
    assert alarms() == [("quarantine.poison", "web")]

    clear_floods(NOW + 2 * hour + timedelta(minutes=1))
    assert alarms() == []


def test_an_alarm_that_a_person_closes_comes_back_with_the_next_flood() -> None:
    send(*(viewed(number, LONG) for number in range(MUCH)))
    pump(NOW)
    clear_alarm("quarantine.poison", "web", NOW, SYSTEM)
    assert alarms() == []

    send(*(viewed(number, LONG) for number in range(MUCH, 2 * MUCH)), source="app")
    pump(NOW)

    assert alarms() == [("quarantine.poison", "app")]


def test_a_bug_that_fails_for_everything_stops_at_what_our_own_rooms_tell() -> None:
    record([told(number) for number in range(MUCH)], source="shop", received_at=NOW)
    with a_bug():
        assert pump(NOW).stopped == "pump.poison"
    resume(NOW)
    replay_quarantined(SYSTEM, ids_of("poison.TypeError"), now=NOW)

    assert pump(NOW).facts == MUCH
    assert len(logged("Song Played", "title")) == MUCH


def test_what_a_bug_set_aside_of_write_keys_comes_back_in_its_order_and_once() -> None:
    messages = [viewed(number, f"T-{number}") for number in range(MUCH)]
    send(*messages)
    with a_bug():
        assert pump(NOW).quarantined == MUCH
    assert alarms() == [("quarantine.poison", "web")]

    replay_quarantined(SYSTEM, ids_of("poison.TypeError"), now=NOW)
    send(*messages)  # delivered again
    report = pump(NOW)

    assert (report.facts, report.repeated, report.quarantined) == (MUCH, MUCH, 0)
    assert logged("product.viewed", "sku") == [f"T-{number}" for number in range(MUCH)]
    assert groups() == []
