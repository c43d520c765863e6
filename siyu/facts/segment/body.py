"""One request body: its messages still raw, and what the batch says for all of them (context, sentAt, write key)."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import msgspec

from ..rules import FactError
from .context import EMPTY, Context, read_context
from .times import read_time

MAX_BODY = 500 * 1024  # bytes of a batch, decompressed
MAX_MESSAGE = 32 * 1024  # bytes of a single request, and of each message in a batch
MAX_MESSAGES = 2_500  # in a batch; what is over is rejected, the rest kept
MAX_DEPTH = 100  # of a message's lists and objects in one another
TYPES = frozenset(("identify", "track", "page", "screen", "group", "alias"))


class _Wire(msgspec.Struct):
    batch: list[msgspec.Raw]
    context: msgspec.Raw = msgspec.Raw()
    sentAt: Any = None
    writeKey: Any = None
    type: str = msgspec.field(default="", name="$type")  # no SDK sends it: `wrap` does


class Body(msgspec.Struct, kw_only=True):
    """A decoded batch. `type` is set when the endpoint gave it (a single request, wrapped), and then wins over the message's own.

    `integrations` says which of Segment's destinations get a copy; we are none of them, so it is read past.
    """

    batch: list[msgspec.Raw]
    context: Context = EMPTY
    sent_at: datetime | None = None
    write_key: str = ""
    type: str = ""
    raw_context: msgspec.Raw = msgspec.Raw()
    may_hold_null: bool = False  # U+0000, in a text of any of its messages


_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*+"')
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_body = msgspec.json.Decoder(_Wire)


def decode(payload: bytes) -> Body:
    """A batch body; raises `FactError` (`json.invalid`, `body.invalid`). Its messages are looked at one by one by `translate`.

    A context larger than a message may be is passed over: whatever is kept of a message alone repeats it.
    """
    try:
        wire = _read(payload)
    except msgspec.ValidationError as error:
        raise FactError("body.invalid", f"the body must be an object with a list `batch` of messages: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FactError("json.invalid", f"the body is not JSON: {error}") from error
    context = wire.context if len(wire.context) <= MAX_MESSAGE else msgspec.Raw()
    return Body(
        batch=wire.batch,
        context=read_context(context),
        sent_at=read_time(wire.sentAt),
        write_key=wire.writeKey.strip() if isinstance(wire.writeKey, str) else "",
        type=wire.type,
        raw_context=context,
        may_hold_null=b"\\u0000" in payload,
    )


def _read(payload: bytes) -> _Wire:
    """How deep a body may be nested depends on the calls that lie above its reading: in a thread of its own they are always the same,
    so that the pump reads whatever the door let in."""
    try:
        return _body.decode(payload)
    except RecursionError:
        with ThreadPoolExecutor(1) as alone:
            return alone.submit(_body.decode, payload).result()


def is_too_deep(message: msgspec.Raw | bytes) -> bool:
    """Whether a message is nested so deep that some later step could not follow it."""
    raw = bytes(message)
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        return False
    depth = deepest = 0
    for sign in _TEXT.sub(b"", raw).translate(None, _NO_BRACKETS):
        depth += 1 if sign in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest > MAX_DEPTH


def wrap(type_: str, message: bytes) -> bytes:
    """A single request's body in the form of a batch of one, with the endpoint's type."""
    return b'{"$type":"%b","batch":[%b]}' % (type_.encode(), message)


def alone(body: Body, index: int) -> bytes:
    """One message as a body of one, with what the batch says for it and without the write key: what a quarantine keeps."""
    return b'{"$type":%b,"sentAt":%b,"context":%b,"batch":[%b]}' % (
        msgspec.json.encode(body.type),
        msgspec.json.encode(body.sent_at),
        bytes(body.raw_context) or b"null",
        bytes(body.batch[index]),
    )
