"""What the pump does with poison, with a broken program, with a message it must refuse, and with what looks personal."""

import json
from datetime import UTC, datetime
from hashlib import sha256

import psycopg
import pytest
from django.db import connection

from siyu.facts import intake
from siyu.facts.ingest.requests import Refused, read
from siyu.facts.pump import pump
from siyu.facts.quarantine import payload
from siyu.facts.rules import Handle, Incoming
from siyu.facts.run import Report, resume_after_repair
from siyu.facts.services import dismiss_quarantined, record, replay_quarantined, source_id
from siyu.lib.crypto import encrypt
from siyu.lib.refusal import Refusal
from siyu.merchant.rules import SYSTEM

NOW = datetime(2026, 5, 5, 4, 0, tzinfo=UTC)


def fact(number: int, name: str = "page.viewed", **properties: object) -> Incoming:
    return Incoming(name=name, occurred_at=NOW, message=f"m{number}", handles=[Handle("user_id", f"u{number}")], properties=properties)


def rows(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


@pytest.mark.django_db
def test_a_poison_fact_is_quarantined_alone_and_its_neighbours_land() -> None:
    facts = [fact(number, path="/x") for number in range(40)]
    facts[17] = fact(17, "Song Played", title="a\x00b")  # PostgreSQL stores no NUL in text
    record(facts, source="web", received_at=NOW)

    report = pump(NOW)

    assert (report.facts, report.quarantined, report.stopped) == (39, 1, "")
    assert rows("SELECT name, code FROM facts_quarantine") == [("Song Played", "poison.UntranslatableCharacter")]
    assert rows("SELECT count(*) FROM facts_inbox") == [(0,)]


@pytest.mark.django_db
def test_a_value_that_no_index_holds_is_quarantined_and_does_not_hold_the_pump() -> None:
    sku = "".join(sha256(str(place).encode()).hexdigest() for place in range(100))
    record([fact(1), fact(2, "product.viewed", sku=sku), fact(3)], source="web", received_at=NOW)

    report = pump(NOW)

    assert (report.facts, report.quarantined, report.stopped) == (2, 1, "")
    assert rows("SELECT name, code FROM facts_quarantine") == [("product.viewed", "poison.ProgramLimitExceeded")]


@pytest.mark.django_db
def test_a_trait_has_a_name_that_rules_can_say() -> None:
    record(
        [fact(1, "member.identified", traits={"a" * 200: 1}), fact(2, "member.identified", traits={"a" * 201: 1})],
        source="web",
        received_at=NOW,
    )

    assert pump(NOW).facts == 1

    assert rows("SELECT code FROM facts_quarantine") == [("trait.name",)]


@pytest.mark.django_db
def test_poison_delivered_again_is_not_kept_twice() -> None:
    for _ in range(3):
        record([fact(1, "Song Played", title="a\x00b")], source="web", received_at=NOW)
        pump(NOW)

    assert rows("SELECT count(*) FROM facts_quarantine") == [(1,)]


@pytest.mark.django_db
def test_a_refused_fact_says_why_and_can_be_replayed_or_dismissed() -> None:
    record(
        [fact(1, "order.paid", shop="web"), fact(2, "order.refunded", shop="web", order_number="7", amount_minor="12")],
        source="web",
        received_at=NOW,
    )
    pump(NOW)

    assert rows("SELECT code, because FROM facts_quarantine ORDER BY id") == [
        ("property.missing", "order.paid needs the property order_number"),
        ("property.type", "order.refunded: amount_minor must be of type integer, not str"),
    ]
    numbers = [row[0] for row in rows("SELECT id FROM facts_quarantine ORDER BY id")]
    assert replay_quarantined(SYSTEM, numbers[:1], now=NOW) == 1
    pump(NOW)
    assert rows("SELECT count(*) FROM facts_quarantine WHERE replayed_at IS NULL") == [(2,)]
    with pytest.raises(Refusal, match=r"quarantine\.because"):
        dismiss_quarantined(SYSTEM, numbers[1:], because=" ", now=NOW)
    assert dismiss_quarantined(SYSTEM, numbers[1:], because="a test shop", now=NOW) == 1


@pytest.mark.django_db
def test_another_currency_is_quarantined() -> None:
    record([fact(1, "order.paid", shop="web", order_number="1", amount_minor=100, currency="USD")], source="web", received_at=NOW)
    pump(NOW)
    assert rows("SELECT code FROM facts_quarantine") == [("currency.other",)]


def test_a_broken_deploy_stops_the_pump_with_an_alarm_and_loses_nothing(clone: str, owner: psycopg.Connection) -> None:
    record([fact(1), fact(2)], source="web", received_at=NOW)
    owner.execute("ALTER TABLE members_rollup RENAME COLUMN facts TO fakts")

    report = pump(NOW)

    assert report.stopped == "pump.program"
    assert rows("SELECT code FROM merchant_alarm WHERE cleared_at IS NULL") == [("pump.stopped",)]
    assert rows("SELECT sum(messages - done) FROM facts_inbox") == [(2,)]
    assert pump(NOW).stopped == "pump.program"  # until somebody repairs the cause

    resume_after_repair(NOW)  # a restart without the repair
    assert pump(NOW).stopped == "pump.program"

    owner.execute("ALTER TABLE members_rollup RENAME COLUMN fakts TO facts")
    resume_after_repair(NOW)
    assert pump(NOW).facts == 2
    assert rows("SELECT count(*) FROM merchant_alarm WHERE cleared_at IS NULL") == [(0,)]


@pytest.mark.django_db
def test_too_much_poison_stops_the_pump() -> None:
    record([fact(number, "Song Played", title="a\x00b") for number in range(60)], source="web", received_at=NOW)

    report = pump(NOW)

    assert report.stopped == "pump.poison"
    assert report.quarantined == 11
    assert rows("SELECT sum(messages - done) FROM facts_inbox") == [(49,)]


@pytest.mark.django_db
def test_personal_values_are_tokens_in_the_log_and_encrypted_beside_it() -> None:
    traits = {"phone": "13800138000", "nickname": "小鱼", "name": "余晓", "birthday": "1990-05-04", "city": "杭州"}
    said = Incoming(
        name="member.identified", occurred_at=NOW, message="m1", handles=[Handle("user_id", "u1")], properties={"traits": traits}
    )
    custom = fact(
        2,
        "Wish Sent",
        note="call me 13800138000",
        mail="z@example.com",
        size="XL",
        link="https://s.example/p?phone=138",
        buyer_ip="10.1.2.3",
    )
    record([said, custom], source="web", received_at=NOW)
    pump(NOW)

    logged = " ".join(str(row[0]) for row in rows("SELECT properties::text FROM facts_log"))
    for secret in ("13800138000", "余晓", "1990-05-04", "z@example.com", "phone=138", "10.1.2.3"):
        assert secret not in logged
    for plain in ("小鱼", "杭州", "XL", "05-04", "https://s.example/p"):
        assert plain in logged
    stored = b"".join(bytes(row[0]) for row in rows("SELECT value FROM facts_personal UNION ALL SELECT value FROM members_identity"))
    assert "余晓".encode() not in stored
    assert b"13800138000" not in stored


def receive(body: dict | bytes, type_: str = "batch") -> None:
    """A request as the door puts it into the inbox."""
    parcel = read(type_, body if isinstance(body, bytes) else json.dumps(body).encode())
    columns = {"at": NOW, "source": source_id("web"), "messages": parcel.messages, "payload": encrypt(parcel.payload)}
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO facts_inbox (received_at, source_id, form, messages, done, payload)"
            " VALUES (%(at)s, %(source)s, 's', %(messages)s, 0, %(payload)s)",
            columns,
        )


