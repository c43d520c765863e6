"""`GET /healthz`: whether web, database and worker live. Asked from outside without a log-in, so it tells no more and costs little."""

import json
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection

from siyu.lib.clock import utc_now
from siyu.lib.sql import statements

log = logging.getLogger(__name__)
_sql = statements("siyu.operate", "watch")
WORKER_SILENT_AFTER = timedelta(seconds=30)
KEEP_S = 1.0  # an answer serves everyone who asks within a second


@dataclass(frozen=True, slots=True)
class Health:
    """Each part is "live", or says in a word why not; the pump may stand still (an alarm) while its worker lives."""

    database: str
    worker: str
    pump: str

    @property
    def is_live(self) -> bool:
        return self.database == "live" and self.worker == "live"

    def as_json(self) -> bytes:
        parts = {"web": "live", "database": self.database, "worker": self.worker, "pump": self.pump}
        return json.dumps({"status": "live" if self.is_live else "down", **parts}).encode()


def check(now: datetime) -> Health:
    """Look at the database and the worker's last sign of life."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(_sql.pump)
            row = cursor.fetchone()
    except DatabaseError as error:
        log.warning("health check: the database does not answer: %s", str(error).strip())
        return Health("unreachable", "unknown", "unknown")
    return judge(now, *row) if row else Health("live", "never started", "unknown")


def judge(now: datetime, beat_at: datetime | None, stopped_code: str, _because: str = "") -> Health:
    """What the pump's row says at `now`; a worker that gave no sign for 30 s counts as down."""
    worker = "never started" if beat_at is None else "live" if now - beat_at < WORKER_SILENT_AFTER else "silent"
    return Health("live", worker, f"stopped: {stopped_code}" if stopped_code else "live")


_last: tuple[float, Health] | None = None


async def application(scope: dict[str, Any], receive: Any, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
    """The ASGI answer: 200 or 503, a small JSON object, never cached by others."""
    global _last
    if _last is None or time.monotonic() - _last[0] > KEEP_S:
        _last = (time.monotonic(), await sync_to_async(_check_and_close)())
    health = _last[1]
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200 if health.is_live else 503, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else health.as_json()})


def _check_and_close() -> Health:
    try:
        return check(utc_now())
    finally:
        connection.close()
