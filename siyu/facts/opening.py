"""Opening envelopes ahead of the pump: in a process beside it (`ahead`) when much waits, in place when little does."""

import fcntl
import logging
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager, nullcontext, suppress
from queue import Empty, Queue
from threading import Thread
from typing import IO

import msgspec
from django.db import connection
from psycopg.conninfo import make_conninfo

from siyu.merchant.book import SettingsBook

from .ahead import Task, decoded, take
from .intake import Envelope, Unreadable
from .message import Message, Reader

log = logging.getLogger(__name__)

WORTH_A_PROCESS = 10_000  # messages that wait, for another process to open what comes after them
AHEAD = 16  # portions that wait opened: more than a batch
PIPE_BYTES = 1 << 20
PROGRAM = "from siyu.facts.ahead import main; main()"


def opened(book: SettingsBook, limit: int | None) -> Generator[list[Message]]:
    """The messages of the inbox in its order, portion by portion, at least `limit` if there are so many. Raises `Unreadable`."""
    reader, after = Reader(book), 0
    with connection.cursor() as cursor:
        waiting = take(cursor.cursor, book, 0, WORTH_A_PROCESS, WORTH_A_PROCESS)
    if waiting:
        after = waiting[-1].number
        much = sum(envelope.messages for envelope in waiting) >= WORTH_A_PROCESS and (limit is None or limit >= 2 * WORTH_A_PROCESS)
        with _beside(book, after) if much and not connection.in_atomic_block else nullcontext() as ahead:
            for envelope in waiting:  # meanwhile the process starts
                yield reader.read(envelope)
            if ahead is not None:
                yield from ahead
                after = ahead.after
    while waiting := _take(book, after):
        after = waiting[-1].number
        yield [message for envelope in waiting for message in reader.read(envelope)]


def _take(book: SettingsBook, after: int) -> list[Envelope]:
    with connection.cursor() as cursor:  # what only this transaction sees is opened in place
        return take(cursor.cursor, book, after)


class _Ahead:
    """The portions that another process has opened. `after`: the last envelope of which all is served; what it left is opened in place."""

    def __init__(self, process: subprocess.Popen[bytes], after: int) -> None:
        self.process, self.after = process, after
        self.portions: Queue[list[Message] | Unreadable | None] = Queue(AHEAD)
        self.receiving = Thread(target=self._receive, name="opened", daemon=True)
        self.receiving.start()

    def _receive(self) -> None:
        """Decode here, where it costs no time while the pump waits for the database."""
        assert self.process.stdout is not None
        try:
            while (frame := _receive(self.process.stdout)) is not None:
                self.portions.put(decoded(frame))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            log.warning("the process that opens envelopes sent what cannot be read (%s) and is ended", type(error).__name__)
            self.process.kill()  # nobody reads on: it would wait for ever, and the pump for it
        finally:
            self.portions.put(None)

    def __iter__(self) -> Iterator[list[Message]]:
        while (portion := self.portions.get()) is not None:
            if isinstance(portion, Unreadable):
                raise portion
            yield portion
            self.after = portion[-1].envelope
        if self.process.wait():
            log.warning("the process that opens envelopes ended with %s; the rest is opened in place", self.process.returncode)

    def end(self) -> None:
        self.process.kill()
        while self.receiving.is_alive():  # it may wait for room
            with suppress(Empty):
                self.portions.get(timeout=0.05)


@contextmanager
def _beside(book: SettingsBook, after: int) -> Iterator[_Ahead]:
    info = connection.connection.info
    database = make_conninfo(**info.get_parameters(), password=info.password)
    task = Task(database, {name: list(dated) for name, dated in book.values.items()}, after)
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        if hasattr(fcntl, "F_SETPIPE_SZ"):
            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        ahead = _Ahead(process, after)
        try:
            with suppress(BrokenPipeError):  # it has ended already: everything is opened in place
                process.stdin.write(msgspec.json.encode(task))
                process.stdin.close()
            yield ahead
        finally:
            ahead.end()


def _receive(pipe: IO[bytes]) -> bytes | None:
    """The next frame; None when the other side has ended."""
    head = pipe.read(4)
    if len(head) < 4:
        return None
    frame = pipe.read(int.from_bytes(head, "big"))
    return frame if len(frame) == int.from_bytes(head, "big") else None
