"""The process beside the pump: it opens envelopes ahead, because decrypting, translating, checking and hashing take as long as all
that the pump does itself and need nothing but the inbox.

It is told where to read on its standard input, and sends frames of messages to its standard output until the inbox is empty; it
ends when the pump does. It starts without Django's rooms, which would take it a second.
"""

import gc
import os
import sys
from datetime import UTC, date
from typing import IO, Any

import msgspec
import psycopg
from psycopg import Cursor

from siyu.lib.sql import statements
from siyu.merchant.book import SettingsBook

from .intake import Envelope, Unreadable
from .message import Message, Reader

_inbox = statements("siyu.facts", "inbox")

PORTION, PORTION_ENVELOPES = 2_500, 250  # messages (of so many envelopes) that are opened at once
RARE_COLLECTIONS = (200_000, 20, 50)  # thousands of objects and few circles: looking for them as often as usual costs a fifth of the time
NICENESS = 15  # it works where the pump and PostgreSQL leave room: it is ahead of them
_messages = msgspec.msgpack.Decoder(list[Message])
_messages_as_json = msgspec.json.Decoder(list[Message])
_encoder = msgspec.msgpack.Encoder()


class Task(msgspec.Struct):
    """What the process is told: which database, the settings' dated values, the last envelope it shall not open."""

    database: str
    settings: dict[str, list[tuple[date, Any]]]
    after: int


_task = msgspec.json.Decoder(Task)


def take(cursor: Cursor, book: SettingsBook, after: int, messages: int = PORTION, envelopes: int = PORTION_ENVELOPES) -> list[Envelope]:
    """The oldest envelopes behind a number, as many as hold so many messages."""
    cursor.execute(_inbox.take, {"after": after, "messages": messages, "envelopes": envelopes})
    return [
        Envelope(number, received_at.astimezone(UTC), source_id, form, count, done, bytes(payload), book.currency(received_at.date()))
        for number, received_at, source_id, form, count, done, payload in cursor.fetchall()
    ]


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


def _frame(reader: Reader, envelopes: list[Envelope]) -> bytes:
    try:
        messages = [message for envelope in envelopes for message in reader.read(envelope)]
    except Unreadable as error:
        return b"u" + str(error).encode()
    try:
        return b"m" + _encoder.encode(messages)
    except OverflowError:  # an integer beyond 64 bits
        return b"j" + msgspec.json.encode(messages)


def decoded(frame: bytes) -> list[Message] | Unreadable:
    if frame[:1] == b"u":
        return Unreadable(frame[1:].decode())
    return (_messages if frame[:1] == b"m" else _messages_as_json).decode(frame[1:])


def output() -> IO[bytes]:
    """The standard output, always buffered: with PYTHONUNBUFFERED a write that a signal interrupts would lose the rest of a frame."""
    return open(sys.stdout.fileno(), "wb", closefd=False)


def main() -> None:
    """The process."""
    gc.set_threshold(*RARE_COLLECTIONS)
    os.nice(NICENESS)
    with output() as sink:
        serve(_task.decode(sys.stdin.buffer.read()), sink)
