"""Answers that nobody keeps: how many a rule would hold and who, while it is being written; and what a change would change."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import psycopg
from django.db import OperationalError, connection, transaction
from psycopg import Cursor

from siyu.lib.sql import array
from siyu.merchant.rules import WHOLE, Scope

from ..asking import MOMENT, Asking
from ..compiling import Judged, asked, joins_at_once, joins_by_member
from ..rules import leaves
from ..rules.tree import Node
from .moment import parameters
from .standing import known, newest_borders

PATIENCE_SECONDS = 2.0  # for an exact answer
SAMPLED = 3_000  # members that an approximate answer looks at
SHOWN = 10  # members named as examples
IN_SCOPE = (
    "(%(scope_stores)s::bigint[] IS NULL OR m.store_id = ANY(%(scope_stores)s::bigint[]))"
    " AND (%(scope_assistant)s::bigint IS NULL OR m.assistant_id = %(scope_assistant)s::bigint)"
)
PEOPLE = f"m.is_identified AND m.merged_into_id IS NULL AND {IN_SCOPE}"


class Preview(NamedTuple):
    """How many people of a scope a rule holds; `is_exact` or reckoned from a sample; some of them, by number."""

    members: int
    people: int
    is_exact: bool
    sample: list[int]


class Difference(NamedTuple):
    """Who would come and who would go."""

    came: int
    went: int
    stay: int


def everybody(cursor: Cursor, node: Node, now: datetime, zone: ZoneInfo, *, live: bool = True) -> dict[int, tuple[bool, datetime | None]]:
    """Everybody's answer and when time alone can change it: for pools small enough to hold in memory (tests, checks)."""
    ask, answer = _asked(cursor, node, live=live)
    due = answer.due or "NULL::timestamptz"
    text = f"WITH {MOMENT} SELECT t.member_id, {answer.holds}, {due} FROM ({_people()}) t {joins_at_once(ask)}"
    cursor.execute(text, {**parameters(now, zone), **WHOLE.parameters()})
    return {member: (is_in, due_at) for member, is_in, due_at in cursor.fetchall()}


def holding(cursor: Cursor, node: Node, member_ids: Sequence[int], now: datetime, zone: ZoneInfo) -> set[int]:
    """Those of these members for whom a rule holds: each looked up by number."""
    ask, answer = _asked(cursor, node, live=True)
    text = (
        f"WITH {MOMENT} SELECT t.member_id FROM ({_people()} AND m.id = ANY(%(members)s::bigint[])) t"
        f" {joins_by_member(ask, needed=False)} WHERE {answer.holds}"
    )
    cursor.execute(text, {**parameters(now, zone), **WHOLE.parameters(), "members": array(member_ids)})
    return {row[0] for row in cursor.fetchall()}


def holders(cursor: Cursor, node: Node, now: datetime, zone: ZoneInfo) -> list[int]:
    """Everybody for whom a rule holds, by number."""
    ask, answer = _asked(cursor, node, live=True)
    text = f"WITH {MOMENT} SELECT t.member_id FROM ({_people()}) t {joins_at_once(ask)} WHERE {answer.holds} ORDER BY 1"
    cursor.execute(text, {**parameters(now, zone), **WHOLE.parameters()})
    return [row[0] for row in cursor.fetchall()]


def preview(node: Node, now: datetime, zone: ZoneInfo, scope: Scope = WHOLE) -> Preview:
    """Within a bounded time: exactly if that suffices, else from a random sample."""
    with _patient() as cursor:
        try:
            return _exact(cursor, node, {**parameters(now, zone), **scope.parameters()})
        except (OperationalError, psycopg.OperationalError):
            pass
    with _patient(5 * PATIENCE_SECONDS) as cursor:
        return _sampled(cursor, node, {**parameters(now, zone), **scope.parameters()})


