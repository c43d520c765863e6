"""A person's copy of the journeys they went on, and its erasure."""

import json
from typing import Any

from django.db import connection, transaction

from siyu.lib.clock import business_day, utc_now
from siyu.lib.sql import statements
from siyu.merchant.queries import settings_book

_sql = statements("siyu.journeys", "privacy")


def export(member_id: int) -> list[dict[str, Any]]:
    """The journeys of the member and how far they went."""
    names = ("journey", "entered_at", "step", "status", "ended_at", "goal_at", "properties")
    with connection.cursor() as cursor:
        cursor.execute(_sql.enrolments_of, {"member": member_id})
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [{**row, "properties": json.loads(row["properties"])} for row in rows]


def erase(member_id: int) -> None:
    """Whoever is erased walks no further; that somebody walked stays, without what was known of them."""
    now = utc_now()
    columns: dict[str, Any] = {"member": member_id, "now": now, "day": business_day(now, settings_book().zone(now.date()))}
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (_sql.leave, _sql.forget, _sql.forget_arrivals):
            cursor.execute(statement, columns)
