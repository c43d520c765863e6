"""What a walk leaves behind, written set by set: enrolments, the steps they left, counts, and the news of it."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from operator import attrgetter
from zoneinfo import ZoneInfo

from psycopg import Cursor

from siyu.facts.rules import MAX_DEPTH, Batch, Derived, Merged
from siyu.lib.clock import business_day
from siyu.lib.sql import array, copy, escape, null, statements
from siyu.members.rules import became

from ..rules import Walker
from ..rules.line import Left, Log, News

_sql = statements("siyu.journeys", "walking")
_KEPT = (
    *("id", "owner_id", "step", "way", "hop", "since", "due_at", "status", "why", "detail"),
    *("arm", "is_held_out", "ended_at", "goal_at", "goal_until"),
)
_TEXTS = {"step", "way", "status", "why", "detail", "arm", "is_held_out"}


def write(cursor: Cursor, batch: Batch, log: Log, merges: Sequence[Merged]) -> None:
    """Write it all; merges first, for they also carry what has ended."""
    if merges:
        ends = became([(merge.survivor_id, merge.loser_id) for merge in merges])
        cursor.execute(_sql.carry, {"losers": array(ends), "survivors": array(ends.values())})
    new = {id(walker) for walker in log.entered}
    if log.entered:
        copy(cursor, _sql.add, [_line(walker) for walker in log.entered])
    if changed := sorted((one for key, one in log.changed.items() if key not in new), key=attrgetter("id")):
        cursor.execute(_sql.keep, {name: _column(changed, name) for name in _KEPT})
    if log.passed:
        copy(cursor, _sql.pass_, [_passage(one) for one in log.passed])
    if log.counts:
        _count(cursor, log, batch.zone)


def news(log: Log) -> list[Derived]:
    """The facts that tell of it; what time did tells its instant, what a fact did has it as its cause."""
    return [_derived(one) for one in log.news]


def _derived(one: News) -> Derived:
    cause = one.fact if one.fact is not None and one.fact.depth < MAX_DEPTH else None
    return Derived(
        name=one.name,
        reaction="journeys.walk",
        member_id=one.member_id,
        properties=one.properties,
        cause=cause,
        at=None if cause else one.at,
        discriminator=f"{one.properties['journey']} {one.walker.key} {one.walker.hop}",
    )


def _column(walkers: Sequence[Walker], name: str) -> object:
    values = [getattr(walker, name) for walker in walkers]
    return values if name in _TEXTS else array(values)


def _line(w: Walker) -> str:
    texts = (w.key, w.step, w.way)
    return (
        "\t".join(
            (
                *(str(number) for number in (w.id, w.journey_id, w.version_id, w.origin_id, w.owner_id)),
                *(escape(text) for text in texts),
                str(w.hop),
                w.since.isoformat(),
                _instant(w.due_at),
                w.status,
                escape(w.why),
                escape(w.detail),
                escape(json.dumps(w.properties, ensure_ascii=False)),
                escape(w.arm),
                "t" if w.is_held_out else "f",
                w.entered_at.isoformat(),
                _instant(w.ended_at),
                _instant(w.goal_at),
                _instant(w.goal_until),
            )
        )
        + "\n"
    )


def _passage(one: Left) -> str:
    fact = one.fact
    told = "\\N\t\\N" if fact is None else f"{null(fact.id)}\t{fact.occurred_at.isoformat()}"
    return f"{one.walker.id}\t{one.hop}\t{one.version_id}\t{one.step}\t{escape(one.way)}\t{one.at.isoformat()}\t{told}\n"


def _instant(at: datetime | None) -> str:
    return "\\N" if at is None else at.isoformat()


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
        "versions": array(version for (version, _, _, _), _ in ordered),
        "steps": [step for (_, step, _, _), _ in ordered],
        "ways": [way for (_, _, way, _), _ in ordered],
        "days": array(day for (_, _, _, day), _ in ordered),
        "times": array(times for _, times in ordered),
    }
    cursor.execute(_sql.count, columns)
