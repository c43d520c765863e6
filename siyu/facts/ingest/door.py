"""One request: refuse what cannot be taken, store the rest, answer. The whole contract stands in `docs/ingest.md`."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime
from typing import Any

from psycopg.conninfo import make_conninfo

from siyu.lib.clock import utc_now
from siyu.lib.crypto import encrypt
from siyu.merchant import queries, services

from ..segment import MAX_BODY
from .flusher import Envelope, Flusher
from .keys import Keys, WriteKey
from .requests import Refused, endpoint_of, key_of, read, too_large, unpack

READ_SECONDS = 10.0  # for a whole body: the SDKs wait no longer
_MAX_DRAINED = 16 * MAX_BODY  # of a body that is too large: read past, so that its sender hears the reason
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

_log = logging.getLogger(__name__)
_SUCCESS = b'{"success": true}'
_HEADERS: Headers = [(b"content-type", b"application/json"), (b"access-control-allow-origin", b"*"), (b"cache-control", b"no-store")]
_PREFLIGHT: Headers = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"POST, OPTIONS"),
    (b"access-control-allow-headers", b"authorization, content-type, content-encoding"),
    (b"access-control-max-age", b"86400"),
]


class _Gone(Exception):
    """The sender hung up before the body was complete."""


class Ingest:
    """The endpoint of one process and one event loop."""

    def __init__(self, conninfo: str, *, clock: Callable[[], datetime] = utc_now) -> None:
        self.clock = clock
        self.flusher = Flusher(conninfo)
        self.keys = Keys(conninfo)
        self._marked: set[tuple[int, str]] = set()
        self._marking: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Commit what waits, then let go of the database."""
        await self.flusher.close()
        await asyncio.gather(*self._marking, return_exceptions=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] == "OPTIONS":
            await _answer(send, 204, b"", _PREFLIGHT)
            return
        try:
            await self._take(scope, receive)
        except _Gone:
            return
        except Refused as refused:
            await _refuse(send, refused)
        except Exception:
            _log.exception("a request to %s failed", scope["path"])
            await _refuse(send, Refused(500, "internal", "an error of this server; it was logged"))
        else:
            await _answer(send, 200, _SUCCESS, _HEADERS)

    async def _take(self, scope: Scope, receive: Receive) -> None:
        type_ = endpoint_of(scope["path"])
        if type_ is None:
            raise Refused(404, "path.unknown", "post to /v1/ and one of identify, track, page, screen, group, alias, batch")
        if scope["method"] != "POST":
            raise Refused(405, "method.not_allowed", "this address takes POST only")
        headers = dict(scope["headers"])
        received_at = self.clock()
        body = await self._body(type_, receive)
        try:
            parcel = read(type_, unpack(body, headers.get(b"content-encoding", b"")))
            key = await self.keys.find(key_of(headers.get(b"authorization", b"")), parcel.write_key)
            if parcel.messages:
                await self.flusher.append(Envelope(received_at, key.source_id, parcel.messages, encrypt(parcel.payload)))
        finally:
            self.flusher.release(len(body))
        self._mark(key, received_at)

    async def _body(self, type_: str, receive: Receive) -> bytes:
        """The body as sent, counted as long as this process holds it."""
        self.flusher.reserve(0)
        parts: list[bytes] = []
        held = read_in_all = 0
        try:
            async with asyncio.timeout(READ_SECONDS):
                while True:
                    event = await receive()
                    if event["type"] == "http.disconnect":
                        raise _Gone
                    part = event.get("body", b"")
                    read_in_all += len(part)
                    if read_in_all <= MAX_BODY:
                        self.flusher.reserve(len(part))
                        held += len(part)
                        parts.append(part)
                    elif not event.get("more_body") or read_in_all > _MAX_DRAINED:
                        raise too_large(type_)  # only now: a sender who is still writing would see a broken connection
                    if not event.get("more_body"):
                        return parts[0] if len(parts) == 1 else b"".join(parts)
        except BaseException as error:
            self.flusher.release(held)
            if isinstance(error, TimeoutError):
                raise Refused(408, "body.slow", f"the body did not arrive within {READ_SECONDS:.0f} seconds") from error
            raise

    def _mark(self, key: WriteKey, at: datetime) -> None:
        """Remember the day a key was used: once a day for each process, beside the answer."""
        mark = (key.id, at.date().isoformat())
        if mark in self._marked:
            return
        self._marked = {old for old in self._marked if old[1] == mark[1]} | {mark}
        task = asyncio.create_task(asyncio.to_thread(_mark_used, key.id, at))
        self._marking.add(task)
        task.add_done_callback(self._marking.discard)


def _mark_used(key_id: int, at: datetime) -> None:
    from django.db import connection

    try:
        services.mark_key_used(key_id, queries.today(at))
    except Exception:
        _log.warning("the day of key %s's use was not written", key_id, exc_info=True)
    finally:
        connection.close()  # this thread's own


async def _refuse(send: Send, refused: Refused) -> None:
    headers = list(_HEADERS)
    if refused.retry_after:
        headers.append((b"retry-after", str(refused.retry_after).encode()))
    if refused.status == 405:
        headers.append((b"allow", b"POST, OPTIONS"))
    await _answer(send, refused.status, json.dumps({"code": refused.code, "message": refused.message}).encode(), headers)


async def _answer(send: Send, status: int, body: bytes, headers: Headers) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


_ingest: Ingest | None = None


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application of this process: started by its lifespan, or by the first request."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["type"] == "http":
        await _started()(scope, receive, send)


def _started() -> Ingest:
    global _ingest
    if _ingest is None:
        _ingest = Ingest(conninfo())
    return _ingest


async def _live(receive: Receive, send: Send) -> None:
    global _ingest
    while True:
        event = await receive()
        if event["type"] == "lifespan.startup":
            _started()
            await send({"type": "lifespan.startup.complete"})
        elif event["type"] == "lifespan.shutdown":
            if _ingest is not None:
                await _ingest.close()
                _ingest = None
            await send({"type": "lifespan.shutdown.complete"})
            return


def conninfo() -> str:
    """The application's database as Django's settings name it."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    options = {key: value for key, value in database.get("OPTIONS", {}).items() if key in ("options", "sslmode", "connect_timeout")}
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return make_conninfo(**{ours: database[theirs] for ours, theirs in named.items() if database.get(theirs)}, **options)
