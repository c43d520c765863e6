"""Reads on imports, for the page and the command."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from siyu.lib.crypto import decrypt_text
from siyu.lib.sql import statements

MAX_PAGE = 200
_sql = statements("siyu.facts", "imports")


@dataclass(frozen=True, slots=True)
class ImportView:
    """An import as a list shows it; `rows` is None until the file was read once."""

    id: int
    kind: str
    file_name: str
    file_hash: UUID
    source: str
    rows: int | None
    rows_done: int
    facts: int
    rejected: int
    destinations: dict[str, int]
    status: str  # running · done · failed
    because: str
    started_by: str
    started_at: datetime
    ended_at: datetime | None
    reading: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RejectView:
    """A rejected row: `line` is what stood there, decrypted only for those who may see personal values."""

    row: int
    code: str
    because: str
    line: str | None


def imports(*, before: int = 0, limit: int = 50) -> list[ImportView]:
    """Imports, newest first; the next page is `before` the last id."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.list_imports, {"before": before or 2**62, "limit": min(limit, MAX_PAGE)})
        return [_view(row) for row in cursor.fetchall()]


def import_of(number: int) -> ImportView | None:
    """One import."""
    found = imports(before=number + 1, limit=1)
    return found[0] if found and found[0].id == number else None


def rejects(number: int, *, after: tuple[int, str] = (-1, ""), code: str = "", limit: int = 100, unmask: bool = False) -> list[RejectView]:
    """Rejected rows in the file's order; the next page comes `after` the last (row, code)."""
    asked: dict[str, Any] = {"id": number, "after_row": after[0], "after_code": after[1], "code": code, "limit": min(limit, MAX_PAGE)}
    with connection.cursor() as cursor:
        cursor.execute(_sql.list_rejects, asked)
        return [RejectView(row, code, because, decrypt_text(line) if unmask else None) for row, code, because, line in cursor.fetchall()]


def reasons(number: int) -> list[tuple[str, int]]:
    """How often each code refused a row, the most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.reasons, {"id": number})
        return cursor.fetchall()


def newest_envelope() -> int:
    """The last envelope of the inbox: when all up to it are handled, what was recorded before is in the log."""
    return _number(_sql.newest_envelope, {})


def waiting(until: int) -> int:
    """Messages of the inbox that are not handled yet, up to an envelope."""
    return _number(_sql.waiting, {"until": until})


def quarantined(source: int, since: datetime) -> int:
    """Facts of a source set aside since an instant of receipt."""
    return _number(_sql.quarantined, {"source": source, "since": since})


def _number(statement: str, asked: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return int(cursor.fetchone()[0])


def _view(row: tuple) -> ImportView:
    fields = dict(zip(ImportView.__dataclass_fields__, row, strict=True))
    return ImportView(**fields | {name: _object(fields[name]) for name in ("destinations", "reading")})


def _object(stored: Any) -> dict[str, Any]:
    return json.loads(stored) if isinstance(stored, str) else stored