def difference(audience_id: int, node: Node, now: datetime, zone: ZoneInfo, scope: Scope = WHOLE) -> Difference | None:
    """What putting this rule in force would change; None when that takes too long to reckon."""
    with _patient(5 * PATIENCE_SECONDS) as cursor:
        try:
            ask, answer = _asked(cursor, node, live=True)
            text = f"""
WITH {MOMENT}, answer AS (SELECT t.member_id FROM ({_people()}) t {joins_at_once(ask)} WHERE {answer.holds}),
before AS (SELECT s.member_id FROM audiences_membership s JOIN members_member m ON m.id = s.member_id
           WHERE s.audience_id = %(audience)s AND {IN_SCOPE})
SELECT count(*) FILTER (WHERE b.member_id IS NULL), count(*) FILTER (WHERE a.member_id IS NULL),
       count(*) FILTER (WHERE a.member_id IS NOT NULL AND b.member_id IS NOT NULL)
FROM answer a FULL JOIN before b ON b.member_id = a.member_id"""
            cursor.execute(text, {**parameters(now, zone), **scope.parameters(), "audience": audience_id})
            return Difference(*cursor.fetchone())  # type: ignore[misc]
        except (OperationalError, psycopg.OperationalError):
            return None


@contextmanager
def _patient(seconds: float = PATIENCE_SECONDS) -> Iterator[Cursor]:
    """A cursor whose statements end after a while; nothing it does is kept."""
    connection.ensure_connection()
    with transaction.atomic(), Cursor(connection.connection) as cursor:
        save = transaction.savepoint()
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(int(seconds * 1000))])
        try:
            yield cursor
        finally:
            transaction.savepoint_rollback(save)


def _asked(cursor: Cursor, node: Node, *, live: bool) -> tuple[Asking, Judged]:
    borders = newest_borders(cursor) if any(leaf.kind == "rfm" for leaf in leaves(node)) else None
    ask, (answer,), _ = asked([node], known(cursor, borders.id if borders else None), live=live)
    return ask, answer


def _people(more: str = "") -> str:
    return f"SELECT m.id AS member_id, m.store_id, m.assistant_id FROM members_member m {more} WHERE {PEOPLE}"


def _exact(cursor: Cursor, node: Node, moment: dict[str, Any]) -> Preview:
    ask, answer = _asked(cursor, node, live=True)
    text = f"""
WITH {MOMENT}, answer AS (SELECT t.member_id, {answer.holds} AS is_in FROM ({_people()}) t {joins_at_once(ask)})
SELECT count(*) FILTER (WHERE is_in), count(*),
       (SELECT array_agg(member_id) FROM (SELECT member_id FROM answer WHERE is_in ORDER BY member_id DESC LIMIT {SHOWN}) AS shown)
FROM answer"""
    cursor.execute(text, moment)
    members, people, sample = cursor.fetchone()  # type: ignore[misc]
    return Preview(members, people, True, sample or [])


def _sampled(cursor: Cursor, node: Node, moment: dict[str, Any]) -> Preview:
    ask, answer = _asked(cursor, node, live=True)
    cursor.execute(f"SELECT count(*), coalesce(max(m.id), 0) FROM members_member m WHERE {PEOPLE}", moment)
    people, _highest = cursor.fetchone()  # type: ignore[misc]
    if not people:
        return Preview(0, 0, True, [])
    every = max(people // SAMPLED, 1)  # a salted hash spreads the sample over all of them
    chosen = f"{_people()} AND ('x' || left(md5('preview:' || m.id), 8))::bit(32)::bigint %% {every} = 0 LIMIT {SAMPLED}"
    text = f"""
WITH {MOMENT}
SELECT count(*) FILTER (WHERE is_in), count(*), (array_agg(member_id) FILTER (WHERE is_in))[1:{SHOWN}]
FROM (SELECT t.member_id, {answer.holds} AS is_in FROM ({chosen}) t {joins_by_member(ask, needed=False)}) AS answer"""
    cursor.execute(text, moment)
    found, looked, sample = cursor.fetchone()  # type: ignore[misc]
    return Preview(round(people * found / looked) if looked else 0, people, every == 1 and looked == people, sample or [])
