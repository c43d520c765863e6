"""What the planner knows of tables. Autovacuum tells it within a minute; who reads everything right after a bulk import does not wait."""

from django.db import connections
from psycopg import sql

from siyu.lib.sql import statements

_sql = statements("siyu.operate", "statistics")


def know_tables() -> list[str]:
    """Analyse every table of which much changed since the planner last looked; returns their names.

    Without it a table that was just filled counts as empty, and is read once for every row of another.
    """
    owner = connections["owner"]
    owner.ensure_connection()
    names = [row[0] for row in owner.connection.execute(_sql.changed).fetchall()]
    for name in names:
        owner.connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(name)))
    return names
