"""Reads of a member's inbox: messages as they were written for this member."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from django.db import connection

from siyu.lib.crypto import decrypt
from siyu.lib.sql import statements
from siyu.lib.web.keyset import Position

_sql = statements("siyu.touches", "inbox")


class Letter(NamedTuple):
    """A message of the inbox. `html` is empty where the template has none."""

    id: UUID
    at: datetime
    read_at: datetime | None
    subject: str
    text: str
    html: str


def letters(member_id: int, at: Position) -> list[Letter]:
    """A member's messages, newest first, behind a place (instant, id)."""
    key, touch = at.key or (None, None)
    statement = _sql.letters_newer if at.is_backwards else _sql.letters
    with connection.cursor() as cursor:
        cursor.execute(statement, {"member": member_id, "key": key, "touch": touch, "limit": at.limit})
        return [_letter(*row) for row in cursor.fetchall()]


def letter(member_id: int, touch_id: UUID) -> Letter | None:
    """One message; None when it is not theirs."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.letter, {"member": member_id, "touch": touch_id})
        row = cursor.fetchone()
    return _letter(*row) if row else None


def unread(member_id: int) -> int:
    """How many messages were not opened yet, of the newest 100."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.unread, {"member": member_id})
        return cursor.fetchone()[0]


def _letter(touch_id: UUID, at: datetime, read_at: datetime | None, words: bytes) -> Letter:
    said = msgspec.json.decode(decrypt(bytes(words))) if words else {}
    return Letter(touch_id, at, read_at, said.get("subject", ""), said.get("text", ""), said.get("html", ""))
