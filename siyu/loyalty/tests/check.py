"""Every invariant of this room, asked of the rows as they are."""

from django.db import connection

from siyu.lib.sql import statements


def faults() -> dict[str, tuple]:
    """Name of each invariant that does not hold → its first offender."""
    found = {}
    with connection.cursor() as cursor:
        for name, statement in vars(statements("siyu.loyalty", "verify")).items():
            cursor.execute(statement)
            if row := cursor.fetchone():
                found[name] = row
    return found
