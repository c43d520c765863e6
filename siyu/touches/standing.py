"""Facts start and end standing orders for assistants: at the end of a transaction of the pump, when audiences and journeys have spoken."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived, Fact
from siyu.lib.sql import array, statements

from .services.tasks import withdraw

_sql = statements("siyu.touches", "sops")
EXITED = "sop.exited"
Moment = tuple[datetime, int]


def follow(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """Begin and leave standing orders as the facts tell: whoever begins before an end leaves again, whoever begins behind it stays."""
    if not batch.facts:
        return None
    cursor.execute(_sql.in_force)
    orders = [
        (code, number, starts_on, json.loads(exits), archived_at) for code, number, starts_on, exits, archived_at in cursor.fetchall()
    ]
    names = {name for _, _, starts_on, exits, _ in orders for name in (starts_on, *exits)}
    told = [fact for fact in batch.named(*names) if fact.member_id is not None]
    for code, number, starts_on, exits, archived_at in orders if told else ():
        ended = {batch.owner(fact.member_id): _moment(fact) for fact in told if fact.name in exits}  # type: ignore[arg-type]
        starts = [fact for fact in told if fact.name == starts_on and _may_begin(fact)] if archived_at is None else []
        before, behind = _begun(batch, starts, ended)
        _begin(cursor, code, number, before, batch)
        if ended:
            _end(cursor, code, sorted(ended), batch)
        _begin(cursor, code, number, behind, batch)
    return None


def _may_begin(fact: Fact) -> bool:
    """History that was imported begins nothing, nor does a merge."""
    return not fact.is_historical and not (fact.name.startswith("audience.") and fact.properties.get("because") == "merge")


def _moment(fact: Fact) -> Moment:
    """Of what one fact brought about, an end comes before a beginning."""
    return fact.clock, fact.seq


def _begun(batch: Batch, starts: Sequence[Fact], ended: Mapping[int, Moment]) -> tuple[dict[int, date], dict[int, date]]:
    """Who begins on which business day: before the last end of theirs, and behind it."""
    before: dict[int, date] = {}
    behind: dict[int, date] = {}
    for fact in starts:
        member = batch.owner(fact.member_id)  # type: ignore[arg-type]
        part = before if member in ended and _moment(fact) < ended[member] else behind
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
