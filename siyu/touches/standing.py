"""Facts start and end standing orders for assistants: at the end of a transaction of the pump, when audiences and journeys have spoken."""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived, Fact, Merged
from siyu.lib.sql import array, statements
from siyu.members.queries import lines

from .rules.standing import Beginning, Standings
from .services.tasks import take_back

_sql = statements("siyu.touches", "sops")
EXITED = "sop.exited"
Moment = tuple[datetime, int, int]


class _Order(NamedTuple):
    """The newest version of a standing order."""

    code: str
    sop: int
    starts_on: str
    exits: list[str]
    archived_at: datetime | None


def follow(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """Begin and leave standing orders as the facts tell, each in its turn: a merge of the batch makes one of two only from there on."""
    if not batch.facts:
        return None
    cursor.execute(_sql.in_force)
    orders = [_Order(code, sop, starts_on, json.loads(exits), archived) for code, sop, starts_on, exits, archived in cursor.fetchall()]
    told = [fact for fact in batch.named(*{name for one in orders for name in (one.starts_on, *one.exits)}) if fact.member_id is not None]
    for order in orders if told else ():
        if events := [fact for fact in told if (order.starts_on == fact.name and _may_begin(order, fact)) or fact.name in order.exits]:
            _follow(cursor, batch, order, events)
    return None


def _may_begin(order: _Order, fact: Fact) -> bool:
    """History that was imported begins nothing, nor does a merge."""
    is_by_merge = fact.name.startswith("audience.") and fact.properties.get("because") == "merge"
    return order.archived_at is None and not fact.is_historical and not is_by_merge


def _follow(cursor: Cursor, batch: Batch, order: _Order, facts: Sequence[Fact]) -> None:
    standings = Standings(_begun(cursor, batch, order, {batch.owner(fact.member_id) for fact in facts}))  # type: ignore[arg-type]
    for _, event in sorted(_events(batch, order, facts), key=lambda one: one[0]):
        if isinstance(event, Merged):
            standings.merge(event.survivor_id, event.loser_id)
        elif event.name in order.exits:
            standings.leave(event.member_id)  # type: ignore[arg-type]
        else:
            standings.begin(event.member_id, event.business_day)  # type: ignore[arg-type]
    _end(cursor, batch, order, standings)
    _begin(cursor, batch, order, standings)


def _begun(cursor: Cursor, batch: Batch, order: _Order, members: Collection[int]) -> Iterator[Beginning]:
    """What members have begun before, each with whose it was before the batch made two one."""
    cursor.execute(_sql.begun, {"code": order.code, "members": array(members)})
    rows = cursor.fetchall()
    losers = {merge.loser_id for merge in batch.merges}
    became = lines(cursor, {origin for origin, _ in rows}) if losers else {}
    for origin, member in rows:
        yield Beginning(origin, next((one for one in became.get(origin, ()) if one in losers), member))


def _events(batch: Batch, order: _Order, facts: Sequence[Fact]) -> Iterator[tuple[Moment, Fact | Merged]]:
    """Of what one fact brought about, an end comes before a beginning; a merge comes before its fact."""
    for merge in batch.merges:
        yield (merge.clock, merge.seq, 0), merge
    for fact in facts:
        yield (fact.clock, fact.seq, 1 if fact.name in order.exits else 2), fact


def _begin(cursor: Cursor, batch: Batch, order: _Order, standings: Standings) -> None:
    if new := [one for one in standings if one.day is not None]:
        columns = {
            "origins": array(one.origin for one in new),
            "members": array(one.member for one in new),
            "days": array(one.day for one in new),
            "states": ["exited" if one.is_left else "doubled" if standings.is_doubled(one) else "waiting" for one in new],
        }
        cursor.execute(_sql.start, {**columns, "code": order.code, "sop": order.sop, "zone": str(batch.zone)})


def _end(cursor: Cursor, batch: Batch, order: _Order, standings: Standings) -> None:
    known = [one for one in standings if one.day is None and one.is_taken_back]
    if known:
        cursor.execute(_sql.leave, {"code": order.code, "origins": array(one.origin for one in known if one.is_left)})
        cursor.execute(_sql.wished, {"code": order.code, "origins": array(one.origin for one in known)})
        take_back([f"sop:{order.code}:{origin}:{day}" for origin, day in cursor.fetchall()], batch.until, why=EXITED)
