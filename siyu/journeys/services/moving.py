"""Sets that a service moves or lets go, between two batches of the pump."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg import Cursor

from siyu.facts.rules import Incoming
from siyu.facts.services import record, source_of
from siyu.lib.clock import business_day
from siyu.lib.sql import array, statements
from siyu.members.services import carriers
from siyu.merchant.queries import settings_book
from siyu.merchant.rules import SYSTEM

from ..checking import stored
from ..models import Version
from ..rules.definition import LEFT
from ..rules.line import OPEN

_sql = statements("siyu.journeys", "services")
STAY, LEAVE = "stay", "leave"
JOINED = "joined"
PART = 5_000
MAX_PARTS = 2_000


def move(cursor: Cursor, before: Version, made: Version, move_map: Mapping[str, str], now: datetime) -> int:
    """Have those at steps of one version go on at steps of another; returns how many. A step that is the same keeps its time."""
    if not move_map:
        return 0
    old, new, goal = before.definition["steps"], made.definition["steps"], stored(made.definition).goal
    columns = {
        "before": before.pk,
        "made": made.pk,
        "steps": list(move_map),
        "to_steps": list(move_map.values()),
        "keeps": [_is_same(old[step], new[to]) for step, to in move_map.items()],
        "goal_hours": goal.within_days * 24 if goal is not None else None,
        "now": now,
        "day": business_day(now, settings_book().zone(now.date())),
    }
    cursor.execute(_sql.move, columns)
    return cursor.fetchone()[0]  # type: ignore[index]


def let_go(
    cursor: Cursor,
    now: datetime,
    why: str,
    *,
    detail: str = "",
    ids: Sequence[int] | None = None,
    journey_id: int | None = None,
    version_id: int | None = None,
    steps: Sequence[str] | None = None,
    statuses: Sequence[str] = OPEN,
) -> int:
    """End enrolments for a reason, and tell; returns how many. Of whom another of the same member stands for, nothing is told."""
    columns = {
        "ids": array(ids) if ids is not None else None,
        "journey": journey_id,
        "version": version_id,
        "steps": list(steps) if steps is not None else None,
        "why": why,
        "detail": detail[:500],
        "now": now,
        "day": business_day(now, settings_book().zone(now.date())),
        "statuses": list(statuses),
        "limit": PART,
    }
    total = 0
    for _ in range(MAX_PARTS):
        cursor.execute(_sql.let_go, columns)
        gone = cursor.fetchall()
        told = [row for *row, status in gone if status != JOINED]
        _tell(told, why, now)
        total += len(told)
        if len(gone) < PART:
            break
    return total


def catch_up(cursor: Cursor, journey_id: int, now: datetime) -> None:
    """What fell due while a journey was paused comes now."""
    for statement in (_sql.catch_up, _sql.catch_up_arrivals):
        cursor.execute(statement, {"journey": journey_id, "now": now})


def put_away(cursor: Cursor, journey_id: int, now: datetime) -> int:
    """Everybody leaves a journey, so that no undone merge has anybody go on, and nobody comes any more; returns how many left."""
    cursor.execute(_sql.forget_arrivals, {"journey": journey_id})
    return let_go(cursor, now, "archived", journey_id=journey_id, statuses=(*OPEN, JOINED))


def _tell(gone: Sequence[Sequence[Any]], why: str, now: datetime) -> None:
    known = carriers([owner for _, _, owner, _, _ in gone])
    news = [
        Incoming(
            name=LEFT,
            occurred_at=now,
            message=f"journey.left:{number}",
            handles=[known[owner].handle],
            properties={"journey": code, "key": key, "step": step, "why": why},
            key=f"journey.left:{number}",
        )
        for number, code, owner, step, key in gone
        if owner in known
    ]
    if news:
        record(news, source=source_of(SYSTEM), received_at=now)


def _is_same(old: Mapping[str, object], new: Mapping[str, object]) -> bool:
    return {**old, "next": None} == {**new, "next": None}
