"""A touch that staff are to make becomes a task of the member's own assistant when its time comes; tasks follow the member."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection, transaction

from siyu.facts.run import pump_progress
from siyu.lib.crypto import encrypt
from siyu.lib.sql import array, statements
from siyu.members.services import lock
from siyu.merchant.queries import settings_book, today

from ...rules.tasks import kind_of
from ..claimed import Ready
from ..sending import asked_again, read_claimed, settle, written_out
from .closing import review_tasks

_sql = statements("siyu.touches", "tasks")
BATCH = 500
MAX_SETS = 40  # of one run of the timetable


def open_tasks(now: datetime) -> int:
    """Turn what is due into tasks; returns how many. The gate is asked again: what it refuses becomes no task."""
    opened = 0
    for _ in range(MAX_SETS):
        taken, made = _open_some(now)
        opened += made
        if taken < BATCH:
            break
    return opened


def hand_over_tasks(now: datetime) -> int:
    """Give open tasks to the assistants that their members have now; tasks of members without one close. Returns how many moved."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql.hand_over)
        moved = cursor.rowcount
        cursor.execute(_sql.left_alone, {"limit": BATCH})
        alone = [row[0] for row in cursor.fetchall()]
    if alone:
        review_tasks(alone, now)
    return moved


def _open_some(now: datetime) -> tuple[int, int]:
    with transaction.atomic(), connection.cursor() as cursor:
        if pump_progress(cursor.cursor).stopped:
            return 0, 0
        cursor.execute(_sql.asked, {"now": now, "limit": BATCH})
        touches = [read_claimed(row) for row in cursor.fetchall()]
        if not touches:
            return 0, 0
        lock(cursor.cursor, [touch.member_id for touch in touches])
        go, settled = asked_again(touches, now)
        ready, failed = written_out(cursor, go, "task", now)
        settle(cursor, settled + failed, now)
        if ready:
            cursor.execute(_sql.open, _columns(ready, now))
            cursor.execute(_sql.opened, {"ids": [one.touch.id for one in ready], "now": now})
    return len(touches), len(ready)


def _columns(ready: list[Ready], now: datetime) -> dict[str, Any]:
    usual = timedelta(days=settings_book().value("touches.task_days", today(now)))
    return {
        "touches": array([one.touch.id for one in ready]),
        "members": array([one.touch.member_id for one in ready]),
        "kinds": [kind_of(one.touch.source) for one in ready],
        "dues": array([one.touch.until or now + usual for one in ready]),
        "words": [encrypt(msgspec.json.encode({"subject": one.message.subject, "text": one.message.text})) for one in ready],
        "now": now,
    }
