"""A person's share of the log: copied in plain for the person; by erasure its tokens lose their values, and the log itself stands."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from siyu.lib.crypto import decrypt_text
from siyu.lib.sql import statements

_sql = statements("siyu.facts", "privacy")
MAX_EXPORTED = 1_000_000


def export_of(handles: Sequence[tuple[int, UUID]]) -> dict[str, list[dict[str, Any]]]:
    """Facts and personal values of these handles (number and hash), oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.facts_of, {"handles": [number for number, _ in handles], "limit": MAX_EXPORTED})
        facts = [{"at": at, "name": name, "properties": properties} for at, name, properties in cursor.fetchall()]
        cursor.execute(_sql.personal_of, {"hashes": [hash_ for _, hash_ in handles]})
        personal = [{"token": token, "kind": kind, "value": decrypt_text(value)} for token, kind, value in cursor.fetchall()]
    return {"facts": facts, "personal": personal}


def erase_of(handles: Sequence[tuple[int, UUID]]) -> None:
    """Delete the values behind the tokens of these handles: what the log keeps then names nobody."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.forget_personal, {"hashes": [hash_ for _, hash_ in handles]})
