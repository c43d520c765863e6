"""What a request says, read without side effects: endpoint, write key, unpacked body, number of messages."""

import zlib
from base64 import b64decode
from typing import Any, NamedTuple

import msgspec

from ..rules import FactError
from ..segment import MAX_BODY, MAX_MESSAGE, MAX_MESSAGES, TYPES, decode, wrap

BATCH = "batch"
MAX_COUNTED = 4 * MAX_MESSAGES  # surplus up to here is rejected message by message; no real message is so small that more would fit
_LETTERS = {"t": "track", "i": "identify", "p": "page", "g": "group", "a": "alias", "s": "screen", "b": BATCH}  # of analytics.js
_ENDPOINTS = {f"/v1/{name}{end}": type_ for name, type_ in {**{t: t for t in TYPES}, BATCH: BATCH, **_LETTERS}.items() for end in ("", "/")}


class Refused(Exception):
    """A request we do not take: HTTP status, stable code, a reason for the sender, seconds to wait before a retry."""

    def __init__(self, status: int, code: str, message: str, retry_after: int = 0) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after


class Parcel(NamedTuple):
    """A readable body: in batch form, with the number of its messages and the write key it states (may be empty)."""

    payload: bytes
    messages: int
    write_key: str


class _Single(msgspec.Struct):
    writeKey: Any = None


_single = msgspec.json.Decoder(_Single)


def endpoint_of(path: str) -> str | None:
    """`/v1/track`, `/v1/t/` → `track`; None for an address that is none of ours."""
    return _ENDPOINTS.get(path)


def key_of(authorization: bytes) -> str:
    """The write key in `Basic base64(key + ":")`, with or without the colon; empty when there is none."""
    scheme, _, credentials = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return ""
    try:
        return b64decode(credentials.strip(), validate=True).decode().partition(":")[0].strip()
    except ValueError:
        return ""


def unpack(body: bytes, encoding: bytes) -> bytes:
    """The body without its content encoding, never more than a batch may hold; raises `Refused` (400)."""
    encoding = encoding.strip().lower()
    if not encoding or encoding == b"identity":
        return body
    if encoding not in (b"gzip", b"x-gzip"):
        raise Refused(400, "encoding.unsupported", "Content-Encoding must be gzip or absent")
    unzip = zlib.decompressobj(wbits=31)
    try:
        plain = unzip.decompress(body, MAX_BODY + 1)
    except zlib.error as error:
        raise Refused(400, "encoding.invalid", f"the body is not gzip: {error}") from error
    if len(plain) > MAX_BODY:
        raise too_large(BATCH)
    if not unzip.eof or unzip.unused_data:
        raise Refused(400, "encoding.invalid", "the gzip body is cut off or has something behind it")
    return plain


def read(type_: str, body: bytes) -> Parcel:
    """Check sizes and JSON; raises `Refused` (400). What single messages lack is found later, by the pump."""
    if len(body) > (MAX_BODY if type_ == BATCH else MAX_MESSAGE):
        raise too_large(type_)
    if type_ == BATCH:
        try:
            batch = decode(body)
        except FactError as error:
            raise Refused(400, error.code, error.because) from error
        if len(batch.batch) > MAX_COUNTED:
            raise Refused(400, "batch.too_many", f"a batch has at most {MAX_MESSAGES} messages, this one has {len(batch.batch)}")
        return Parcel(body, len(batch.batch), batch.write_key)
    try:
        said = _single.decode(body)
    except msgspec.ValidationError as error:
        raise Refused(400, "body.invalid", "the body must be an object") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(400, "json.invalid", f"the body is not JSON: {error}") from error
    payload = wrap(type_, body)
    try:
        decode(payload)  # as the pump will: nested deep enough, a body can be read by itself and not in its wrapping
    except FactError as error:
        raise Refused(400, error.code, error.because) from error
    return Parcel(payload, 1, said.writeKey.strip() if isinstance(said.writeKey, str) else "")


def too_large(type_: str) -> Refused:
    """Over the size of the endpoint: 400 and not 413, as Segment answers."""
    limit = MAX_BODY if type_ == BATCH else MAX_MESSAGE
    return Refused(400, "body.too_large", f"a {type_} request has at most {limit} bytes, unpacked")