@pytest.mark.django_db
def test_a_reason_that_quotes_what_cannot_be_stored_is_kept_without_it() -> None:
    order = {"type": "track", "userId": "u", "event": "Order Completed", "properties": {"order_id": "1", "total": 5, "currency": "US\x00"}}
    receive({"batch": [order, {"type": "track", "userId": "u", "event": "X"}]})

    report = pump(NOW)

    assert (report.facts, report.quarantined, report.stopped) == (1, 1, "")
    assert rows("SELECT code, because FROM facts_quarantine") == [("currency.other", "amounts are kept in CNY; this order is in US\ufffd")]


@pytest.mark.django_db
def test_an_envelope_is_opened_again_for_many_refused_messages_and_not_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []
    decoded = intake._decoded
    monkeypatch.setattr(intake, "_decoded", lambda envelope: opened.append(envelope.number) or decoded(envelope))
    receive({"batch": [{"number": number} for number in range(1_100)]})

    assert pump(NOW).quarantined == 1_100
    assert len(opened) == 4  # once to be handled, then for each 500
    assert rows("SELECT count(*) FROM facts_quarantine") == [(1_100,)]


@pytest.mark.django_db
@pytest.mark.parametrize("type_", ["batch", "track"])
def test_whatever_the_door_lets_in_the_pump_reads_however_deep_it_is_nested(type_: str) -> None:
    neighbour = b'{"type":"track","userId":"u","event":"X"}'

    def at_the_door(depth: int) -> bool:
        deep = b'{"x":%b%b}' % (b"[" * depth, b"]" * depth)
        try:
            receive(b'{"batch":[%b,%b]}' % (deep, neighbour) if type_ == "batch" else deep, type_)
        except Refused as refused:
            return refused.code != "json.invalid"
        return True

    def pumped(depth: int) -> Report:
        return pump(NOW) if depth == 0 else pumped(depth - 1)

    deepest = next(depth for depth in range(1_000, 0, -1) if at_the_door(depth))
    report = pumped(200)  # more calls lie above the pump than above the door

    assert (report.facts, report.quarantined, report.stopped) == (int(type_ == "batch"), 1, "")
    assert rows("SELECT code FROM facts_quarantine") == [("message.invalid",)]
    number = rows("SELECT id FROM facts_quarantine")[0][0]
    assert deepest > 500
    assert payload(number).endswith("nested too deep to be shown")


@pytest.mark.django_db
def test_a_batch_larger_than_the_limit_is_handled_in_parts() -> None:
    record([fact(number) for number in range(25)], source="web", received_at=NOW)

    assert pump(NOW, messages=10, largest=4).facts == 10
    assert rows("SELECT messages, done FROM facts_inbox") == [(25, 10)]
    assert pump(NOW, largest=7).facts == 15
    assert rows("SELECT count(*) FROM facts_log") == [(25,)]


@pytest.mark.django_db
def test_an_envelope_without_its_key_stops_the_pump_and_stays() -> None:
    record([fact(1)], source="web", received_at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE facts_inbox SET payload = set_byte(payload, 20, 255 - get_byte(payload, 20))")

    assert pump(NOW).stopped == "pump.envelope"
    assert rows("SELECT count(*) FROM facts_inbox") == [(1,)]
