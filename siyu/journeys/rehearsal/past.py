"""The past of a part of the members: what happened, in order, with the clocks by which the pump went."""

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from siyu.facts.rules import Fact
from siyu.lib.refusal import Refusal
from siyu.lib.sql import array, statements

_sql = statements("siyu.journeys", "rehearsal")
PART = 500  # members whose past is in memory at a time
MOST_OF_PART = 1_000_000  # facts of one part
LATE = timedelta(days=1)  # what was received later than that was replayed, or came long after: it counts at its own instant


def parts() -> Iterator[list[int]]:
    """Everybody, a part at a time."""
    after = 0
    while True:
        found = [row[0] for row in _rows(_sql.members, after=after, limit=PART)]
        if found:
            yield found
        if len(found) < PART:
            return
        after = found[-1]


def facts_of(members: Sequence[int], names: Sequence[str], since: datetime, until: datetime, *, lines: bool) -> dict[int, list[Fact]]:
    """Member → facts of these names by their clocks. Refusal: `rehearsal.too_much`."""
    found: dict[int, list[Fact]] = {}
    if not names:
        return found
    historical = set(_rows(_sql.historical, members=array(members))) if any(name.startswith("order.") for name in names) else set()
    columns = {"members": array(members), "names": list(names), "since": since, "until": until, "lines": lines, "limit": MOST_OF_PART}
    rows = _rows(_sql.facts, **columns)
    if len(rows) >= MOST_OF_PART:
        raise Refusal("rehearsal.too_much", "too much happened in this time: rehearse fewer days")
    for member, number, name, at, received_at, day, source, identity, message, depth, told in rows:
        properties = json.loads(told)
        clock = received_at if received_at - at < LATE else at
        if clock >= until:
            continue
        found.setdefault(member, []).append(
            Fact(
                seq=0,
                id=number,
                name=name,
                occurred_at=at,
                received_at=received_at,
                clock=clock,
                business_day=day,
                source_id=source,
                identity_id=identity,
                member_id=member,
                properties=properties,
                mark=message.bytes,
                depth=depth,
                is_historical=bool(historical) and (properties.get("shop"), properties.get("order_number")) in historical,
            )
        )
    for facts in found.values():
        facts.sort(key=lambda fact: (fact.clock, fact.id))
    return found


def lived_since(audiences: Sequence[int]) -> dict[int, datetime | None]:
    """Since when audiences have been judged by the one rule they have; None when the rule changed."""
    return dict(_rows(_sql.audiences, audiences=array(audiences))) if audiences else {}


class Presence:
    """When a member was in an audience: how it began, and each instant at which it changed."""

    __slots__ = ("ats", "began", "turns")

    def __init__(self, began: bool, turns: Sequence[tuple[datetime, bool]] = ()) -> None:
        self.began, self.turns = began, [is_in for _, is_in in turns]
        self.ats = [at for at, _ in turns]

    def __call__(self, at: datetime) -> bool:
        place = bisect_right(self.ats, at)
        return self.turns[place - 1] if place else self.began


def _rows(statement: str, **columns: Any) -> list[Any]:
    with connection.cursor() as plain:
        plain.cursor.execute(statement, columns)
        return plain.cursor.fetchall()
