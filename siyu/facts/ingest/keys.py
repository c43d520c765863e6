"""The living write keys, read at most every few seconds: a revoked key stops soon, and a guessed one costs no query."""

import asyncio
import logging
import time
from typing import NamedTuple

from psycopg import AsyncConnection, Error

from siyu.lib.sql import statements
from siyu.merchant.rules import key_hash

from .requests import Refused

FRESH_SECONDS = 5.0  # a key list is used so long
AGAIN_SECONDS = 1.0  # an unknown key causes another look no sooner
READ_SECONDS = 5.0
MAX_KEYS = 10_000

_log = logging.getLogger(__name__)
_sql = statements("siyu.facts", "ingest")


class WriteKey(NamedTuple):
    """A key that may send: its number and its source's."""

    id: int
    source_id: int


class Keys:
    """The key list of a process."""

    def __init__(self, conninfo: str) -> None:
        self.conninfo = conninfo
        self._by_hash: dict[bytes, WriteKey] = {}
        self._read_at = float("-inf")
        self._lock = asyncio.Lock()

    async def find(self, *stated: str) -> WriteKey:
        """The first of the stated keys that lives; raises `Refused` (401, and 503 when the list cannot be read)."""
        hashes = [key_hash(key) for key in dict.fromkeys(stated) if key]
        if not hashes:
            raise Refused(401, "key.missing", "send the write key as the user name of Basic authorization, or as writeKey")
        await self._refresh(FRESH_SECONDS)
        found = self._among(hashes)
        if found is None:
            await self._refresh(AGAIN_SECONDS)
            found = self._among(hashes)
        if found is None:
            raise Refused(401, "key.unknown", "this write key is not known, or was revoked")
        return found

    def _among(self, hashes: list[bytes]) -> WriteKey | None:
        return next((self._by_hash[each] for each in hashes if each in self._by_hash), None)

    async def _refresh(self, age: float) -> None:
        if time.monotonic() - self._read_at < age:
            return
        async with self._lock:
            if time.monotonic() - self._read_at < age:  # another request was first
                return
            try:
                async with asyncio.timeout(READ_SECONDS):
                    self._by_hash = await self._read()
            except (Error, OSError, TimeoutError) as error:
                _log.warning("the write keys could not be read, senders are asked to retry: %s", error or type(error).__name__)
                raise Refused(503, "database.unreachable", "the database does not answer", 1) from error
            self._read_at = time.monotonic()

    async def _read(self) -> dict[bytes, WriteKey]:
        async with await AsyncConnection.connect(self.conninfo, autocommit=True) as connection:
            await connection.execute(_sql.name_sources)
            cursor = await connection.execute(_sql.living_keys, {"limit": MAX_KEYS})
            return {bytes(hash_): WriteKey(key_id, source_id) for key_id, hash_, source_id in await cursor.fetchall()}
