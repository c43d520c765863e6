"""Facts start and end standing orders for assistants: part of a batch in the pump."""

import json
from collections.abc import Mapping
from datetime import date

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived
from siyu.lib.sql import array, statements

from .services.tasks import withdraw

_sql = statements("siyu.touches", "sops")
EXITED = "sop.exited"


def follow(cursor: Cursor, batch: Batch) -> list[Derived]:
    """Begin and leave standing orders as the batch tells: whoever begins before an end leaves again, whoever begins behind it stays."""
    cursor.execute(_sql.in_force)
    for code, number, starts_on, exits, archived_at in cursor.fetchall():
        ended = {batch.owner(fact.member_id): fact.seq for fact in batch.named(*json.loads(exits)) if fact.member_id is not None}
        before, behind = _begun(batch, starts_on, ended) if archived_at is None else ({}, {})
        _begin(cursor, code, number, before, batch)
        if ended:
            _end(cursor, code, sorted(ended), batch)
        _begin(cursor, code, number, behind, batch)
    return []


def _begun(batch: Batch, starts_on: str, ended: Mapping[int, int]) -> tuple[dict[int, date], dict[int, date]]:
    """Who begins on which business day: before the last end of theirs, and behind it."""
    before: dict[int, date] = {}
    behind: dict[int, date] = {}
    for fact in batch.named(starts_on):
        if fact.member_id is not None and not fact.is_historical:
            member = batch.owner(fact.member_id)
            part = before if fact.seq < ended.get(member, -1) else behind
            if member not in before:
                part.setdefault(member, fact.business_day)
    return before, behind


def _begin(cursor: Cursor, code: str, number: int, begun: Mapping[int, date], batch: Batch) -> None:
    if not begun:
        return
    columns = {"members": array(begun), "days": array(begun.values()), "code": code, "sop": number, "zone": str(batch.zone)}
    cursor.execute(_sql.start, columns)


def _end(cursor: Cursor, code: str, ended: list[int], batch: Batch) -> None:
    cursor.execute(_sql.standing, {"code": code, "members": array(ended)})
    members = [row[0] for row in cursor.fetchall()]
    if members:
        cursor.execute(_sql.leave, {"code": code, "members": array(members)})
        withdraw([f"sop:{code}"], batch.until, why=EXITED, member_ids=members)
