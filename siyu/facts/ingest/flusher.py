"""Group commit: requests that wait share one COPY and one commit; only then are they answered.

One flush runs at a time; what arrives meanwhile is the next. When the outcome of a commit is unknown the senders are told
to come back: their messages' ids make a second delivery harmless, and no acknowledged message is ever lost.
"""

import asyncio
import logging
import time
from datetime import datetime
from typing import NamedTuple

from psycopg import AsyncConnection

from siyu.lib.sql import statements

from .requests import Refused

MAX_FLUSH_BYTES = 8 << 20  # of one commit
MAX_BYTES = 64 << 20  # bodies of this process that are being read or wait for their commit
MAX_ENVELOPES = 100_000  # in the inbox: beyond, senders wait until the pump has caught up
FLUSH_SECONDS = 8.0  # before a commit is given up: the SDKs wait 10 and 15
LOOK_SECONDS = 1.0  # between two looks at the inbox's length
APPLICATION = "siyu ingest"  # how the connection shows in pg_stat_activity
_BACK_OFF = (0.5, 5.0)  # seconds, doubling from the first to the last

_log = logging.getLogger(__name__)
_sql = statements("siyu.facts", "ingest")
_TYPES = ("timestamptz", "int2", "varchar", "int4", "int4", "bytea")


class Envelope(NamedTuple):
    """One body on its way into the inbox; `payload` is encrypted already."""

    received_at: datetime
    source_id: int
    messages: int
    payload: bytes


_Waiting = tuple[Envelope, asyncio.Future[None]]


class Flusher:
    """The one writer of a process. `append` returns when the envelope is durable, or raises `Refused` (503)."""

    def __init__(self, conninfo: str, *, max_envelopes: int = MAX_ENVELOPES) -> None:
        self.conninfo = conninfo
        self.max_envelopes = max_envelopes
        self.bytes = 0
        self.flushes = 0
        self._waiting: list[_Waiting] = []
        self._arrived = asyncio.Event()
        self._connection: AsyncConnection | None = None
        self._down_until = 0.0
        self._delay = _BACK_OFF[0]
        self._looked_at = float("-inf")
        self._is_full = False
        self._is_closing = False
        self._task = asyncio.create_task(self._run(), name="siyu.ingest.flusher")

    def reserve(self, size: int) -> None:
        """Count bytes that are being read; refuses when this process holds too many, or could not store them now."""
        if self._is_closing:
            raise Refused(503, "ingest.stopping", "the server is stopping", 1)
        if self._is_full:
            self._arrived.set()  # look again: it may have grown shorter
            raise Refused(503, "inbox.full", "too many messages wait to be handled", 5)
        if self.bytes + size > MAX_BYTES:
            raise Refused(503, "ingest.busy", "too many requests at once", 1)
        if (wait := self._down_until - time.monotonic()) > 0:
            raise Refused(503, "database.unreachable", "the database does not answer", max(1, round(wait)))
        self.bytes += size

    def release(self, size: int) -> None:
        self.bytes -= size

    async def append(self, envelope: Envelope) -> None:
        """Wait until the envelope is committed."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((envelope, done))
        self._arrived.set()
        await done

    async def close(self) -> None:
        """Commit what waits, then end."""
        self._is_closing = True
        self._arrived.set()
        await self._task

    async def _run(self) -> None:
        while not self._is_closing or self._waiting:
            await self._wait()
            while self._waiting:
                await self._flush(self._take())
            if self._is_full:
                await self._flush([])
        await self._disconnect()

    async def _wait(self) -> None:
        """Until something arrives, or it is time to see whether a full inbox has become shorter."""
        try:
            async with asyncio.timeout(LOOK_SECONDS if self._is_full else None):
                await self._arrived.wait()
        except TimeoutError:
            return
        self._arrived.clear()

    def _take(self) -> list[_Waiting]:
        size = count = 0
        for envelope, _ in self._waiting:
            if count and size + len(envelope.payload) > MAX_FLUSH_BYTES:
                break
            size, count = size + len(envelope.payload), count + 1
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        return taken

    async def _flush(self, taken: list[_Waiting]) -> None:
        try:
            async with asyncio.timeout(FLUSH_SECONDS):
                connection = await self._connected()
                if taken:
                    await self._write(connection, [envelope for envelope, _ in taken])
                    self.flushes += 1
        except Exception as error:  # whatever it is: those who wait must hear, and the next flush may do better
            await self._failed(error, taken)
            return
        self._delay = _BACK_OFF[0]
        for _, done in taken:
            if not done.done():
                done.set_result(None)
        await self._after(connection)

    async def _write(self, connection: AsyncConnection, envelopes: list[Envelope]) -> None:
        """One statement is one transaction, and two round trips: on a busy machine these are what a sender waits for."""
        async with connection.cursor() as cursor, cursor.copy(_sql.append_bodies) as copy:
            copy.set_types(_TYPES)
            for envelope in envelopes:
                await copy.write_row((envelope.received_at, envelope.source_id, "s", envelope.messages, 0, envelope.payload))

    async def _after(self, connection: AsyncConnection) -> None:
        """When the senders have their answer: see whether the inbox is so long that senders must wait."""
        now = time.monotonic()
        try:
            async with asyncio.timeout(FLUSH_SECONDS):
                if now - self._looked_at >= LOOK_SECONDS:
                    self._looked_at = now
                    cursor = await connection.execute(_sql.waiting_envelopes, {"limit": self.max_envelopes})
                    row = await cursor.fetchone()
                    self._is_full = row is not None and row[0] >= self.max_envelopes
        except Exception as error:
            await self._failed(error, [])

    async def _connected(self) -> AsyncConnection:
        if self._connection is None or self._connection.closed:
            self._connection = await AsyncConnection.connect(self.conninfo, autocommit=True, application_name=APPLICATION)
        return self._connection

    async def _failed(self, error: Exception, taken: list[_Waiting]) -> None:
        """Nobody is left waiting: all are told to come back, and for a while newcomers too."""
        _log.warning("the inbox could not be written, senders are asked to retry: %s", error or type(error).__name__)
        self._down_until = time.monotonic() + self._delay
        self._delay = min(2 * self._delay, _BACK_OFF[1])
        waiting, self._waiting = self._waiting, []
        for _, done in taken + waiting:
            if not done.done():
                done.set_exception(Refused(503, "database.unreachable", "the database does not answer", 1))
        await self._disconnect()

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
