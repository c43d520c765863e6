"""Every invariant of this room, asked of the rows as they are."""

from typing import Any

from django.db import connection

from siyu.lib.sql import statements


def faults(cursor: Any = None) -> dict[str, tuple]:
    """Name of each invariant that does not hold → its first offender."""
    if cursor is None:
        with connection.cursor() as own:
            return faults(own)
    found = {}
    for name, statement in vars(statements("siyu.loyalty", "verify")).items():
        cursor.execute(statement)
        if row := cursor.fetchone():
            found[name] = row
    return found
