"""An assistant looks at which of their customers have read what they sent."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from siyu.lib.sql import array, statements
from siyu.merchant.rules import Actor

_sql = statements("siyu.touches", "tasks")


def look_at_reads(by: Actor, touch_ids: Sequence[UUID], *, now: datetime) -> int:
    """These are new no more; only what the actor sent, and only once: others may look without taking the news away. Returns how many."""
    if by.kind != "staff" or not touch_ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_sql.look_at, {"ids": array(touch_ids), "assistant": by.id, "now": now})
        return cursor.rowcount
