"""Reads of what could not become a fact, and of the pump that set it aside."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from siyu.lib.crypto import decrypt
from siyu.lib.sql import statements
from siyu.lib.web.keyset import Position

from .personal import masked

_sql = statements("siyu.facts", "repair")
MAX_WAITING = 10_000  # envelopes that are counted
MAX_AT_ONCE = 10_000  # messages of one replay


class Group(NamedTuple):
    """One reason: its code, how many open messages it holds, since when and until when, one of its wordings."""

    code: str
    messages: int
    oldest: datetime
    newest: datetime
    because: str


class Held(NamedTuple):
    """A message in quarantine; `form` is s (Segment), f (our own), or d: what time brings `member` in the room `name`, tried `again_at`."""

    id: int
    received_at: datetime
    source: str
    form: str
    code: str
    because: str
    name: str
    member: int | None
    again_at: datetime | None


@dataclass(frozen=True, slots=True)
class PumpView:
    """How the pump stands: its clock, the worker's last sign of life, and why it stands still if it does."""

    clock: datetime
    beat_at: datetime | None
    stopped_at: datetime | None
    stopped_code: str
    stopped_because: str
    waiting: int


def groups() -> list[Group]:
    """Open messages by reason."""
    return [Group(*row) for row in _fetch(_sql.groups, {})]


def held(at: Position, code: str = "") -> list[Held]:
    """Open messages nearest to a position, newest first; the sort key is (id,)."""
    number = at.key[0] if at.key else (0 if at.is_backwards else 2**62)
    return [
        Held(*row) for row in _fetch(_sql.open_before if at.is_backwards else _sql.open, {"at": number, "code": code, "limit": at.limit})
    ]


def ids_of(code: str) -> list[int]:
    """The oldest open messages of one reason, as many as one replay takes."""
    return [row[0] for row in _fetch(_sql.ids_of_code, {"code": code, "limit": MAX_AT_ONCE})]


def one(number: int) -> tuple[Held, datetime | None, datetime | None] | None:
    """A message with when it was replayed and when dismissed."""
    rows = _fetch(_sql.one, {"id": number})
    return (Held(*rows[0][:9]), rows[0][10], rows[0][11]) if rows else None


def payload(number: int) -> str:
    """What the sender sent, as indented JSON with personal values masked; empty when there is no such message.

    What is no JSON, or is nested too deep to be written out, shows as its size.
    """
    rows = _fetch(_sql.one, {"id": number})
    if not rows:
        return ""
    plain = decrypt(rows[0][9])
    try:
        read: Any = json.loads(plain)
        return json.dumps(masked(read), ensure_ascii=False, indent=2)
    except ValueError:
        return f"{len(plain)} bytes that are no JSON"
    except RecursionError:
        return f"{len(plain)} bytes of JSON, nested too deep to be shown"


def pump_view() -> PumpView:
    """How the pump stands."""
    clock, beat_at, stopped_at, code, because = _fetch(_sql.pump, {})[0]
    return PumpView(clock, beat_at, stopped_at, code, because, _fetch(_sql.waiting, {"limit": MAX_WAITING})[0][0])


def _fetch(statement: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return cursor.fetchall()
