"""What time alone brings: due work between two facts and after the last.

What fails is halved as batches are, until the member stands alone whose due work fails.
"""

import logging
from datetime import datetime

import psycopg
from django.db import connection, transaction

from siyu.lib.sql import is_passing, statements
from siyu.lib.wired import imported, table
from siyu.merchant.queries import settings_book

from .batch import handle
from .holding import hold
from .rules import Alone, FactError
from .run import POISON_SHARE, POISON_WINDOW, Run, in_one, is_broken_program, reason, stop

log = logging.getLogger(__name__)
_sql = statements("siyu.facts", "pump")

ROUNDS = 100_000  # a bound, not an expectation
EVERYBODY = 1_000_000  # more than any room moves at once


def run_due(run: Run, until: datetime) -> None:
    """What time alone changes, oldest first, in transactions of a bounded size, up to an instant.

    Whoever was set aside and whose time has come for another attempt takes part.
    """
    run.held = set()
    modules = [imported(path) for path in table("DUE").values()]
    with connection.cursor() as cursor:
        cursor.execute(_sql.try_held, {"until": until})
    for _ in range(ROUNDS):
        with connection.cursor() as cursor:
            waiting = [at for module in modules if (at := module.next_due(cursor.cursor)) is not None and at <= until]
        if not waiting:
            break
        _move(run, until, min(waiting))
        if run.report.stopped:
            return
    with connection.cursor() as cursor:
        cursor.execute(_sql.close_tried, {"until": until})
        if until > run.clock:
            run.clock = until
            cursor.execute(_sql.advance, {"clock": until, "quarantined": 0, "repeated": 0})


def _move(run: Run, until: datetime, since: datetime, alone: Alone | None = None) -> None:
    """One transaction of due work; on a data error each room by itself, then in halves, until the member stands alone who fails."""
    try:
        handled = in_one(
            lambda: handle(connection.connection, [], run.clock, settings_book(), due_until=until, due_from=since, alone=alone)
        )
        run.report.moves += handled.derived
        run.moved += handled.moved
        run.clock = max(run.clock, handled.clock)
    except psycopg.InterfaceError:
        raise
    except Exception as error:
        if is_passing(error):
            raise
        if is_broken_program(error) or (alone is not None and not alone.members):
            stop(run, "pump.program", f"{type(error).__name__}: {error}")
        elif alone is not None and (len(alone.members) == 1 or alone.most == 1):
            _hold(run, alone, until, error)
        else:
            parts = [Alone(room, EVERYBODY) for room in table("DUE")] if alone is None else _halves(alone)
            for part in parts:
                if not run.report.stopped:
                    _move(run, until, since, part)


def _halves(alone: Alone) -> list[Alone]:
    size = min(alone.most, len(alone.members))
    return [Alone(alone.room, size // 2), Alone(alone.room, size - size // 2)]


def _hold(run: Run, alone: Alone, until: datetime, error: Exception) -> None:
    """Set a member's due work of a room aside, to be tried again later. More than 1 % who fail for the first time stop the pump."""
    code, because = reason(error)
    log.warning("due work was set aside: %s %s", alone.room, type(error).__name__)
    for member in sorted(alone.members):
        if (alone.room, member) in run.held:  # the room goes on moving whom it must leave out
            stop(run, "pump.program", f"{alone.room} does not leave out whose due work is set aside; {code} {because}")
            return
        run.held.add((alone.room, member))
        with transaction.atomic(), connection.cursor() as cursor:
            run.failing += hold(cursor.cursor, alone.room, member, FactError(code, because), until)
        run.report.held += 1
    if run.failing > POISON_SHARE * max(run.moved, POISON_WINDOW):
        because = (
            f"the due work of {run.failing} members could not be done, of {run.moved} it could; the last: {alone.room} {code} {because}"
        )
        stop(run, "pump.poison", because)
