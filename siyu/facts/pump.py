"""The pump: one batch, one transaction, exactly once. Everything in siyu that nobody waits for happens here.

A step: take messages in inbox order → drop repetitions → clock → resolve handles → tokens → log → reactions → delete.
Data errors halve the batch until the poison message stands alone; programming errors stop the pump and lose nothing. So does much poison
of our own, but never what came by a write key: whoever looks into a page's source could then stop it. What time alone brings is halved
in the same way, until the member stands alone whose due work fails.
"""

import gc
import logging
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from operator import attrgetter

import msgspec
import psycopg
from django.db import DatabaseError, connection, transaction

from siyu.lib.beside import dismiss_readers
from siyu.lib.refusal import Refusal
from siyu.lib.sql import is_outdated, is_passing, statements
from siyu.lib.wired import imported, table
from siyu.merchant.queries import SettingsBook, settings_book
from siyu.merchant.services import clear_alarm, raise_alarm

from .arriving import is_repetition
from .batch import Cut, Handled, consume, handle, set_aside
from .holding import hold
from .intake import Unreadable
from .message import Message
from .opening import opened
from .rules import Alone, FactError

log = logging.getLogger(__name__)
_sql = statements("siyu.facts", "pump")

_at = attrgetter("at")
LOCK = 718_001  # one pump at a time
TARGET_SECONDS = 1.5  # of one batch; only when much waits is there so much for it
SMALLEST, LARGEST = 1_000, 40_000  # messages of a batch: what each costs however large it is, twice as many share
POISON_SHARE, POISON_WINDOW = 0.01, 1_000  # more than this share of so many messages is much
FLOOD, CALM_AFTER = "quarantine.poison", timedelta(hours=1)  # an alarm of each write key that brings much poison
OURS = ""  # of poison that no write key brought: what vendors, imports and our own rooms told
SWITCH_SECONDS = 0.0001  # a fiftieth of the usual
PREPARED = 1_000  # statements whose plans are kept: a batch takes some 170, and of the usual 100 none would be left when it comes again
CAREFUL_BATCHES = 50  # after one that had to begin anew
COLLECTIONS = (3_000_000, 20, 50)  # more objects than a batch has: what it leaves behind is looked through when it has ended
LITTER = 300_000  # objects that came and did not go: enough to look for circles among them
DUE_ROUNDS = 100_000  # a bound, not an expectation
EVERYBODY = 1_000_000  # more than any room moves at once


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


class _Run(msgspec.Struct):
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
            cursor.execute(_sql.state)
            clock, stopped = cursor.fetchone()
            if stopped:
                report.stopped = stopped
                return report
            is_all = False
            run = _Run(now=now, report=report, clock=clock, book=settings_book(), size=min(max(_last_size, SMALLEST), largest))
            try:
                with _in_a_hurry():
                    is_all = _drain_all(run, messages, largest, is_enough)
            except Unreadable as error:
                _stop(run, "pump.envelope", str(error))
            _warn(run)
            if is_all and (messages is None or report.facts < messages):
                _run_due(run, max(now, run.clock))
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


def resume(now: datetime) -> None:
    """Let a stopped pump go on: the cause is repaired."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql.resume)
        clear_alarm("pump.stopped", "", now)


def resume_after_repair(now: datetime) -> None:
    """A worker that starts may be a repaired program: let it try. If the cause stands, the pump stops again at the same place."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.state)
        stopped = cursor.fetchone()[1]
    if stopped == "pump.program":
        resume(now)


