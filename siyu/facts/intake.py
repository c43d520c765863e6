"""From an envelope to messages the pump can handle: decrypt, decode, translate, check; what cannot pass says why."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec

from siyu.lib.crypto import decrypt, encrypt
from siyu.lib.money import MAX_MINOR
from siyu.lib.wired import imported, table

from . import segment
from .catalogue import BY_NAME
from .names import MAX_NAME
from .rules import FactError, Incoming

_decoder = msgspec.json.Decoder(list[Incoming])
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str, int, float),
    "integer": (int,),
    "decimal": (str, int, float),
    "boolean": (bool,),
    "object": (dict,),
    "list": (list,),
}
_FINE = {  # what needs no second look
    "string": frozenset((str,)),
    "integer": frozenset[type](),
    "decimal": frozenset((str, int, float)),
    "boolean": frozenset((bool,)),
    "object": frozenset((dict,)),
    "list": frozenset((list,)),
}
MAX_TEXT = 10_000
DEFAULT_SHOP = "online"  # where an SDK's orders are made unless they name a shop


class Unreadable(Exception):
    """An envelope that cannot be opened: its key is missing, or its bytes were changed. The pump stops; nothing is dropped."""


class Envelope(msgspec.Struct):
    """One row of the inbox; `currency` is the merchant's on the day it came."""

    number: int
    received_at: datetime
    source_id: int
    form: str
    messages: int
    done: int
    payload: bytes
    currency: str


class Item(msgspec.Struct):
    """One message as it came: either a fact to be, or the reason (`code`, `because`) why not."""

    envelope: int
    handled: int  # how many messages of the envelope are handled when this one is
    is_last: bool
    source_id: int
    received_at: datetime
    incoming: Incoming | None = None
    body: bytes = b""  # a refused message as it came: a Segment body of one
    code: str = ""
    because: str = ""


def open_envelope(envelope: Envelope) -> list[Item]:
    """The messages of one inbox row that are not handled yet. Raises `Unreadable` when it cannot be opened at all."""
    said = _decoded(envelope)
    count = len(said.batch if isinstance(said, segment.Body) else said)
    return [_item(envelope, said, index, count) for index in range(envelope.done, count)]


def open_messages(envelope: Envelope, places: Iterable[int]) -> list[Item]:
    """Some messages of an envelope, as they came."""
    said = _decoded(envelope)
    return [_item(envelope, said, index, 0) for index in places]


def _decoded(envelope: Envelope) -> segment.Body | list[Incoming]:
    try:
        plain = decrypt(envelope.payload)
        return segment.decode(plain) if envelope.form == "s" else _decoder.decode(plain)
    except (ValueError, msgspec.MsgspecError) as error:
        raise Unreadable(f"envelope {envelope.number}: {error}") from error


def _item(envelope: Envelope, said: segment.Body | list[Incoming], index: int, count: int) -> Item:
    item = Item(envelope.number, index + 1, index + 1 == count, envelope.source_id, envelope.received_at)
    try:
        if isinstance(said, segment.Body):
            item.incoming = segment.translate(
                said.batch[index], said, envelope.received_at, index=index, currency=envelope.currency, shop=DEFAULT_SHOP
            )
        else:
            item.incoming = said[index]
        check(item.incoming, envelope.currency)
    except Exception as error:
        refused = as_refusal(error)
        item.code, item.because = refused.code, refused.because
        if isinstance(said, segment.Body):
            item.body = segment.alone(said, index)
    return item


def as_refusal(error: Exception) -> FactError:
    """What a message is told that cannot be read."""
    return error if isinstance(error, FactError) else FactError(f"unreadable.{type(error).__name__}", "this message cannot be read")


def check(incoming: Incoming, currency: str) -> None:
    """Raise `FactError` for a known fact that lacks a property, has one of another type, or counts in another currency."""
    if not incoming.name or len(incoming.name) > MAX_NAME:
        raise FactError("fact.name", f"a fact's name has 1 to {MAX_NAME} characters")
    if incoming.occurred_at.tzinfo is None:
        raise FactError("fact.time", "occurred_at needs a time zone")
    demands = _demands(incoming.name)
    if demands is None:
        return
    properties = incoming.properties
    for name in demands.required:
        value = properties.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            raise FactError("property.missing", f"{incoming.name} needs the property {name}")
    for name, value in properties.items():
        if value is None or (fine := demands.fine.get(name)) is None:
            continue
        form = type(value)
        if form not in fine or (form is str and len(value) > MAX_TEXT):
            _check_type(incoming.name, name, demands.types[name], value)
    if (given := properties.get("currency")) and given != currency:
        raise FactError("currency.other", f"this merchant counts in {currency}, not in {given}: convert the amounts before sending")
    for rule in demands.rules:
        rule(incoming.name, properties)


class _Demands(msgspec.Struct, frozen=True):
    """What is asked of a fact of a name: `rules` are what its room demands beyond the catalogue (`wiring.CHECKS`)."""

    types: dict[str, str]
    fine: dict[str, frozenset[type]]
    required: list[str]
    rules: list[Any]


@lru_cache(maxsize=1_000)
def _demands(name: str) -> _Demands | None:
    if (known := BY_NAME.get(name)) is None:
        return None
    return _Demands(
        types={declared.name: declared.type for declared in known.properties},
        fine={declared.name: _FINE[declared.type] for declared in known.properties},
        required=[declared.name for declared in known.properties if declared.is_required],
        rules=[imported(path) for prefix, path in table("CHECKS").items() if name.startswith(prefix)],
    )


def _check_type(fact: str, name: str, kind: str, value: Any) -> None:
    if value == "":
        return
    if not isinstance(value, _TYPES[kind]) or (kind in ("integer", "decimal") and isinstance(value, bool)):
        raise FactError("property.type", f"{fact}: {name} must be of type {kind}, not {type(value).__name__}")
    if isinstance(value, int) and kind == "integer" and not -MAX_MINOR <= value <= MAX_MINOR:
        raise FactError("property.range", f"{fact}: {name} is out of range")
    if kind == "string" and isinstance(value, str) and len(value) > MAX_TEXT:
        raise FactError("property.length", f"{fact}: {name} is longer than {MAX_TEXT} characters")


def quarantine_columns(items: list[tuple[Item, FactError]]) -> dict[str, list[Any]]:
    """Rows for the quarantine: each message alone in an encrypted payload that can be replayed."""
    columns: dict[str, list[Any]] = {
        key: [] for key in ("received_at", "source_id", "form", "code", "because", "name", "message", "payload")
    }
    for item, error in items:
        plain = item.body or msgspec.json.encode([item.incoming])
        columns["received_at"].append(item.received_at)
        columns["source_id"].append(item.source_id)
        columns["form"].append("s" if item.body else "f")
        columns["code"].append(error.code)
        columns["because"].append(told(error))
        columns["name"].append(item.incoming.name[:200] if item.incoming else "")
        columns["message"].append(message_hash(item.incoming.message if item.incoming else plain))
        columns["payload"].append(encrypt(plain))
    return columns


def told(error: FactError) -> str:
    """A reason as the quarantine keeps it; it may quote what cannot be stored."""
    return error.because[:2000].replace("\x00", "\ufffd")


def message_hash(text: str | bytes) -> UUID:
    """`digest` as PostgreSQL keeps it."""
    return UUID(bytes=digest(text))


def digest(text: str | bytes) -> bytes:
    """The 128 bits by which repetitions of a message (or of a natural key) are known."""
    return blake2b(text.encode() if isinstance(text, str) else text, digest_size=16).digest()
