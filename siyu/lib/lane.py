"""One transaction, two hands: a thread executes the statements whose answer nobody awaits while Python goes on computing.

A connection does one thing at a time, so everything waits its turn here. What the program writes without asking for an answer
(INSERT, UPDATE and DELETE that return nothing, COPY in one piece) is done when the connection would idle, in its order, and before any
statement of the program that names one of the tables it names: what has no table in common may be done in any order, because
foreign keys are looked at when the transaction ends. A statement that fails stops the lane, and whoever comes next gets its
error, as if it had been executed in its place. Inside a savepoint, which may be rolled back, everything is done at once.

What the program asks of tables that the transaction has not written is asked on a second connection (`beside`), and waits for nothing;
numbers are drawn from sequences there as well. What it will want to know later it can ask early, on a third (`Question`).
"""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from socket import AF_UNIX, SO_SNDBUF, SOL_SOCKET, socket
from threading import Condition, Thread
from types import TracebackType
from typing import Any, ClassVar, NamedTuple, Self
from weakref import WeakSet

from psycopg import Connection, Copy, Cursor
from psycopg.abc import Params, Query

from .statement import changed_by, is_awaited, is_change, only_draws, only_locks, only_reads, tables_of
from .wire import DUMPERS, columns, send

Task = Callable[[Cursor], object]
SEND_BYTES = 1 << 20  # on their way to the server; the system may allow less


class Promise(NamedTuple):
    """A statement that is done later. It is cancelled when the lane fails before."""

    lane: "Lane"
    query: str
    done: Future[None]

    def wait(self) -> None:
        if not self.done.done():
            self.lane.wait_for(self.query)


