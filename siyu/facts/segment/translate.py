"""One message → one fact: its name, its time, its handles, its properties."""

from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import msgspec

from siyu.lib.texts import is_storable

from ..catalogue import BY_SEGMENT, KNOWN
from ..names import MAX_NAME
from ..rules import FactError, Handle, Incoming
from .body import MAX_DEPTH, MAX_MESSAGE, MAX_MESSAGES, TYPES, Body, is_too_deep
from .commerce import natural_key, restate
from .context import EMPTY, MAX_ID, describe, external_handles, host_of, merged, path_of, read_context, read_id, trait_handles
from .times import correct, read_time

RESERVED = tuple(known.name for known in KNOWN if known.is_derived)  # what only siyu itself may say

_NAMES = {
    "identify": "member.identified",
    "alias": "member.aliased",
    "group": "member.grouped",
    "page": "page.viewed",
    "screen": "screen.viewed",
}


class _Message(msgspec.Struct, kw_only=True):
    type: Any = None
    event: Any = None
    userId: Any = None
    anonymousId: Any = None
    previousId: Any = None
    groupId: Any = None
    messageId: Any = None
    timestamp: Any = None
    sentAt: Any = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: msgspec.Raw = msgspec.Raw()
    name: Any = None
    category: Any = None


_decode = msgspec.json.Decoder(_Message).decode


def translate(message: msgspec.Raw, body: Body, received_at: datetime, *, index: int, currency: str, shop: str) -> Incoming:
    """The fact that the `index`-th message of a body tells, money in minor units of `currency`, `shop` unless it names one.

    Raises `FactError`: `message.too_large`, `message.surplus`, `message.invalid`, `message.type`, `message.identity`,
    `message.event`, `message.alias`, `message.group`, `message.reserved`, `message.null_character`, and those of
    `commerce.restate`. The same body, receipt and index always give the same fact.
    """
    if len(message) > MAX_MESSAGE or index >= MAX_MESSAGES:
        _refuse_much(message, index)
    if is_too_deep(message):
        raise FactError("message.invalid", f"a message is nested at most {MAX_DEPTH} deep")
    try:
        said = _decode(message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FactError("message.invalid", f"not a message: {error}") from error
    type_ = body.type or said.type
    if not isinstance(type_, str) or type_ not in TYPES:
        raise FactError("message.type", f"`type` must be one of {', '.join(sorted(TYPES))}, not {type_!r:.60}")
    name = _NAMES.get(type_) or _event(said.event if isinstance(said.event, str) else "")
    own = said.context
    context = merged(read_context(own), body.context) if own else body.context
    handles, proof = _handles(type_, said)
    if type_ == "identify":
        handles += trait_handles(said.traits or {})
    if context is not EMPTY and type_ != "alias":
        handles += external_handles(context)
    if type_ == "track":
        properties = said.properties or {}
        restate(name, properties, currency, shop)
        key = natural_key(name, properties)
    else:
        properties, key = _properties(type_, said), ""
    if context is not EMPTY:
        describe(context, properties)
    stated = read_time(said.timestamp)
    occurred_at, is_replaced = correct(stated, body.sent_at or read_time(said.sentAt), received_at)
    if is_replaced:
        properties["stated_at"] = said.timestamp  # the sender's clock was wrong: its word is kept, the receipt counts
    fact = Incoming(
        name=name,
        occurred_at=occurred_at,
        message=_message_id(said.messageId) or _made_id(message, received_at, index),
        handles=handles,
        properties=properties,
        key=key,
        proof=proof or ("identify" if len(handles) > 1 else ""),
    )
    if body.may_hold_null and b"\\u0000" in bytes(message):
        _refuse_null(fact)
    return fact


def _refuse_much(message: msgspec.Raw, index: int) -> None:
    if len(message) > MAX_MESSAGE:
        raise FactError("message.too_large", f"a message has at most {MAX_MESSAGE} bytes, this one has {len(message)}")
    raise FactError("message.surplus", f"a batch has at most {MAX_MESSAGES} messages, this one is number {index + 1}")


@lru_cache(maxsize=1_000)  # a shop's events have few names
def _event(event: str) -> str:
    name = event.strip()
    if not name or len(name) > MAX_NAME:
        raise FactError("message.event", f"a track message needs `event`, a text of 1 to {MAX_NAME} characters")
    if name.startswith(RESERVED):
        raise FactError("message.reserved", f"{name} is said by siyu itself; choose another name")
    return BY_SEGMENT.get(name, name)


def _handles(type_: str, said: _Message) -> tuple[list[Handle], str]:
    user, anonymous = read_id(said.userId), read_id(said.anonymousId)
    if type_ == "alias":
        previous = read_id(said.previousId)
        if not user or not previous:
            raise FactError("message.alias", "an alias message needs `userId` and `previousId`")
        kind = "anonymous_id" if previous == anonymous else "user_id"
        return [Handle("user_id", user), Handle(kind, previous)], "alias"
    if not user and not anonymous:
        raise FactError("message.identity", "a message needs `userId` or `anonymousId`")
    if type_ == "group" and not read_id(said.groupId):
        raise FactError("message.group", "a group message needs `groupId`")
    handles = [_handle("user_id", user)] if user else []
    if anonymous:
        handles.append(_handle("anonymous_id", anonymous))
    return handles, ""


@lru_cache(maxsize=20_000)  # people come again and again
def _handle(kind: str, value: str) -> Handle:
    return Handle(kind, value)


def _properties(type_: str, said: _Message) -> dict[str, Any]:
    if type_ == "identify":
        return {"traits": said.traits or {}}
    if type_ == "alias":
        return {"previous_id": read_id(said.previousId)}
    if type_ == "group":
        return {"group_id": read_id(said.groupId), "traits": said.traits or {}}
    return _viewed(said)


def _viewed(said: _Message) -> dict[str, Any]:
    """A page or screen: where, without the query of its address (people's data travel there)."""
    properties = said.properties or {}
    for name, value in (("name", said.name), ("category", said.category)):
        if isinstance(value, str) and value:
            properties[name] = value
    properties.pop("search", None)
    for name in ("url", "referrer"):
        if isinstance(url := properties.get(name), str):
            host = host_of(url)
            properties[name] = host + path_of(url) if host else path_of(url)
    return properties


def _message_id(value: Any) -> str:
    text = value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
    text = text.strip()
    return text if len(text) <= MAX_ID else "long-" + blake2b(text.encode(), digest_size=16).hexdigest()


def _made_id(message: msgspec.Raw, received_at: datetime, index: int) -> str:
    material = f"{received_at.isoformat()}|{index}|".encode() + bytes(message)
    return "made-" + blake2b(material, digest_size=16).hexdigest()


def _refuse_null(fact: Incoming) -> None:
    """PostgreSQL cannot hold U+0000 in a text; said here, it costs one message and not a halved batch."""
    if not is_storable([fact.name, fact.message, fact.key, fact.handles, fact.properties]):
        raise FactError("message.null_character", "a text holds the character U+0000, which cannot be stored")
