"""What a walk leaves behind, written set by set: enrolments, the steps they left, counts, and the news of it."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.json import encode
from psycopg import Cursor

from siyu.facts.rules import MAX_DEPTH, Batch, Derived, Merged
from siyu.lib.clock import business_day
from siyu.lib.sql import array, copy, escape, statements
from siyu.members.rules import became

from ..rules import Walker
from ..rules.line import Left, Log, News

_sql = statements("siyu.journeys", "walking")
_KEPT = (
    *("id", "owner_id", "step", "way", "hop", "since", "due_at", "status", "why", "detail"),
    *("arm", "is_held_out", "ended_at", "goal_at", "goal_until"),
)


def write(cursor: Cursor, batch: Batch, log: Log, merges: Sequence[Merged]) -> None:
    """Write it all; merges first, for they also carry what has ended."""
    if merges:
        ends = became([(merge.survivor_id, merge.loser_id) for merge in merges])
        cursor.execute(_sql.carry, {"losers": array(ends), "survivors": array(ends.values())})
    new = {id(walker) for walker in log.entered}
    lines = _Lines()
    if log.entered:
        copy(cursor, _sql.add, [lines.enrolment(walker) for walker in log.entered])
    if changed := sorted((one for key, one in log.changed.items() if key not in new), key=attrgetter("id")):
        cursor.execute(_sql.keep, {name: [getattr(walker, name) for walker in changed] for name in _KEPT})
    if log.passed:
        copy(cursor, _sql.pass_, [lines.passage(one) for one in log.passed])
    if log.counts:
        _count(cursor, log, batch.zone)


def news(log: Log) -> list[Derived]:
    """The facts that tell of it; what time did tells its instant, what a fact did has it as its cause.

    Of members who became one, each may have been through with the same key: their news tells when they came, and where they came at once,
    it is told of one after the other.
    """
    made = {id(one): _derived(one) for one in log.news}
    told: Counter[tuple[Any, ...]] = Counter()
    for one in sorted(log.news, key=lambda one: (one.walker.entered_at, one.walker.version_id, one.walker.step)):
        derived = made[id(one)]
        same = (one.name, one.member_id, one.at, one.fact.id if one.fact else None, derived.discriminator)
        if told[same]:
            derived.discriminator += f" {told[same]}"
        told[same] += 1
    return list(made.values())


def _derived(one: News) -> Derived:
    cause = one.fact if one.fact is not None and one.fact.depth < MAX_DEPTH else None
    return Derived(
        name=one.name,
        reaction="journeys.walk",
        member_id=one.member_id,
        properties=one.properties,
        cause=cause,
        at=None if cause else one.at,
        discriminator=f"{one.properties['journey']} {one.walker.key} {one.hop} {one.walker.entered_at.timestamp()}",
    )


class _Lines:
    """Rows as COPY wants them; one instant is said many times."""

    def __init__(self) -> None:
        self.instants: dict[datetime | None, str] = {None: "\\N"}

    def _at(self, at: datetime | None) -> str:
        if (said := self.instants.get(at)) is None:
            said = self.instants[at] = at.isoformat()  # type: ignore[union-attr]
        return said

    def enrolment(self, w: Walker) -> str:
        at = self._at
        who = f"{w.id}\t{w.journey_id}\t{w.version_id}\t{w.origin_id}\t{w.owner_id}\t{escape(w.key)}"
        where = f"{escape(w.step)}\t{escape(w.way)}\t{w.hop}\t{at(w.since)}\t{at(w.due_at)}"
        how = f"{w.status}\t{escape(w.why)}\t{escape(w.detail)}\t{escape(encode(w.properties).decode())}\t{escape(w.arm)}"
        when = f"{at(w.entered_at)}\t{at(w.ended_at)}\t{at(w.goal_at)}\t{at(w.goal_until)}"
        return f"{who}\t{where}\t{how}\t{'t' if w.is_held_out else 'f'}\t{when}\n"

    def passage(self, one: Left) -> str:
        fact = one.fact
        told = "\\N\t\\N" if fact is None else f"{fact.id}\t{self._at(fact.occurred_at)}"
        return f"{one.walker.id}\t{one.hop}\t{one.version_id}\t{one.step}\t{escape(one.way)}\t{self._at(one.at)}\t{told}\n"


def _count(cursor: Cursor, log: Log, zone: ZoneInfo) -> None:
    days: dict[datetime, date] = {}
    cells: Counter[tuple[int, str, str, date]] = Counter()
    for version, step, way, at in log.counts:
        day = days.get(at)
        if day is None:
            day = days[at] = business_day(at, zone)
        cells[version, step, way, day] += 1
    ordered = sorted(cells.items())
    columns = {
        "versions": [version for (version, _, _, _), _ in ordered],
        "steps": [step for (_, step, _, _), _ in ordered],
        "ways": [way for (_, _, way, _), _ in ordered],
        "days": [day for (_, _, _, day), _ in ordered],
        "times": [times for _, times in ordered],
    }
    cursor.execute(_sql.count, columns)
