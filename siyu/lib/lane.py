"""One transaction, two hands: a thread executes the statements whose answer nobody awaits while Python goes on computing.

A connection does one thing at a time, so everything waits its turn here. `soon` keeps the order: the next statement of the program
comes after it. `whenever` fills the gaps: bulk that goes in when the connection would idle, and before any statement that names its
table. A statement that fails stops the lane, and whoever comes next gets its error, as if it had been executed in its place.
Inside a savepoint, which may be rolled back, the thread rests and everything is done at once.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, Thread
from types import TracebackType
from typing import Any, Self

from psycopg import Connection, Copy, Cursor
from psycopg.abc import Params, Query

from .wire import DUMPERS, columns

Task = Callable[[Cursor], object]


class Lane:
    """The lane of one transaction on a connection; leaving it waits until everything is done, or throws it away after an error.

    For a little work, not worth a thread, everything is done at once.
    """

    def __init__(self, connection: Connection, *, is_worth_a_thread: bool = True) -> None:
        self.cursor = LaneCursor(connection, self)
        self._own = ColumnCursor(connection)
        self._soon: deque[Task] = deque()
        self._whenever: deque[tuple[str, Task]] = deque()
        self._change = Condition()
        self._is_running = self._is_wanted = self._is_closed = False
        self._savepoints = 0
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
                self._soon.clear()
                self._whenever.clear()
                self._change.notify_all()
            if self._thread is not None:
                self._thread.join()
            self._own.close()

    def soon(self, task: Task) -> None:
        """Have something done before the program's next statement."""
        if not self._is_done_at_once(task):
            with self._change:
                self._soon.append(task)
                self._change.notify_all()

    def whenever(self, table: str, task: Task) -> None:
        """Have a table written when there is time, at the latest before the next statement that names it."""
        if not self._is_done_at_once(task):
            with self._change:
                self._whenever.append((table, task))
                self._change.notify_all()

    def settle(self) -> None:
        """Wait until everything is done."""
        with self._turn(is_after_all=True):
            pass

    @contextmanager
    def turn(self, query: Query) -> Iterator[None]:
        """The program's own statement: after all that must come before it."""
        with self._change:
            tables = {table for table, _ in self._whenever}
        is_savepoint = isinstance(query, str) and query.startswith("SAVEPOINT")
        with self._turn(is_after_all=is_savepoint or not isinstance(query, str) or any(table in query for table in tables)):
            self._savepoints += is_savepoint
            yield
            self._savepoints -= isinstance(query, str) and query.startswith("RELEASE SAVEPOINT")

    def _is_done_at_once(self, task: Task) -> bool:
        if self._thread is not None and not self._savepoints:
            return False
        with self._turn(is_after_all=True):
            task(self._own)
        return True

    @contextmanager
    def _turn(self, *, is_after_all: bool) -> Iterator[None]:
        with self._change:
            self._is_wanted = not is_after_all
            while self._is_running or self._soon or (is_after_all and self._whenever):
                self._change.wait()
            self._is_wanted = True
        try:
            if self._error is not None:
                raise self._error
            yield
        finally:
            with self._change:
                self._is_wanted = self._savepoints > 0
                self._change.notify_all()

    def _work(self) -> None:
        while (task := self._next()) is not None:
            try:
                task(self._own)
            except BaseException as error:  # whatever it is, it is raised where the program is
                self._error = error
            with self._change:
                self._is_running = False
                if self._error is not None:
                    self._soon.clear()
                    self._whenever.clear()
                self._change.notify_all()

    def _next(self) -> Task | None:
        with self._change:
            while not self._is_closed:
                if self._soon or (self._whenever and not self._is_wanted):
                    self._is_running = True
                    return self._soon.popleft() if self._soon else self._whenever.popleft()[1]
                self._change.wait()
        return None


class ColumnCursor(Cursor):
    """A cursor that sends lists in binary form."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        for kind, dumper in DUMPERS.items():
            self.adapters.register_dumper(kind, dumper)

    def execute(self, query: Any, params: Params | None = None, **given: Any) -> Self:
        return super().execute(query, columns(params), **given)


class LaneCursor(ColumnCursor):
    """The program's cursor: it keeps its place among what the lane does."""

    def __init__(self, connection: Connection, lane: Lane) -> None:
        super().__init__(connection)
        self.lane = lane

    def execute(self, query: Any, params: Params | None = None, **given: Any) -> Self:
        with self.lane.turn(query):
            return super().execute(query, params, **given)

    @contextmanager
    def copy(self, statement: Any, params: Params | None = None, **given: Any) -> Iterator[Copy]:
        with self.lane.turn(statement), super().copy(statement, params, **given) as copy:
            yield copy


def soon(cursor: Cursor, task: Task) -> None:
    """Hand a task to the cursor's lane, if it has one; else it is done at once."""
    if isinstance(cursor, LaneCursor):
        cursor.lane.soon(task)
    else:
        task(cursor)


def whenever(cursor: Cursor, table: str, task: Task) -> None:
    """The same for a table that nothing else of the transaction needs soon."""
    if isinstance(cursor, LaneCursor):
        cursor.lane.whenever(table, task)
    else:
        task(cursor)
