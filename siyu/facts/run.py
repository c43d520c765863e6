"""One call of the pump: what it did, what it remembers from batch to batch, and what makes it stop."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
import psycopg
from django.db import DatabaseError, connection, transaction
from psycopg import Cursor

from siyu.lib.beside import dismiss_readers
from siyu.lib.refusal import Refusal
from siyu.lib.sql import is_outdated, statements
from siyu.merchant.queries import SettingsBook
from siyu.merchant.services import clear_alarm, raise_alarm

from .batch import Handled
from .rules import FactError

log = logging.getLogger(__name__)
_sql = statements("siyu.facts", "pump")

POISON_SHARE, POISON_WINDOW = 0.01, 1_000  # more than this share of so many messages is much
FLOOD, CALM_AFTER = "quarantine.poison", timedelta(hours=1)  # an alarm of each write key that brings much poison
OURS = ""  # of poison that no write key brought: what vendors, imports and our own rooms told


class Report(msgspec.Struct):
    """What one call did. `is_busy`: another process pumps; `stopped`: the code of what must be repaired first."""

    facts: int = 0
    derived: int = 0
    repeated: int = 0
    quarantined: int = 0
    moves: int = 0
    held: int = 0  # members whose due work was set aside
    is_busy: bool = False
    stopped: str = ""


class Run(msgspec.Struct):
    """What a call remembers from batch to batch."""

    now: datetime
    report: Report
    clock: datetime
    book: SettingsBook
    size: int = 2_000
    poison: dict[str, int] = {}  # messages by the source whose write key brought them, or `OURS`
    handled: int = 0
    moved: int = 0  # members whom time alone moved
    failing: int = 0  # and those of whom it was not known that they cannot be moved
    held: set[tuple[str, int]] = set()  # whose due work was set aside by the last run of it


class PumpProgress(NamedTuple):
    """How far it has come, and the code of what it stopped at, empty while it runs."""

    clock: datetime
    stopped: str


def pump_progress(cursor: Cursor) -> PumpProgress:
    """How the pump stands: its row is there from the first migration on."""
    cursor.execute(_sql.state)
    return PumpProgress(*cursor.fetchone())  # type: ignore[misc]


def in_one(work: Callable[[], Handled]) -> Handled:
    """Do work in one transaction; a second time, and with new plans, where a migration or a pooler may have made the kept ones void."""
    try:
        with transaction.atomic():
            return work()
    except Exception as error:
        if not is_outdated(error):
            raise
        log.warning("plans of statements are made anew: %s", type(error).__name__)
    dismiss_readers(connection.connection)  # the driver forgets those of the transaction's own connection when it is rolled back
    with transaction.atomic():
        return work()


def is_broken_program(error: Exception) -> bool:
    """SQLSTATE 42 (and other errors of ours, not of the message) is no message's fault: a missing column, a wrong name."""
    cause = error.__cause__ if isinstance(error, DatabaseError) else error
    return isinstance(cause, psycopg.ProgrammingError | psycopg.InternalError | psycopg.NotSupportedError | ImportError)


def reason(error: Exception) -> tuple[str, str]:
    """Code and words."""
    if isinstance(error, FactError | Refusal):
        return error.code, error.because
    return f"poison.{type(error).__name__}", str(error)


def is_much(run: Run, origin: str) -> bool:
    return run.poison[origin] > POISON_SHARE * max(run.handled, POISON_WINDOW)


def warn(run: Run) -> None:
    """Write keys that brought much poison: a person should look, and nothing waits for that."""
    for source in run.poison:
        if source != OURS and is_much(run, source):
            words = f"{run.poison[source]} of {run.handled} messages came by the write key of {source} and could not be handled"
            raise_alarm(FLOOD, source, words, run.now)


def stop(run: Run, code: str, because: str) -> None:
    log.error("the pump stops: %s %s", code, because)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql.stop, {"now": run.now, "code": code, "because": because[:500]})
        raise_alarm("pump.stopped", "", f"{code}: {because}"[:500], run.now)
    run.report.stopped = code


def resume(now: datetime) -> None:
    """Let a stopped pump go on: the cause is repaired."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql.resume)
        clear_alarm("pump.stopped", "", now)


def resume_after_repair(now: datetime) -> None:
    """A worker that starts may be a repaired program: let it try. If the cause stands, the pump stops again at the same place."""
    with connection.cursor() as cursor:
        stopped = pump_progress(cursor.cursor).stopped
    if stopped == "pump.program":
        resume(now)


def clear_floods(now: datetime) -> None:
    """Close the alarms of write keys that have brought no poison for an hour."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.calm_sources, {"code": FLOOD, "since": now - CALM_AFTER})
        for (source,) in cursor.fetchall():
            clear_alarm(FLOOD, source, now)
