"""How every measure asks: scope and days become the parameters of a named statement."""

from typing import Any, LiteralString

from django.db import connection

from siyu.lib.web.dates import DateRange
from siyu.merchant.queries import settings_book
from siyu.merchant.rules import Scope


def ask(statement: LiteralString, scope: Scope, days: DateRange | None = None, **more: Any) -> list[tuple]:
    """The rows of a statement for this part of the pool and these business days."""
    parameters = scope.parameters() | more
    if days:
        zone = settings_book().zone(days.last)
        parameters |= {"first": days.first, "last": days.last, "begin": days.begin(zone), "end": days.end(zone), "zone": str(zone)}
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()
