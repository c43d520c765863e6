"""The changes a member went through, each with the fact that caused it or the time that did."""

import json
from collections.abc import Callable
from typing import Any

from django.db import connection

from siyu.lib.sql import statements

from .telling import Answer, Teller

_sql = statements("siyu.operate", "why")


def moves(member_id: int, name: str, teller: Teller, words: Callable[[dict[str, Any]], str]) -> Answer:
    """The newest facts called `name` in `words` of their properties."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.moves, {"member": member_id, "name": name, "limit": teller.limit})
        rows = cursor.fetchall()
    for occurred_at, number, properties, cause, order_number in rows:
        because = f"{cause}{f' of order {order_number}' if order_number else ''}" if cause else "time alone"
        yield "line", f"{teller.instant(occurred_at)}  {words(json.loads(properties))}"
        yield "detail", f"cause: {because}; fact #{number}"
