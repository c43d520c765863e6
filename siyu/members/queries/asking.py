"""How the reads of people ask."""

from typing import Any

from django.db import connection

from siyu.lib.crypto import decrypt_text


def rows_of(statement: str, parameters: dict[str, Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def decrypted(value: bytes) -> str:
    """A handle's value; empty when it was erased."""
    return decrypt_text(value) if value else ""