def clear_floods(now: datetime) -> None:
    """Close the alarms of write keys that have brought no poison for an hour."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.calm_sources, {"code": FLOOD, "since": now - CALM_AFTER})
        for (source,) in cursor.fetchall():
            clear_alarm(FLOOD, source, now)


def _drain_all(run: _Run, limit: int | None, largest: int, is_enough: Callable[[], bool] | None) -> bool:
    """What waits, and with `is_enough` what comes meanwhile; tells whether nothing waits any more."""
    handled = -1
    while run.handled > handled:
        handled = run.handled
        with closing(_messages(limit, run.book)) as portions:
            is_all = _drain(run, portions, largest, is_enough)
        if is_enough is None or not is_all:
            break
    return is_all


def _drain(run: _Run, portions: Iterator[list[Message]], largest: int, is_enough: Callable[[], bool] | None) -> bool:
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
        _run_due(run, _first_clock(run, batch))
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


def _first_clock(run: _Run, items: list[Message]) -> datetime:
    return max(run.clock, items[0].at)


def _process(run: _Run, items: list[Message]) -> None:
    """Handle items in one transaction; on a data error in two, and so on, until the poison stands alone."""
    global _careful
    is_careful = _careful > 0
    try:
        handled = _in_one(lambda: handle(connection.connection, items, run.clock, run.book, is_careful=is_careful))
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
        elif _is_broken_program(error):
            _stop(run, "pump.program", f"{type(error).__name__}: {error}")
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


def _in_one(work: Callable[[], Handled]) -> Handled:
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


def _is_broken_program(error: Exception) -> bool:
    """SQLSTATE 42 (and other errors of ours, not of the message) is no message's fault: a missing column, a wrong name."""
    cause = error.__cause__ if isinstance(error, DatabaseError) else error
    return isinstance(cause, psycopg.ProgrammingError | psycopg.InternalError | psycopg.NotSupportedError | ImportError)


def _reason(error: Exception) -> tuple[str, str]:
    """Code and words."""
    if isinstance(error, FactError | Refusal):
        return error.code, error.because
    return f"poison.{type(error).__name__}", str(error)


def _is_of_due_work(run: _Run, item: Message) -> bool:
    """Whether a message failed because of what falls due with it, of whomever: that is set aside now."""
    before = run.report.held
    _run_due(run, _first_clock(run, [item]))
    return run.report.held > before and not run.report.stopped


def _set_aside(run: _Run, item: Message, error: Exception) -> None:
    code, because = _reason(error)
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
        if not is_by_key and _is_much(run, OURS):
            _stop(run, "pump.poison", f"{run.poison[OURS]} of {run.handled} messages could not be handled; the last: {code} {because}")


def _is_much(run: _Run, origin: str) -> bool:
    return run.poison[origin] > POISON_SHARE * max(run.handled, POISON_WINDOW)


def _warn(run: _Run) -> None:
    """Write keys that brought much poison: a person should look, and nothing waits for that."""
    for source in run.poison:
        if source != OURS and _is_much(run, source):
            words = f"{run.poison[source]} of {run.handled} messages came by the write key of {source} and could not be handled"
            raise_alarm(FLOOD, source, words, run.now)


def _stop(run: _Run, code: str, because: str) -> None:
    log.error("the pump stops: %s %s", code, because)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql.stop, {"now": run.now, "code": code, "because": because[:500]})
        raise_alarm("pump.stopped", "", f"{code}: {because}"[:500], run.now)
    run.report.stopped = code


def _run_due(run: _Run, until: datetime) -> None:
    """What time alone changes, oldest first, in transactions of a bounded size, up to an instant.

    Whoever was set aside and whose time has come for another attempt takes part.
    """
    run.held = set()
    modules = [imported(path) for path in table("DUE").values()]
    with connection.cursor() as cursor:
        cursor.execute(_sql.try_held, {"until": until})
    for _ in range(DUE_ROUNDS):
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


def _move(run: _Run, until: datetime, since: datetime, alone: Alone | None = None) -> None:
    """One transaction of due work; on a data error each room by itself, then in halves, until the member stands alone who fails."""
    try:
        handled = _in_one(
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
        if _is_broken_program(error) or (alone is not None and not alone.members):
            _stop(run, "pump.program", f"{type(error).__name__}: {error}")
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


def _hold(run: _Run, alone: Alone, until: datetime, error: Exception) -> None:
    """Set a member's due work of a room aside, to be tried again later. More than 1 % who fail for the first time stop the pump."""
    code, because = _reason(error)
    log.warning("due work was set aside: %s %s", alone.room, type(error).__name__)
    for member in sorted(alone.members):
        if (alone.room, member) in run.held:  # the room goes on moving whom it must leave out
            _stop(run, "pump.program", f"{alone.room} does not leave out whose due work is set aside; {code} {because}")
            return
        run.held.add((alone.room, member))
        with transaction.atomic(), connection.cursor() as cursor:
            run.failing += hold(cursor.cursor, alone.room, member, FactError(code, because), until)
        run.report.held += 1
    if run.failing > POISON_SHARE * max(run.moved, POISON_WINDOW):
        because = (
            f"the due work of {run.failing} members could not be done, of {run.moved} it could; the last: {alone.room} {code} {because}"
        )
        _stop(run, "pump.poison", because)
