"""Opening envelopes ahead of the pump: in a process beside it when much waits, because decrypting, translating and hashing take
as long as all that the pump does itself and need nothing but the inbox; in place when little does.

That process is told where to read on its standard input, and sends frames of messages to its standard output until the inbox is
empty; it ends when the pump does.
"""

import fcntl
import gc
import logging
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import date
from queue import Empty, Queue
from threading import Thread
from typing import IO, Any

import msgspec
import psycopg
from django.db import connection
from psycopg import Cursor
from psycopg.conninfo import make_conninfo

from siyu.lib.sql import statements
from siyu.merchant.queries import SettingsBook

from .intake import Envelope, Unreadable
from .message import Message, Reader

log = logging.getLogger(__name__)
_inbox = statements("siyu.facts", "inbox")

PORTION, PORTION_ENVELOPES = 2_500, 250  # messages (of so many envelopes) that are opened at once
WORTH_A_PROCESS = 10_000  # messages that wait, for another process to open what comes after them
AHEAD = 8  # portions that wait opened: more than a batch
PIPE_BYTES = 1 << 20
RARE_COLLECTIONS = (200_000, 20, 50)  # thousands of objects and few circles: looking for them as often as usual costs a fifth of the time
PROGRAM = "import django; django.setup(); from siyu.facts.opening import main; main()"
_messages = msgspec.msgpack.Decoder(list[Message])
_messages_as_json = msgspec.json.Decoder(list[Message])
_encoder = msgspec.msgpack.Encoder()


class Task(msgspec.Struct):
    """What the process beside the pump is told: which database, the settings' dated values, the last envelope it shall not open."""

    database: str
    settings: dict[str, list[tuple[date, Any]]]
    after: int


_task = msgspec.json.Decoder(Task)


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


def take(cursor: Cursor, book: SettingsBook, after: int, messages: int = PORTION, envelopes: int = PORTION_ENVELOPES) -> list[Envelope]:
    """The oldest envelopes behind a number, as many as hold so many messages."""
    cursor.execute(_inbox.take, {"after": after, "messages": messages, "envelopes": envelopes})
    return [
        Envelope(number, received_at, source_id, form, count, done, bytes(payload), book.currency(received_at.date()))
        for number, received_at, source_id, form, count, done, payload in cursor.fetchall()
    ]


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
                self.portions.put(_decoded(frame))
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


def serve(task: Task, sink: IO[bytes]) -> None:
    """Open what waits, to the end of the inbox or to the first envelope that cannot be opened."""
    book = SettingsBook({name: tuple(dated) for name, dated in task.settings.items()})
    reader, after = Reader(book), task.after
    with psycopg.connect(task.database, autocommit=True) as own, own.cursor(binary=True) as cursor:
        while waiting := take(cursor, book, after):
            after = waiting[-1].number
            frame = _frame(reader, waiting)
            sink.write(len(frame).to_bytes(4, "big") + frame)
            sink.flush()


def _decoded(frame: bytes) -> list[Message] | Unreadable:
    if frame[:1] == b"u":
        return Unreadable(frame[1:].decode())
    return (_messages if frame[:1] == b"m" else _messages_as_json).decode(frame[1:])


def _frame(reader: Reader, envelopes: list[Envelope]) -> bytes:
    try:
        messages = [message for envelope in envelopes for message in reader.read(envelope)]
    except Unreadable as error:
        return b"u" + str(error).encode()
    try:
        return b"m" + _encoder.encode(messages)
    except OverflowError:  # an integer beyond 64 bits
        return b"j" + msgspec.json.encode(messages)


def main() -> None:
    """The process beside the pump."""
    gc.set_threshold(*RARE_COLLECTIONS)
    serve(_task.decode(sys.stdin.buffer.read()), sys.stdout.buffer)
