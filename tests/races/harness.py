"""Racers: threads with connections of their own that do one thing at once. One is stopped before a chosen statement until the others
have gone as far as they can; or it is a process, and killed there.

A *step* is a statement, a COPY or a commit; the instant after the last commit is a step too (the answer was lost, the deed was done).
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from django.db import connection, connections

from siyu.lib.refusal import Refusal

PATIENCE_S = 60.0  # of a race as a whole
LOOK_S = 0.003  # between two looks at who waits for a lock
MOST_STEPS = 400  # of one call
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s) AND wait_event_type = 'Lock'"

Act = Callable[[int], object]
_racer = threading.local()  # .before: what a racer's thread does before each step


class Won(NamedTuple):
    """What a racer got: an answer, or the code of a refusal."""

    answer: object
    code: str = ""


class Ready(NamedTuple):
    """A prepared scene: what racer number n does, and whether what stands afterwards is right."""

    act: Act
    is_right: Callable[[], bool]


class Race(NamedTuple):
    """`winners` of all racers succeed (None: all, with equal answers); the others get one of the codes of `losers`."""

    prepare: Callable[[Any], Ready]
    winners: int | None
    losers: frozenset[str]
    again: frozenset[str]  # what a racer may get that was killed after its deed and asks again (nothing: its own answer)

    @property
    def name(self) -> str:
        return self.prepare.__name__


@contextmanager
def stepping() -> Iterator[None]:
    """Let every step of a racer's connections be seen first."""
    execute, copy, commit = psycopg.Cursor.execute, psycopg.Cursor.copy, psycopg.Connection.commit

    def seen(step: Callable[..., Any], *, is_commit: bool = False) -> Callable[..., Any]:
        def taken(self: Any, *arguments: Any, **named: Any) -> Any:
            before = getattr(_racer, "before", None)
            if before is None:
                return step(self, *arguments, **named)
            before("COMMIT" if is_commit else str(arguments[0]), arguments[1] if len(arguments) > 1 else None)
            done = step(self, *arguments, **named)
            if is_commit:
                before("", None)
            return done

        return taken

    psycopg.Cursor.execute, psycopg.Cursor.copy = seen(execute), seen(copy)  # type: ignore[method-assign]
    psycopg.Connection.commit = seen(commit, is_commit=True)  # type: ignore[method-assign]
    try:
        yield
    finally:
        psycopg.Cursor.execute, psycopg.Cursor.copy, psycopg.Connection.commit = execute, copy, commit  # type: ignore[method-assign]


def run(act: Act, racers: int, observer: str, *, stop_at: int = 0) -> list[Won]:
    """Let racers 0 … n-1 act. Racer 0 stops before its step number `stop_at` (from 1; 0: nowhere), and only then the others begin."""
    line = Line(racers, observer)
    got: list[Won | BaseException] = [Won(None)] * racers

    def race(number: int) -> None:
        try:
            line.enter(number, stop_at)
            got[number] = attempt(act, number)
        except BaseException as error:
            got[number] = error
        finally:
            _racer.before = None
            connections.close_all()
            line.leave(number)

    threads = [threading.Thread(target=race, args=(number,), daemon=True) for number in range(racers)]
    with stepping():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_S)
    assert not any(thread.is_alive() for thread in threads), "a racer never came home"
    for one in got:
        if isinstance(one, BaseException):
            raise one
    return got  # type: ignore[return-value]


def attempt(act: Act, number: int) -> Won:
    """What one racer gets; anything but an answer or a refusal is a fault of the product."""
    try:
        return Won(act(number))
    except Refusal as refusal:
        return Won(None, refusal.code)


class Line:
    """Where racers stand: who has begun, who is home, who waits for a lock."""

    def __init__(self, racers: int, observer: str) -> None:
        self.pids: dict[int, int] = {}
        self.racers, self.observer = racers, observer
        self.opened = threading.Event()  # the others may begin
        self.all_in = threading.Barrier(racers)

    def enter(self, number: int, stop_at: int) -> None:
        connection.ensure_connection()
        self.pids[number] = connection.connection.info.backend_pid
        self.all_in.wait(PATIENCE_S)
        if number == 0 and stop_at:
            _racer.before = at_step(stop_at, self.let_others_go)
        elif stop_at:
            self.opened.wait(PATIENCE_S)

    def let_others_go(self) -> None:
        """Wait until all others are home or wait for a lock, seen twice."""
        self.opened.set()
        seen, deadline = 0, time.monotonic() + PATIENCE_S
        with psycopg.connect(self.observer, autocommit=True) as watching:
            while seen < 2 and time.monotonic() < deadline:
                others = [pid for number, pid in list(self.pids.items()) if number]
                row = watching.execute(WAITING, [others]).fetchone()
                seen = seen + 1 if row is not None and row[0] == len(others) else 0
                time.sleep(LOOK_S)

    def leave(self, number: int) -> None:
        del self.pids[number]
        self.opened.set()


def at_step(number: int, does: Callable[[], None]) -> Callable[[str, Any], None]:
    """Do something once, before the step of this number."""
    count = 0

    def before(_statement: str, _arguments: Any) -> None:
        nonlocal count
        count += 1
        if count == number:
            held, _racer.before = _racer.before, None
            does()
            _racer.before = held

    return before


def steps(act: Act) -> list[tuple[str, Any]]:
    """The steps of one call by racer 0, with what each was given."""
    taken: list[tuple[str, Any]] = []
    _racer.before = lambda statement, arguments: taken.append((statement, arguments))
    try:
        with stepping():
            attempt(act, 0)
    finally:
        _racer.before = None
    return taken


def killed(act: Act, at: int) -> bool:
    """Let a process of its own act as racer 0 and die by SIGKILL before a step; whether it got that far."""
    connections.close_all()  # the child inherits none
    child = os.fork()
    if child == 0:
        _racer.before = at_step(at, lambda: os.kill(os.getpid(), signal.SIGKILL))
        try:
            with stepping():
                attempt(act, 0)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)
