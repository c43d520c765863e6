"""Facts that earn, through the pump; then all rows that it wrote, by COPY into tables of the same shape, in as many transactions."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from typing import NamedTuple

import psycopg
from psycopg import sql

from siyu.facts.pump import pump
from siyu.facts.rules import Incoming
from siyu.facts.services import record
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements

from .seeding import START, Pool

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
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        since = _number(connection, _sql.transaction)
        began = time.perf_counter()
        report = pump(AT)
        pumped = time.perf_counter() - began
        if report.facts != orders or report.stopped:
            raise Refusal("bench.broken", f"of {orders:,} orders the pump handled otherwise: {report}")
        commits = _number(connection, _sql.commits, {"since": since})
        written = dict(_written(connection, since))
        with _copies(connection, list(written)):
            connection.execute("CHECKPOINT")
            bare = _copy(dsn, written, commits)
    rows = sum(map(len, written.values()))
    shape = ", ".join(f"{table} {len(lines):,}" for table, lines in sorted(written.items(), key=lambda one: -len(one[1]))[:12])
    return Batched(orders, orders / pumped, orders / bare, rows, [f"bare batches: {rows:,} rows in {commits} transactions: {shape}"])


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


@contextmanager
def _copies(connection: psycopg.Connection, tables: list[str]) -> Iterator[None]:
    """Empty tables with the columns, constraints and indexes of these."""
    names = [(sql.Identifier(f"bench_{table}"), sql.Identifier(table)) for table in tables]
    for copy, original in names:
        connection.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(copy, original))
    yield
    for copy, _ in names:
        connection.execute(sql.SQL("DROP TABLE {}").format(copy))


def _copy(dsn: str, written: dict[str, list[bytes]], commits: int) -> float:
    """Seconds until all is written and committed."""
    waiting = {table: iter(lines) for table, lines in written.items()}
    began = time.perf_counter()
    with psycopg.connect(dsn) as connection:
        for _ in range(commits):
            for table, lines in waiting.items():
                part = list(islice(lines, -(-len(written[table]) // commits)))
                statement = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(f"bench_{table}"))
                with connection.cursor() as cursor, cursor.copy(statement) as copy:
                    copy.write(b"".join(part))
            connection.commit()
    return time.perf_counter() - began


def _number(connection: psycopg.Connection, statement: str, parameters: dict[str, int] | None = None) -> int:
    row = connection.execute(statement.encode(), parameters).fetchone()
    assert row is not None
    return row[0]
