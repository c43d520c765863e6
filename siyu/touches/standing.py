"""Facts start and end standing orders for assistants: at the end of a transaction of the pump, when audiences and journeys have spoken."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from psycopg import Cursor

from siyu.facts import filters
from siyu.facts.rules import Batch, Derived, Fact, Merged
from siyu.lib.sql import array, statements
from siyu.members.queries import lines

from .rules.standing import Beginning, Standings
from .services.tasks import take_back

_sql = statements("siyu.touches", "sops")
EXITED = "sop.exited"
MERGES, ENDS, BEGINS = range(3)  # which comes first
KEPT = 1_000  # versions that are read
Moment = tuple[datetime, int, int]
Predicate = Callable[[dict[str, Any]], bool]


class _Order(NamedTuple):
    """The newest version of a standing order: by names of facts, of which properties they begin and end it."""

    code: str
    sop: int
    starts: Mapping[str, Sequence[Predicate]]
    exits: Mapping[str, Sequence[Predicate]]
    is_archived: bool

    def begins(self, fact: Fact) -> bool:
        """Whether somebody begins with it. History that was imported begins nothing, nor does a merge."""
        is_by_merge = fact.name.startswith("audience.") and fact.properties.get("because") == "merge"
        return not (self.is_archived or fact.is_historical or is_by_merge) and _passes(self.starts, fact)

    def ends(self, fact: Fact) -> bool:
        return _passes(self.exits, fact)


def follow(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """Begin and leave standing orders as the facts tell, each in its turn: a merge of the batch makes one of two only from there on."""
    if not batch.facts:
        return None
    cursor.execute(_sql.in_force)
    orders = [_order(*row) for row in cursor.fetchall()]
    told = [fact for fact in batch.named(*{name for one in orders for name in (*one.starts, *one.exits)}) if fact.member_id is not None]
    for order in orders if told else ():
        ends = [fact for fact in told if order.ends(fact)]
        starts = [fact for fact in told if order.begins(fact)]
        if ends or starts:
            _follow(cursor, batch, order, ends, starts)
    return None


@lru_cache(maxsize=KEPT)
def _order(code: str, sop: int, starts_on: str, where: str, exits: str, archived_at: datetime | None) -> _Order:
    ends: dict[str, list[Predicate]] = {}
    for one in json.loads(exits):
        ends.setdefault(one["fact"], []).append(filters.compile(one["where"]))
    return _Order(code, sop, {starts_on: [filters.compile(json.loads(where))]}, ends, archived_at is not None)


def _passes(heard: Mapping[str, Sequence[Predicate]], fact: Fact) -> bool:
    return any(passes(fact.properties) for passes in heard.get(fact.name, ()))


def _follow(cursor: Cursor, batch: Batch, order: _Order, ends: Sequence[Fact], starts: Sequence[Fact]) -> None:
    members = {batch.owner(fact.member_id) for fact in (*ends, *starts)}  # type: ignore[arg-type]
    standings = Standings(_begun(cursor, batch, order, members))
    for (_, _, rank), event in sorted(_events(batch, ends, starts), key=lambda one: one[0]):
        if isinstance(event, Merged):
            standings.merge(event.survivor_id, event.loser_id)
        elif rank == ENDS:
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


def _events(batch: Batch, ends: Sequence[Fact], starts: Sequence[Fact]) -> Iterator[tuple[Moment, Fact | Merged]]:
    """Of what one fact brought about, an end comes before a beginning; a merge comes before its fact."""
    for rank, events in ((MERGES, batch.merges), (ENDS, ends), (BEGINS, starts)):
        for event in events:
            yield (event.clock, event.seq, rank), event


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
