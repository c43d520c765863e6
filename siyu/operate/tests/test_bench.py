"""A bench measures in a database of its own, durably or not at all, and leaves nothing behind."""

import json
import os

import psycopg
import pytest
from django.core.management import call_command

from siyu.lib.refusal import Refusal
from siyu.operate.bench import automation, clients, ingest, loyalty, place
from siyu.operate.bench.loyalty import postings


@pytest.fixture
def any_server(template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' server writes nothing through, and has a prepared database."""
    monkeypatch.setattr(place, "_MUST_BE_ON", ())
    monkeypatch.setattr(place, "_BARE", template)


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


@pytest.mark.usefixtures("any_server")
def test_a_bench_whose_messages_were_not_stored_prints_nothing(owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clients, "deliver_all", lambda bodies, number, open_one: 1.0)

    with pytest.raises(Refusal, match="does not hold"):
        ingest.run(1_000, rounds=1)
    assert databases(owner) == []


@pytest.mark.slow
@pytest.mark.usefixtures("any_server")
def test_the_loyalty_bench_measures_postings_batches_tiers_and_expiry(
    owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    for name, value in {"PROCESSES": 1, "THREADS": 2, "SECONDS": 1.0, "ROUNDS": 1}.items():
        monkeypatch.setattr(postings, name, value)

    call_command("bench", "loyalty", facts=1_000, json=True)

    said = json.loads(capsys.readouterr().out)
    assert (said["bench"], said["figures"]["members"], said["figures"]["orders"]) == ("loyalty", 1_000, 1_000)
    assert all(said["figures"][name] > 0 for name in ("postings_per_s", "pgbench_per_s", "orders_per_s", "bare_batches_per_s"))
    assert set(said["ratios"]) == {"of_pgbench", "of_bare_batches"}
    assert any("FOR NO KEY UPDATE" in note for note in said["notes"])
    assert databases(owner) == []


@pytest.mark.slow
@pytest.mark.usefixtures("any_server")
def test_the_loyalty_bench_prints_nothing_when_an_invariant_fails(owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch):
    seeded = loyalty.seed

    def seed(members: int, dsn: str):
        pool = seeded(members, dsn)
        with psycopg.connect(dsn) as connection:
            connection.execute("UPDATE loyalty_account SET available = available + 1 WHERE id = 2000")
        return pool

    monkeypatch.setattr(loyalty, "seed", seed)

    with pytest.raises(Refusal, match="account_equals_entries"):
        loyalty.run(1_000)
    assert databases(owner) == []


def test_the_clients_report_what_was_not_accepted():
    with pytest.raises(ConnectionError):
        clients.deliver_all([b"{}"], 1, clients.http("127.0.0.1", 1, "key"))


def test_an_absurd_number_of_facts_is_refused():
    with pytest.raises(Refusal, match="--facts"):
        call_command("bench", "ingest", facts=1)


@pytest.mark.parametrize(("name", "members"), [("pump", 10_000), ("automation", 1), ("automation", 10**9)])
def test_a_pool_is_of_the_automation_bench_and_bounded(name: str, members: int):
    with pytest.raises(Refusal, match="--members"):
        call_command("bench", name, members=members)


@pytest.mark.slow
@pytest.mark.usefixtures("any_server")
def test_the_automation_bench_measures_pump_entries_steps_gate_and_rest(
    owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    for name, value in {"SECONDS": 2.0, "IDLE_SECONDS": 1.0}.items():
        monkeypatch.setattr(automation.latency, name, value)

    monkeypatch.setattr(automation.masses, "SEEDED", 700)  # of 1,500 in three parts

    call_command("bench", "automation", facts=2_000, members=1_500, json=True)

    said = json.loads(capsys.readouterr().out)
    figures = said["figures"]
    assert (said["bench"], figures["facts"], figures["members"], figures["facts_of_members"]) == ("automation", 2_000, 1_500, 30_000)
    assert all(said["figures"][name] > 0 for name in ("enrolments", "touches", "probes", "judge_all_s", "steps_per_s", "gate_per_s"))
    assert 0 < said["figures"]["fact_to_entry_p50_s"] <= said["figures"]["fact_to_entry_p95_s"]
    assert set(said["ratios"]) == {"of_indexed_copy"}
    assert databases(owner) == []


@pytest.mark.slow
@pytest.mark.usefixtures("any_server")
def test_the_automation_bench_prints_nothing_when_an_audience_is_wrong(owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(automation.masses, "RULE", {"condition": "did_fact", "fact": "page.viewed", "times": 1_000})

    with place.own_database("masses") as environment, pytest.raises(Refusal, match="the log says"):
        automation.masses.measure(1_000, environment["DATABASE_URL"])
    assert databases(owner) == []
