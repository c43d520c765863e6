"""Opening envelopes ahead of the pump: in a process beside it when much waits, because decrypting and translating take a third of
a batch's time and need nothing of the database; in place when little does.

`python -m siyu.facts.opening` is that process: frames of envelopes come in at its standard input, frames of messages go out;
it ends when the pump does.
"""

import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, Protocol

import msgspec

from .intake import Envelope, Item, Unreadable, open_envelope

log = logging.getLogger(__name__)
_rows = msgspec.msgpack.Decoder(list[Envelope])
_items = msgspec.msgpack.Decoder(list[Item])
_items_as_json = msgspec.json.Decoder(list[Item])


class Opener(Protocol):
    """Envelopes are handed over by `submit`; `result` gives their messages, in order. One hand-over at a time."""

    def submit(self, envelopes: list[Envelope]) -> None: ...

    def result(self) -> list[Item]: ...


class InPlace:
    """Opens what was handed over when its messages are asked for."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    def submit(self, envelopes: list[Envelope]) -> None:
        self.envelopes = envelopes

    def result(self) -> list[Item]:
        return [item for envelope in self.envelopes for item in open_envelope(envelope)]


class Beside(InPlace):
    """Opens in another process; what that process cannot answer for is opened in place."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__()
        self.process = process

    def submit(self, envelopes: list[Envelope]) -> None:
        super().submit(envelopes)
        try:
            _send(self.process.stdin, msgspec.msgpack.encode(envelopes))
        except OSError as error:
            log.warning("envelopes are opened in place: %s", type(error).__name__)

    def result(self) -> list[Item]:
        frame = _receive(self.process.stdout)
        if frame is None:
            return super().result()
        if frame[:1] == b"u":
            raise Unreadable(frame[1:].decode())
        return _items.decode(frame[1:]) if frame[:1] == b"m" else _items_as_json.decode(frame[1:])


@contextmanager
def opener(*, much: bool) -> Iterator[Opener]:
    """The way of opening that fits what waits."""
    if not much:
        yield InPlace()
        return
    with subprocess.Popen([sys.executable, "-m", "siyu.facts.opening"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield Beside(process)
        finally:
            process.kill()


def _send(pipe: IO[bytes] | None, frame: bytes) -> None:
    assert pipe is not None
    pipe.write(len(frame).to_bytes(4, "big") + frame)
    pipe.flush()


def _receive(pipe: IO[bytes] | None) -> bytes | None:
    """The next frame; None when the other side has ended."""
    assert pipe is not None
    head = pipe.read(4)
    if len(head) < 4:
        return None
    frame = pipe.read(int.from_bytes(head, "big"))
    return frame if len(frame) == int.from_bytes(head, "big") else None


def _answer(frame: bytes) -> bytes:
    try:
        items = [item for envelope in _rows.decode(frame) for item in open_envelope(envelope)]
    except Unreadable as error:
        return b"u" + str(error).encode()
    try:
        return b"m" + msgspec.msgpack.encode(items)
    except OverflowError:  # an integer beyond 64 bits
        return b"j" + msgspec.json.encode(items)


def serve(source: Any, sink: Any) -> None:
    """Answer frames until the other side ends."""
    while (frame := _receive(source)) is not None:
        _send(sink, _answer(frame))


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
