"""How the reads of this room ask the database: one statement, bounded arguments."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

MAX_ROWS = 100_000


def bounded(member_ids: Sequence[int]) -> list[int]:
    """The members of one question. Raises ValueError beyond `MAX_ROWS`."""
    if len(member_ids) > MAX_ROWS:
        raise ValueError(f"at most {MAX_ROWS:,} members at a time")
    return list(member_ids)


def rows_of(statement: str, **arguments: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return cursor.fetchall()
