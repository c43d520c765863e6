"""The pump: one batch, one transaction, exactly once. Everything in siyu that nobody waits for happens here.

A step: take messages in inbox order → drop repetitions → clock → resolve handles → tokens → log → reactions → delete.
Data errors halve the batch until the poison message stands alone; programming errors stop the pump and lose nothing. So does much poison
of our own, but never what came by a write key: whoever looks into a page's source could then stop it.
What time alone brings comes before the batch (`due.py`).
"""

import gc
import logging
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from operator import attrgetter

import psycopg
from django.db import connection, transaction

from siyu.lib.sql import is_passing, statements
from siyu.merchant.queries import SettingsBook, settings_book

from .arriving import is_repetition
from .batch import Cut, consume, handle, set_aside
from .due import run_due
from .intake import Unreadable
from .message import Message
from .opening import opened
from .rules import FactError
from .run import OURS, Report, Run, in_one, is_broken_program, is_much, pump_progress, reason, stop, warn

log = logging.getLogger(__name__)
_sql = statements("siyu.facts", "pump")

_at = attrgetter("at")
LOCK = 718_001  # one pump at a time
TARGET_SECONDS = 1.5  # of one batch; only when much waits is there so much for it
SMALLEST, LARGEST = 1_000, 40_000  # messages of a batch: what each costs however large it is, twice as many share
SWITCH_SECONDS = 0.0001  # a fiftieth of the usual
PREPARED = 1_000  # statements whose plans are kept: a batch takes some 170, and of the usual 100 none would be left when it comes again
CAREFUL_BATCHES = 50  # after one that had to begin anew
COLLECTIONS = (3_000_000, 20, 50)  # more objects than a batch has: what it leaves behind is looked through when it has ended
LITTER = 300_000  # objects that came and did not go: enough to look for circles among them

_last_size = 2_000
_careful = 0  # so many batches ask for repetitions first, because one met some


def pump(now: datetime, *, messages: int | None = None, largest: int = LARGEST, is_enough: Callable[[], bool] | None = None) -> Report:
    """Handle what waits in the inbox (at most `messages`) and run what is due up to `now`; batches hold at most `largest`.

    With `is_enough`, asked between two batches, what comes meanwhile is handled, too.
    Raises `psycopg.OperationalError` when the database fails in passing: call again later, nothing is lost.
    """
    report = Report()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            report.is_busy = True
            return report
        connection.connection.prepared_max = PREPARED
        try:
            clock, stopped = pump_progress(cursor.cursor)
            if stopped:
                report.stopped = stopped
                return report
            is_all = False
            run = Run(now=now, report=report, clock=clock, book=settings_book(), size=min(max(_last_size, SMALLEST), largest))
            try:
                with _in_a_hurry():
                    is_all = _drain_all(run, messages, largest, is_enough)
            except Unreadable as error:
                stop(run, "pump.envelope", str(error))
            warn(run)
            if is_all and (messages is None or report.facts < messages):
                run_due(run, max(now, run.clock))
        finally:
            if connection.connection is not None and not connection.connection.closed:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return report


