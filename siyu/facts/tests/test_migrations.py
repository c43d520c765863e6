"""The pump goes on when the database is migrated under it: plans that it kept are made anew, once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection

from siyu.facts import batch as batch_module
from siyu.facts import pump as pump_module
from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.run import Report
from siyu.facts.services import record
from siyu.lib.beside import reader_of

NOW = datetime(2026, 5, 5, 4, 0, tzinfo=UTC)
OFTEN = 8  # batches, until each statement's plan is kept
BUYERS = 10
MIGRATION = "ALTER TABLE members_lifecycle ALTER COLUMN purchases TYPE bigint, ADD COLUMN made_later text"


@pytest.fixture(params=[0, 1_000], ids=["read beside", "read in place"])
def pumped(clone: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """So many batches went through a pump that is still connected; with readers beside it, or alone."""
    monkeypatch.setattr(batch_module, "WORTH_A_THREAD", request.param)
    for number in range(OFTEN):
        assert buy(number).facts == BUYERS
    return OFTEN


def buy(number: int) -> Report:
    """A batch of orders, each of a member's of their own."""
    orders = [
        Incoming(
            name="order.paid",
            occurred_at=NOW,
            message=f"m{number}-{buyer}",
            handles=[Handle("user_id", f"u{buyer}")],
            properties={"shop": "web", "order_number": f"{number}-{buyer}", "amount_minor": 100},
        )
        for buyer in range(BUYERS)
    ]
    record(orders, source="web", received_at=NOW)
    return pump(NOW)


def one(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def test_a_migration_between_two_batches_stops_nothing(pumped: int, owner: psycopg.Connection) -> None:
    own = connection.connection
    owner.execute(MIGRATION)

    report = buy(pumped)

    assert (report.facts, report.quarantined, report.stopped) == (BUYERS, 0, "")
    assert connection.connection is own  # and its advisory lock
    assert one("SELECT count(*) FROM merchant_alarm") == 0
    assert buy(pumped + 1).facts == BUYERS
    assert one("SELECT count(*) FROM facts_log WHERE name = 'order.paid'") == BUYERS * (pumped + 2)
    assert one("SELECT sum(orders) FROM orders_statistics") == BUYERS * (pumped + 2)


def test_a_server_that_does_not_know_the_plans_stops_nothing(pumped: int) -> None:
    for one_of_them in (connection.connection, reader_of(connection.connection), reader_of(connection.connection, "early")):
        one_of_them.pgconn.exec_(b"DEALLOCATE ALL")  # as if a pooler had led to another server

    report = buy(pumped)

    assert (report.facts, report.quarantined, report.stopped) == (BUYERS, 0, "")


def test_due_work_goes_on_likewise(pumped: int) -> None:
    connection.connection.pgconn.exec_(b"DEALLOCATE ALL")

    assert pump(NOW + timedelta(days=400)).stopped == ""
    assert one("SELECT count(*) FROM members_lifecycle WHERE activity = 'lost'") == BUYERS


@pytest.mark.django_db
@pytest.mark.parametrize("error", [psycopg.errors.FeatureNotSupported, psycopg.errors.InvalidSqlStatementName])
def test_what_fails_with_new_plans_too_is_an_error_of_the_program(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def handle(_: Any, items: list[Any], *__: Any, **___: Any) -> None:
        tried.append(len(items))
        raise error("not supported")

    monkeypatch.setattr(pump_module, "handle", handle)

    report = buy(0)

    assert report.stopped == "pump.program"
    assert tried == [BUYERS, BUYERS]
    assert one("SELECT sum(messages - done) FROM facts_inbox") == BUYERS