class Lane:
    """The lane of one transaction on a connection; leaving it waits until everything is done, or throws it away after an error.

    For a little work, not worth a thread, everything is done at once. With a `reader` the transaction must not have written anything
    before, nor write past the lane but inside savepoints. With an `early` one, too, questions can be asked early.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        is_worth_a_thread: bool = True,
        reader: Connection | None = None,
        early: Connection | None = None,
    ) -> None:
        self.cursor = LaneCursor(connection, self)
        self._own = ColumnCursor(connection)
        self._urgent: deque[Task] = deque()  # the program waits for them
        self._later: deque[tuple[frozenset[str], Task]] = deque()  # with the tables they name
        self._change = Condition()
        self._is_running = self._is_wanted = self._is_closed = False
        self._savepoints = 0
        self._reader = _Reader(reader) if reader is not None and is_worth_a_thread else None
        self._early = early if self._reader is not None else None
        self._asking = ThreadPoolExecutor(1, "early") if self._early is not None else None
        self._promised: list[Promise] = []
        self._written: frozenset[str] = frozenset()  # tables, by what the transaction did so far or will do
        self._error: BaseException | None = None
        self._thread = Thread(target=self._work, name="lane", daemon=True) if is_worth_a_thread else None

    def __enter__(self) -> Self:
        if self._thread is not None:
            self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if error is None:
                self.settle()
        finally:
            with self._change:
                self._is_closed = True
                self._urgent.clear()
                self._later.clear()
                self._change.notify_all()
            if self._thread is not None:
                self._thread.join()
            self._break_promises()
            if self._asking is not None:
                self._asking.shutdown(cancel_futures=True)
            self._own.close()

    @property
    def is_at_hand(self) -> bool:
        """Whether there is a thread that may do something now."""
        return self._thread is not None and not self._savepoints

    def later(self, query: str, task: Task, *, is_first: bool = False) -> None:
        """Have something done that nobody waits for; `query` names the tables it is about. Or before all that may wait for it."""
        if self.is_at_hand and (tables := tables_of(query)):
            if not only_locks(query):
                self._written |= changed_by(query)
            with self._change:
                if self._error is None:  # else whoever waits next hears of it, and nothing more is done
                    if is_first:
                        self._urgent.extend((*self._called_for(tables), task))
                    else:
                        self._later.append((tables, task))
                    self._change.notify_all()
        else:
            with self.turn(query):
                task(self._own)

    def beside(self, query: Query) -> Cursor | None:
        """By which cursor a question can be asked on which nothing of this transaction bears."""
        if self._error is not None:
            raise self._error
        if self._reader is None or self._savepoints or not isinstance(query, str):
            return None
        if only_draws(query) or (only_reads(query) and self._written.isdisjoint(tables_of(query))):
            return self._reader
        return None

    def promise(self, query: str, params: Params | None) -> Promise:
        """Have a statement done as soon as can be though it gives an answer, which nobody reads: it locks, for instance."""
        promise, sent = Promise(self, query, Future()), columns(params)

        def task(cursor: Cursor) -> None:
            cursor.execute(query, sent)
            promise.done.set_result(None)

        self._promised.append(promise)
        self.later(query, task, is_first=True)
        if self._error is not None:
            promise.done.cancel()
        return promise

    def wait_for(self, query: str) -> None:
        """Until everything is done that names the tables of this."""
        with self._turn(tables_of(query)):
            pass

    def early(self, query: str, params: Params | None, after: Promise | None, **given: Any) -> Future[Cursor] | None:
        """Ask beside, while the program goes on, but after what was promised; None where it cannot be."""
        if self._asking is None or self._early is None or self.beside(query) is None:
            return None
        cursor, sent = ColumnCursor(self._early), columns(params)

        def ask() -> Cursor:
            if after is not None:
                after.done.result()
            return cursor.execute(query, sent, **given)

        return self._asking.submit(ask)

    def _break_promises(self) -> None:
        for promise in self._promised:
            promise.done.cancel()

    def settle(self) -> None:
        """Wait until everything is done."""
        with self._turn(None):
            pass

    @contextmanager
    def turn(self, query: Query) -> Iterator[Callable[[], None]]:
        """The program's own statement: after all that must come before it. Call what it gives if nothing was written after all."""
        before = self._written
        is_savepoint = isinstance(query, str) and query.startswith("SAVEPOINT")
        if is_savepoint or not isinstance(query, str):
            self._reader = None  # what is written from now on is not always seen here
        elif not (only_reads(query) or only_locks(query)):
            self._written = before | changed_by(query)
        with self._turn(tables_of(query) if isinstance(query, str) and not is_savepoint else None):
            self._savepoints += is_savepoint
            yield partial(self._forget, before)
            self._savepoints -= isinstance(query, str) and query.startswith("RELEASE SAVEPOINT")

    def _forget(self, before: frozenset[str]) -> None:
        self._written = before

    @contextmanager
    def _turn(self, tables: frozenset[str] | None) -> Iterator[None]:
        """Wait for what names one of these tables (None: for everything)."""
        with self._change:
            self._urgent.extend(self._called_for(tables))
            self._is_wanted = True
            self._change.notify_all()
            while self._is_running or self._urgent:
                self._change.wait()
        try:
            if self._error is not None:
                raise self._error
            yield
        finally:
            with self._change:
                self._is_wanted = self._savepoints > 0
                self._change.notify_all()

    def _called_for(self, tables: frozenset[str] | None) -> list[Task]:
        """Take what names one of these tables out of the queue, with what came before it and shares a table with that: in their order."""
        called: list[Task] = []
        kept: deque[tuple[frozenset[str], Task]] = deque()
        while self._later:
            named, task = self._later.pop()
            if tables is None or not named.isdisjoint(tables):
                called.append(task)
                tables = None if tables is None else tables | named
            else:
                kept.appendleft((named, task))
        self._later = kept
        return called[::-1]

    def _work(self) -> None:
        while (task := self._next()) is not None:
            try:
                task(self._own)
            except BaseException as error:  # whatever it is, it is raised where the program is
                self._error = error
            with self._change:
                self._is_running = False
                if self._error is not None:
                    self._urgent.clear()
                    self._later.clear()
                    self._break_promises()
                self._change.notify_all()

    def _next(self) -> Task | None:
        with self._change:
            while not self._is_closed:
                if self._urgent or (self._later and not self._is_wanted):
                    self._is_running = True
                    return self._urgent.popleft() if self._urgent else self._later.popleft()[1]
                self._change.wait()
        return None