def beat(now: datetime) -> None:
    """A worker's sign of life, read by the health check."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.beat, {"now": now})


@contextmanager
def _in_a_hurry() -> Iterator[None]:
    """Circles of objects are looked for between batches, when there is little to look through; and a thread that sends statements while
    others compute waits shortly for its turn."""
    collections, switch = gc.get_threshold(), sys.getswitchinterval()
    gc.set_threshold(*COLLECTIONS)
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        gc.set_threshold(*collections)
        sys.setswitchinterval(switch)


def _drain_all(run: Run, limit: int | None, largest: int, is_enough: Callable[[], bool] | None) -> bool:
    """What waits, and with `is_enough` what comes meanwhile; tells whether nothing waits any more."""
    handled = -1
    while run.handled > handled:
        handled = run.handled
        with closing(_messages(limit, run.book)) as portions:
            is_all = _drain(run, portions, largest, is_enough)
        if is_enough is None or not is_all:
            break
    return is_all


def _drain(run: Run, portions: Iterator[list[Message]], largest: int, is_enough: Callable[[], bool] | None) -> bool:
    """Batch after batch; tells whether all portions are handled."""
    global _last_size
    items: list[Message] = []
    while not (run.report.stopped or (is_enough is not None and is_enough())):
        while len(items) < run.size and (portion := next(portions, None)) is not None:
            items += portion
        if not items:
            return True
        rest = items[run.size :]  # what is taken is not copied: each touch of so many objects is felt
        del items[run.size :]
        batch = _same_day(items)
        items = items[len(batch) :] + rest
        began = time.perf_counter()
        run_due(run, _first_clock(run, batch))
        if run.report.stopped:
            break
        _process(run, batch)
        if gc.get_count()[0] > LITTER:
            gc.collect(0)
        elapsed = time.perf_counter() - began
        wanted = int(len(batch) * TARGET_SECONDS / max(elapsed, 0.001))
        run.size = _last_size = max(min(wanted, 4 * run.size, largest), min(SMALLEST, largest))
    return False


def _messages(limit: int | None, book: SettingsBook) -> Generator[list[Message]]:
    """Messages in inbox order, at most `limit`; the one pump may read ahead of its own transactions."""
    served = 0
    with closing(opened(book, limit)) as portions:
        for portion in portions:
            yield portion if limit is None else portion[: limit - served]
            served += len(portion)
            if limit is not None and served >= limit:
                break


def _same_day(items: list[Message]) -> list[Message]:
    """The items whose clocks lie within a day of the first: due work must not pile up inside a batch."""
    end = items[0].at + timedelta(days=1)
    if max(map(_at, items)) < end:
        return items
    for index, item in enumerate(items):
        if item.at >= end:
            return items[:index]
    return items


def _first_clock(run: Run, items: list[Message]) -> datetime:
    return max(run.clock, items[0].at)


def _process(run: Run, items: list[Message]) -> None:
    """Handle items in one transaction; on a data error in two, and so on, until the poison stands alone."""
    global _careful
    is_careful = _careful > 0
    try:
        handled = in_one(lambda: handle(connection.connection, items, run.clock, run.book, is_careful=is_careful))
        _careful -= is_careful
        run.clock = handled.clock
        run.report.facts += handled.facts
        run.report.derived += handled.derived
        run.report.repeated += handled.repeated
        run.report.quarantined += handled.refused
        run.handled += len(items)
    except Cut as cut:
        at = next(place for place, item in enumerate(items) if item is cut.message)
        _process(run, items[:at])
        if not run.report.stopped:
            _process(run, items[at:])
    except psycopg.InterfaceError:
        raise
    except Exception as error:
        if is_passing(error):
            raise
        if is_repetition(error) and not is_careful:
            _careful = CAREFUL_BATCHES
            _process(run, items)
        elif is_broken_program(error):
            stop(run, "pump.program", f"{type(error).__name__}: {error}")
        elif len(items) == 1:
            if _is_of_due_work(run, items[0]):
                _process(run, items)
            elif not run.report.stopped:
                _set_aside(run, items[0], error)
        else:
            half = len(items) // 2
            _process(run, items[:half])
            if not run.report.stopped:
                _process(run, items[half:])


def _is_of_due_work(run: Run, item: Message) -> bool:
    """Whether a message failed because of what falls due with it, of whomever: that is set aside now."""
    before = run.report.held
    run_due(run, _first_clock(run, [item]))
    return run.report.held > before and not run.report.stopped


def _set_aside(run: Run, item: Message, error: Exception) -> None:
    code, because = reason(error)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql.came_from, {"envelope": item.envelope})
        source, is_by_key = cursor.fetchone()
        set_aside(cursor.cursor, [(item, FactError(code, because))], run.book)
        cursor.execute(_sql.advance, {"clock": run.clock, "quarantined": 1, "repeated": 0})
        consume(cursor.cursor, [item])
    run.report.quarantined += 1
    run.handled += 1
    if not isinstance(error, FactError):
        log.warning("a message was quarantined: %s", type(error).__name__)
        origin = source if is_by_key else OURS
        run.poison[origin] = run.poison.get(origin, 0) + 1
        if not is_by_key and is_much(run, OURS):
            stop(run, "pump.poison", f"{run.poison[OURS]} of {run.handled} messages could not be handled; the last: {code} {because}")
