"""The worker's loop: see whether facts wait, let the pump run, give a sign of life; hold on through the database's bad moments."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import psycopg
from django.db import DatabaseError, InterfaceError, connections

from siyu.facts.pump import beat, pump
from siyu.facts.run import resume_after_repair
from siyu.lib.clock import utc_now
from siyu.lib.sql import statements

log = logging.getLogger(__name__)
_sql = statements("siyu.operate", "watch")
LOOK_EVERY_S = 0.25  # an idle worker asks for new facts
BEAT_EVERY = timedelta(seconds=10)  # and gives a sign of life, and runs what fell due
LASTING_S = 5.0  # of one run of the pump while facts come, between two looks at the clock
STANDING_STILL_S = 2.0  # the pump is stopped, or another worker's
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 10.0
MOST_FAULTS = 8  # of ours in a row, some 35 s: a fresh process may see a repaired program


def work(stop: threading.Event, now: Callable[[], datetime] = utc_now) -> None:
    """Run until `stop` is set: the batch at hand is finished, then the loop ends."""
    pause = FIRST_PAUSE_S
    last_beat: datetime | None = None
    last_error, faults = "", 0
    is_new = True
    while not stop.is_set():
        at = now()
        is_time = last_beat is None or at - last_beat >= BEAT_EVERY
        try:
            if is_new:
                resume_after_repair(at)
                is_new = False
            rest = turn(at, is_time, stop)
            if is_time:
                beat(at)
                last_beat = at
            pause, faults = FIRST_PAUSE_S, 0
        except Exception as error:  # whatever it is, facts go on being taken in; no sign of life is given meanwhile
            _report(error, pause, is_new=repr(error) != last_error)
            last_error = repr(error)
            faults = 0 if _is_database(error) else faults + 1
            if faults >= MOST_FAULTS:
                raise
            connections.close_all()
            rest, pause = pause, min(pause * 2, LONGEST_PAUSE_S)
        stop.wait(rest)


def turn(at: datetime, is_time: bool, stop: threading.Event) -> float:
    """One look, and one run of the pump if facts wait or the clock asks for it; how many seconds to rest."""
    if not (is_time or _is_waiting()):
        return LOOK_EVERY_S
    until = time.monotonic() + LASTING_S
    report = pump(at, is_enough=lambda: stop.is_set() or time.monotonic() >= until)
    if report.stopped or report.is_busy:
        return STANDING_STILL_S
    return 0.0 if report.facts + report.repeated + report.quarantined else LOOK_EVERY_S


def _is_waiting() -> bool:
    with connections["default"].cursor() as cursor:
        cursor.execute(_sql.is_waiting)
        return bool(cursor.fetchone()[0])


def _report(error: Exception, pause: float, is_new: bool) -> None:
    """One line for the database's trouble and for what was told before; the whole story for a fault of ours."""
    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
    if _is_database(error):
        log.warning("the database failed (%s); the worker tries again in %.1f s", reason, pause)
    else:
        log.error("the pump failed (%s); the worker tries again in %.1f s", reason, pause, exc_info=error if is_new else None)


def _is_database(error: Exception) -> bool:
    return isinstance(error, DatabaseError | InterfaceError | psycopg.Error)
