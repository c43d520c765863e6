"""A twin of the bench's database, file by file, and the script that somebody would write by hand to put known rows into it, batch by batch.

The script knows every row beforehand: it decides nothing, looks nothing up, and no foreign key is checked for it.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import NamedTuple

import psycopg
from django.db import connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

from siyu.lib.sql import statements

_sql = statements("siyu.operate", "bench_loyalty")
Written = dict[str, list[bytes]]  # table → rows as COPY text


class Shape(NamedTuple):
    """How the rows of a table are to be written: its columns and its key, and whether some of the rows replace others."""

    table: sql.Identifier
    part: sql.Identifier  # the temporary table that rows go through
    columns: list[str]
    key: list[str]
    replaces: bool


@contextmanager
def twin(dsn: str) -> Iterator[str]:
    """A copy of a database as it stands; nobody may be connected to it, so this process hangs up first."""
    for alias in connections:
        connections[alias].close()
    with psycopg.connect(dsn) as connection:
        original = connection.info.dbname
    copied = f"{original}_twin_{os.getpid()}"
    server = make_conninfo(dsn, dbname="postgres")
    _execute(server, "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", copied, original)
    try:
        yield make_conninfo(dsn, dbname=copied)
    finally:
        _execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", copied)


def write(dsn: str, written: Written, commits: int) -> tuple[float, list[str]]:
    """Seconds until all is written in so many transactions, and of which tables rows were replaced."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for (statement,) in connection.execute(_sql.foreign_keys).fetchall():
            connection.execute(statement)
        shapes = {table: _shape(connection, table, lines) for table, lines in written.items()}
        ways = {table: _way(shape) for table, shape in shapes.items()}
        connection.execute("CHECKPOINT")
        connection.autocommit = False
        began = time.perf_counter()
        waiting = {table: iter(lines) for table, lines in written.items()}
        for _ in range(commits):
            for table, lines in waiting.items():
                part = b"".join(islice(lines, -(-len(written[table]) // commits)))
                if part:
                    _send(connection, *ways[table], part)
            connection.commit()
        seconds = time.perf_counter() - began
    return seconds, sorted(table for table, shape in shapes.items() if shape.replaces)


def _send(connection: psycopg.Connection, copy: sql.Composed, upsert: sql.Composed | None, rows: bytes) -> None:
    with connection.cursor() as cursor:
        with cursor.copy(copy) as stream:
            stream.write(rows)
        if upsert is not None:
            cursor.execute(upsert)


def _shape(connection: psycopg.Connection, table: str, lines: list[bytes]) -> Shape:
    """Ask the catalogue, and the rows themselves by their keys, which brings them to memory as the pump's were."""
    name, part = sql.Identifier(table), sql.Identifier(f"part_{table}")
    columns = [row[0] for row in connection.execute(_sql.columns_of, {"table": table}).fetchall()]
    key = [row[0] for row in connection.execute(_sql.key_of, {"table": table}).fetchall()]
    connection.execute(sql.SQL("CREATE TEMPORARY TABLE {} (LIKE {}) ON COMMIT PRESERVE ROWS").format(part, name))
    with connection.cursor() as cursor, cursor.copy(sql.SQL("COPY {} FROM STDIN").format(part)) as stream:
        stream.write(b"".join(lines))
    joined = sql.SQL(", ").join(map(sql.Identifier, key))
    known = sql.SQL("SELECT count(t.*) FROM {} JOIN {} AS t USING ({})").format(part, name, joined)
    connection.execute("SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_seqscan = off")
    row = connection.execute(known).fetchone() if key else (0,)
    connection.execute("RESET ALL")
    connection.execute(sql.SQL("DROP TABLE {}").format(part))
    assert row is not None
    if row[0]:
        connection.execute(sql.SQL("CREATE TEMPORARY TABLE {} (LIKE {}) ON COMMIT DELETE ROWS").format(part, name))
    return Shape(name, part, columns, key, bool(row[0]))


def _way(shape: Shape) -> tuple[sql.Composed, sql.Composed | None]:
    """COPY straight into a table of which all rows are new; else into a temporary one, and from there INSERT … ON CONFLICT DO UPDATE."""
    names = sql.SQL(", ").join(map(sql.Identifier, shape.columns))
    copy = sql.SQL("COPY {} ({}) FROM STDIN").format(shape.part if shape.replaces else shape.table, names)
    if not shape.replaces:
        return copy, None
    rest = [column for column in shape.columns if column not in shape.key]
    upsert = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} ON CONFLICT ({}) DO UPDATE SET {}").format(
        shape.table,
        names,
        names,
        shape.part,
        sql.SQL(", ").join(map(sql.Identifier, shape.key)),
        sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column)) for column in rest),
    )
    return copy, upsert


def _execute(conninfo: str, statement: str, *names: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
