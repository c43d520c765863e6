"""Waits until recorded facts are in the log: pumps itself where no worker does."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import psycopg

from .. import pump
from . import queries

PORTION = 10_000  # messages between two words of progress
LOOK_EVERY_S = 0.5  # while a worker pumps
GIVE_UP_AFTER_S = 600  # without any progress
FAILURES = 5  # of the database in passing, in a row


@dataclass(frozen=True, slots=True)
class Drained:
    """Whether all came through; else how many messages wait, and why."""

    waiting: int = 0
    because: str = ""


def drain(clock: Callable[[], datetime], progress: Callable[[int, int], None]) -> Drained:
    """Let everything that is in the inbox now be handled, by a worker or here; `progress(done, of)` counts messages."""
    until = queries.newest_envelope()
    whole = waiting = queries.waiting(until)
    moved_at, failures = time.monotonic(), 0
    while waiting:
        progress(whole - waiting, whole)
        try:
            report = pump.pump(clock(), messages=min(PORTION, waiting))
            failures = 0
        except psycopg.OperationalError as error:
            failures += 1
            if failures >= FAILURES:
                return Drained(waiting, f"the database fails ({type(error).__name__}); the facts are safe and come in when it is back")
            time.sleep(LOOK_EVERY_S)
            continue
        if report.stopped:
            return Drained(waiting, f"the pump stands still ({report.stopped}); see the alarm; nothing is lost")
        if report.is_busy:
            time.sleep(LOOK_EVERY_S)
        before, waiting = waiting, queries.waiting(until)
        moved_at = time.monotonic() if waiting < before else moved_at
        if time.monotonic() - moved_at > GIVE_UP_AFTER_S:
            return Drained(waiting, "the inbox does not get emptier; the worker goes on with it")
    progress(whole, whole)
    return Drained()
