"""Facts that earn, through the pump; then all rows that it wrote, by a bare script into a twin of the database as it was before."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

import psycopg
from psycopg import sql

from siyu.facts.pump import pump
from siyu.facts.rules import Incoming
from siyu.facts.services import record
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements

from .seeding import START, Pool
from .twin import twin, write

SIZE = 100  # facts an envelope
AT = START + timedelta(hours=1)
_sql = statements("siyu.operate", "bench_loyalty")


class Batched(NamedTuple):
    """Facts a second, through the pump and as bare rows."""

    facts: int
    per_s: float
    bare_per_s: float
    rows: int
    notes: list[str]


def measure(pool: Pool, orders: int, dsn: str) -> Batched:
    """Refuses with `bench.broken` when an order was not handled."""
    if pump(AT).stopped:  # what the postings told
        raise Refusal("bench.broken", "the pump stopped at the facts of the postings")
    for first in range(0, orders, SIZE):
        record([_order(pool, number) for number in range(first, min(orders, first + SIZE))], source="web", received_at=AT)
    with twin(dsn) as copied, psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        since = _number(connection, _sql.transaction)
        began = time.perf_counter()
        report = pump(AT)
        pumped = time.perf_counter() - began
        if report.facts != orders or report.stopped:
            raise Refusal("bench.broken", f"of {orders:,} orders the pump handled otherwise: {report}")
        commits = _number(connection, _sql.commits, {"since": since})
        written = dict(_written(connection, since))
        bare, replaced = write(copied, written, commits)
    rows = sum(map(len, written.values()))
    shape = ", ".join(f"{table} {len(lines):,}" for table, lines in sorted(written.items(), key=lambda one: -len(one[1]))[:12])
    notes = [
        f"bare batches: {rows:,} rows in {commits} transactions: {shape}",
        "the bare script knows all rows beforehand and writes into a copy of the database, made file by file before the pump began, with"
        " all indexes and no foreign keys: COPY, or for tables of which rows existed COPY into a temporary table and INSERT … ON CONFLICT"
        f" (key) DO UPDATE: {', '.join(replaced)}",
    ]
    return Batched(orders, orders / pumped, orders / bare, rows, notes)


def _order(pool: Pool, number: int) -> Incoming:
    member = pool.first + number * 7919 % (pool.last - pool.first + 1)
    amount = 1_000 + number * 37 % 50_000
    lines = [{"sku": f"sku-{number % 2_000:04d}", "quantity": 1, "amount_minor": amount}]
    said = {"shop": "web", "order_number": f"L{number}", "amount_minor": amount, "lines": lines}
    return Incoming(name="order.paid", occurred_at=AT, message=f"bench-order-{number}", handles=[pool.handle(member)], properties=said)


def _written(connection: psycopg.Connection, since: int) -> Iterator[tuple[str, list[bytes]]]:
    """Every row that was written since, as COPY text, by table."""
    for (table,) in connection.execute(_sql.leaves).fetchall():
        read = sql.SQL("COPY (SELECT * FROM {} WHERE xmin::text::bigint > {}) TO STDOUT").format(sql.Identifier(table), since)
        with connection.cursor() as cursor, cursor.copy(read) as copy:
            lines = [bytes(row) for row in copy]
        if lines:
            yield table, lines


def _number(connection: psycopg.Connection, statement: str, parameters: dict[str, int] | None = None) -> int:
    row = connection.execute(statement.encode(), parameters).fetchone()
    assert row is not None
    return row[0]
