"""Timetable of the log: partitions are made ahead, never inside a batch; what was seen too long ago is forgotten."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from django.db import connections
from psycopg import Connection, sql

from siyu.lib.clock import utc_now
from siyu.lib.sql import statements

from .arriving import epoch_of

_sql = statements("siyu.facts", "partitions")
MONTHS_BEHIND, MONTHS_AHEAD = 13, 3
EPOCHS_AHEAD = 2
MAX_MONTHS = 600  # of one call: fifty years of history


def make_partitions(from_day: date | None = None, to_day: date | None = None) -> int:
    """Make the monthly partitions of the log for a span of days (default: a year back, three months ahead) and those of
    the memory of message ids; returns how many are new. A month whose facts lie in the default partition already stays there."""
    today = utc_now().date()
    owner = connections["owner"]
    owner.ensure_connection()
    made = 0
    for month in _months(from_day or _shift(today, -MONTHS_BEHIND), to_day or _shift(today, MONTHS_AHEAD)):
        made += _make(
            owner.connection, "facts_log", f"facts_log_{month:%Y_%m}", _instant(month), _instant(_shift(month, 1)), _sql.log_is_free
        )
    for epoch in range(epoch_of(today), epoch_of(today) + EPOCHS_AHEAD + 1):
        made += _make(owner.connection, "facts_seen", f"facts_seen_{epoch}", epoch, epoch + 1, _sql.seen_is_free)
    return made


def make_partitions_ahead(now: datetime) -> None:
    """Hourly: what the coming days and months need."""
    make_partitions()


def forget_seen(now: datetime) -> int:
    """Drop the days of the memory that no repetition can reach any more; returns how many."""
    owner = connections["owner"]
    owner.ensure_connection()
    oldest = epoch_of(utc_now().date()) - 1
    old = [name for name in _known(owner.connection, "facts_seen") if name != "facts_seen_default" and int(name.rsplit("_", 1)[1]) < oldest]
    for name in old:
        owner.connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))
    return len(old)


def _make(connection: Connection, table: str, name: str, since: date | int, until: date | int, is_free: str) -> int:
    if name in _known(connection, table):
        return 0
    if connection.execute(is_free, {"since": since, "until": until}).fetchone() != (True,):
        return 0
    statement = "CREATE TABLE IF NOT EXISTS {} PARTITION OF {} FOR VALUES FROM ({}) TO ({})"
    connection.execute(
        sql.SQL(statement).format(sql.Identifier(name), sql.Identifier(table), sql.Literal(_bound(since)), sql.Literal(_bound(until)))
    )
    return 1


def _bound(value: date | int) -> str | int:
    return value.isoformat() if isinstance(value, date) else value


def _known(connection: Connection, table: str) -> set[str]:
    return {row[0] for row in connection.execute(_sql.known, {"table": table}).fetchall()}


def _months(first: date, last: date) -> Iterator[date]:
    month = first.replace(day=1)
    for _ in range(MAX_MONTHS):
        if month > last:
            return
        yield month
        month = _shift(month, 1)


def _shift(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _instant(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