class ColumnCursor(Cursor):
    """A cursor that sends lists in binary form."""

    _known: ClassVar[WeakSet[Connection]] = WeakSet()  # connections that have learnt how

    def __init__(self, connection: Connection) -> None:
        if connection not in self._known:
            for kind, dumper in DUMPERS.items():
                connection.adapters.register_dumper(kind, dumper)
            _widen(connection.pgconn.socket)
            self._known.add(connection)
        super().__init__(connection)

    def execute(self, query: Any, params: Params | None = None, **given: Any) -> Self:
        return super().execute(query, columns(params), **given)


def _widen(descriptor: int) -> None:
    """Let a whole part of a COPY go out at once: whoever must come back for the rest waits for its turn to run each time."""
    with socket(fileno=os.dup(descriptor)) as line:
        if line.family == AF_UNIX:  # what travels further knows its own measure
            line.setsockopt(SOL_SOCKET, SO_SNDBUF, SEND_BYTES)


class _Reader(ColumnCursor):
    """Asks on the second connection, which may not write; but what is drawn from a sequence is nobody's transaction's."""

    def execute(self, query: Any, params: Params | None = None, **given: Any) -> Self:
        if not (isinstance(query, str) and only_draws(query)):
            return super().execute(query, params, **given)
        with self.connection.cursor() as aside:
            aside.execute("BEGIN READ WRITE")
            try:
                return super().execute(query, params, **given)
            finally:
                aside.execute("ROLLBACK")  # which waits for no disk: the transaction that uses the numbers will


class Question:
    """What is asked before its answer is wanted, but not before what was promised `after` which it is to be asked.

    Where it cannot be asked early, or was answered before the transaction wrote to what it is about, it is asked when the answer is wanted.
    """

    def __init__(self, cursor: Cursor, query: str, params: Params | None = None, *, after: Promise | None = None, **given: Any) -> None:
        self.cursor, self.query, self.params, self.after, self.given = cursor, query, params, after, given
        self._asked = cursor.lane.early(query, params, after, **given) if isinstance(cursor, LaneCursor) else None

    def fetchall(self) -> list[Any]:
        if isinstance(self.cursor, LaneCursor):
            lane = self.cursor.lane
            if self._asked is not None:
                try:
                    answered = self._asked.result()
                except CancelledError:
                    lane.settle()  # raises what went wrong
                    raise
                if lane.beside(self.query) is not None:
                    return answered.fetchall()
            if self.after is not None:
                self.after.wait()
        self.cursor.execute(self.query, self.params, **self.given)
        return self.cursor.fetchall()


class LaneCursor(ColumnCursor):
    """The program's cursor: what it asks is answered in its place, what it only writes is left to the lane."""

    def __init__(self, connection: Connection, lane: Lane) -> None:
        super().__init__(connection)
        self.lane = lane
        self._asked: Cursor | None = None  # who has the answer, unless it is this one

    def execute(self, query: Any, params: Params | None = None, **given: Any) -> Self:
        if isinstance(query, str) and not is_awaited(query) and self.lane.is_at_hand:
            sent = columns(params)  # as they are now
            self.lane.later(query, lambda lane: lane.execute(query, sent, **given))
            return self
        self._asked = self.lane.beside(query)
        if self._asked is not None:
            self._asked.execute(query, params, **given)
            return self
        with self.lane.turn(query) as forget:
            super().execute(query, params, **given)
            if not super().rowcount and isinstance(query, str) and is_change(query):
                forget()
            return self

    def fetchone(self) -> Any:
        return super().fetchone() if self._asked is None else self._asked.fetchone()

    def fetchmany(self, size: int = 0) -> list[Any]:
        return super().fetchmany(size) if self._asked is None else self._asked.fetchmany(size)

    def fetchall(self) -> list[Any]:
        return super().fetchall() if self._asked is None else self._asked.fetchall()

    def __iter__(self) -> Self:
        return super().__iter__() if self._asked is None else iter(self._asked)  # type: ignore[return-value]

    @property
    def rowcount(self) -> int:
        return super().rowcount if self._asked is None else self._asked.rowcount

    @contextmanager
    def copy(self, statement: Any, params: Params | None = None, **given: Any) -> Iterator[Copy]:
        with self.lane.turn(statement), super().copy(statement, params, **given) as copy:
            yield copy

    def send(self, statement: Any, data: bytes | str) -> None:
        """A COPY in one piece, later."""
        self.lane.later(statement, lambda lane: send(lane, statement, data))
