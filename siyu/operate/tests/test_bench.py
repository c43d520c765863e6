"""A bench measures in a database of its own, durably or not at all, and leaves nothing behind."""

import json
import os

import psycopg
import pytest
from django.core.management import call_command

from siyu.lib.refusal import Refusal
from siyu.operate.bench import clients, ingest, place


def databases(owner: psycopg.Connection) -> list[str]:
    """What benches of this process left behind; tests that run beside this one have their own."""
    return [row[0] for row in owner.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"siyu_bench_%_{os.getpid()}"])]


def test_a_server_that_does_not_write_through_is_refused(owner: psycopg.Connection):
    with pytest.raises(Refusal, match="fsync off") as refusal:
        ingest.run(1_000)
    assert refusal.value.code == "bench.not_durable"
    assert databases(owner) == []


def test_the_ingest_bench_prints_one_object_and_drops_its_database(
    owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.setattr(place, "_MUST_BE_ON", ())
    monkeypatch.setattr(ingest, "ROUNDS", 1)
    from django.db import connections

    before = connections["default"].settings_dict["NAME"]

    call_command("bench", "ingest", facts=4_000, json=True)

    said = json.loads(capsys.readouterr().out)
    assert (said["bench"], said["figures"]["messages"], said["figures"]["bodies"]) == ("ingest", 4_000, 40)
    assert said["figures"]["messages_per_s"] > 0
    assert said["ratios"]["of_raw_copy"] > 0
    assert said["machine"]["fsync"] == "off"
    assert databases(owner) == []
    assert connections["default"].settings_dict["NAME"] == before


def test_a_bench_whose_messages_were_not_stored_prints_nothing(owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(place, "_MUST_BE_ON", ())
    monkeypatch.setattr(clients, "deliver_all", lambda bodies, number, open_one: 1.0)

    with pytest.raises(Refusal, match="does not hold"):
        ingest.run(1_000, rounds=1)
    assert databases(owner) == []


def test_the_clients_report_what_was_not_accepted():
    with pytest.raises(ConnectionError):
        clients.deliver_all([b"{}"], 1, clients.http("127.0.0.1", 1, "key"))


def test_an_absurd_number_of_facts_is_refused():
    with pytest.raises(Refusal, match="--facts"):
        call_command("bench", "ingest", facts=1)
