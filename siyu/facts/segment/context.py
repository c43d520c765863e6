"""The useful part of a message's context; addresses, full browser names and URL queries are left behind."""

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import msgspec

from siyu.lib.texts import is_storable

from ..rules import FactError, Handle

MAX_ID = 255  # characters of an identity
MAX_EXTERNAL = 20  # external ids of a message

# what outside names call the handles we know
HANDLE_KINDS = {
    "phone": "phone",
    "mobile": "phone",
    "email": "email",
    "unionid": "unionid",
    "unionId": "unionid",
    "openid": "openid",
    "openId": "openid",
    "wecom_external_userid": "wecom_external_userid",
    "external_userid": "wecom_external_userid",
}


class _Campaign(msgspec.Struct):
    source: str | None = None
    medium: str | None = None
    name: str | None = None


class _Page(msgspec.Struct):
    path: str | None = None
    title: str | None = None
    referrer: str | None = None
    url: str | None = None


class _Device(msgspec.Struct):
    type: str | None = None


class _External(msgspec.Struct):
    type: str | None = None
    id: Any = None


class Context(msgspec.Struct, frozen=True):
    """What we read of a context. Each part is either given or None, so that a message's own part replaces the batch's."""

    campaign: _Campaign | None = None
    page: _Page | None = None
    device: _Device | None = None
    locale: str | None = None
    timezone: str | None = None
    externalIds: list[_External] | None = None


EMPTY = Context()
_decoder = msgspec.json.Decoder(Context, strict=False)
_untyped = msgspec.json.Decoder()


def read_context(raw: msgspec.Raw) -> Context:
    """The context of a message or batch. A part of an unexpected shape, or with U+0000, is passed over: context never costs a fact."""
    return EMPTY if len(raw) < 3 else _read(bytes(raw)) if len(raw) <= _LONGEST_KNOWN else _decode(raw)


def _decode(raw: bytes | msgspec.Raw) -> Context:
    try:
        context = _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        context = _by_parts(raw)
    if b"\\u0000" in bytes(raw):
        context = Context(*(part if is_storable(msgspec.to_builtins(part)) else None for part in _parts(context)))
    return EMPTY if context == EMPTY else context


_read = lru_cache(maxsize=1_000)(_decode)  # a sender says the same of itself with every message
_LONGEST_KNOWN = 1_000  # bytes


def _by_parts(raw: bytes | msgspec.Raw) -> Context:
    try:
        parts = _untyped.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return EMPTY
    kept: dict[str, Any] = {}
    for name in Context.__struct_fields__ if isinstance(parts, dict) else ():
        try:
            kept[name] = getattr(msgspec.convert({name: parts.get(name)}, Context, strict=False), name)
        except msgspec.ValidationError:
            continue
    return Context(**kept)


def merged(own: Context, shared: Context) -> Context:
    """The batch's context under the message's own."""
    if shared is EMPTY:
        return own
    if own is EMPTY:
        return shared
    return Context(*(mine if mine is not None else theirs for mine, theirs in zip(_parts(own), _parts(shared), strict=True)))


def _parts(context: Context) -> tuple[Any, ...]:
    return (context.campaign, context.page, context.device, context.locale, context.timezone, context.externalIds)


def describe(context: Context, properties: dict[str, Any]) -> None:
    """Add what is useful to the properties, without touching what the sender put there."""
    add = properties.setdefault
    if (campaign := context.campaign) is not None:
        for name, value in (("utm_source", campaign.source), ("utm_medium", campaign.medium), ("utm_campaign", campaign.name)):
            if value:
                add(name, value)
    if (page := context.page) is not None and "path" not in properties:  # a page message says it itself
        for name, value in (
            ("page_path", page.path or path_of(page.url)),
            ("page_title", page.title),
            ("referrer_host", host_of(page.referrer)),
        ):
            if value:
                add(name, value)
    for name, said in (("locale", context.locale), ("timezone", context.timezone)):
        if said:
            add(name, said)
    if context.device is not None and context.device.type:
        add("device_type", context.device.type)


def path_of(url: str | None) -> str:
    """`https://shop.example/a?b=c` → `/a`; empty for what is no URL."""
    try:
        return urlsplit(url).path if url else ""
    except ValueError:
        return ""


def host_of(url: str | None) -> str:
    """`https://www.example.com/a?b=c` → `www.example.com`; empty for what is no URL."""
    try:
        return urlsplit(url).hostname or "" if url else ""
    except ValueError:
        return ""


def external_handles(context: Context) -> list[Handle]:
    """Handles under `externalIds`, `[{"type": "unionid", "id": "o6_…"}]`; types we do not know are passed over."""
    said = ((HANDLE_KINDS.get(entry.type or ""), entry.id) for entry in (context.externalIds or ())[:MAX_EXTERNAL])
    return [Handle(kind, value) for kind, given in said if kind and (value := _short(given))]


def trait_handles(traits: dict[str, Any]) -> list[Handle]:
    """Handles among the traits of an identify: phone, e-mail, WeChat's ids."""
    return [Handle(kind, value) for name, kind in HANDLE_KINDS.items() if name in traits and (value := _short(traits[name]))]


def _short(value: Any) -> str:
    """An identity said beside the sender's own; one that cannot be one is passed over."""
    text = _text(value)
    return text if len(text) <= MAX_ID else ""


def read_id(value: Any) -> str:
    """An identity as text, trimmed; empty when there is none. Raises `FactError` (`message.identity`)."""
    if value is None:
        return ""
    text = value.strip() if type(value) is str else _text(value)
    if len(text) > MAX_ID:
        raise FactError("message.identity", f"an identity has at most {MAX_ID} characters, this one has {len(text)}")
    return text


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
