"""A new version of a track judges its whole base when it starts, set by set: as `judge` would, one member after another.

Whoever has anything else due was judged by the fold before; here time does nothing to a member but the change of version.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived
from siyu.lib.clock import midnight
from siyu.lib.lane import ColumnCursor, Lane
from siyu.lib.sql import statements
from siyu.members.services import lock
from siyu.merchant.queries import settings_book

from .queries.simulation import first_instant
from .reactions import news_of
from .reading import read
from .rows import Touched
from .rules import Ladder, Move, News, Programme, Standing, Track, replayed, rungs_of
from .rules.tiers.judging import PROGRAMME, period_end
from .rules.tiers.terms import AtOnce, Calendar, Lifetime, Rolling
from .standing import floors, movements, write_standings
from .writing import write

_sql = statements("siyu.loyalty", "everybody")
LIMIT = 20_000  # members of one transaction who are judged by a set
FOLDED = 2_000  # and of those whose single movements must be walked
PART = 2_500  # members who are written while the next are judged


class Row(NamedTuple):
    """A member who waits for a version."""

    member: int
    tier: str
    growth: int
    since: datetime
    version: int
    is_plain: bool


def judge_everybody(cursor: Cursor, programme: Programme, batch: Batch, judged: set[int]) -> list[Derived]:
    """Judge the next members for whom a version has started up to `batch.until`; call again while `next_version` says so.

    They are added to `judged`.
    """
    until = batch.until
    for track in programme.tracks:
        begun = [ladder.version for ladder in track.ladders if ladder.moved_at is not None and ladder.moved_at <= until]
        if not begun:
            continue
        waiting = ColumnCursor(cursor.connection).execute(
            _sql.waiting, {"track": track.code, "version": max(begun), "limit": batch.portion("loyalty", LIMIT)}, binary=True
        )
        rows = [Row(*row) for row in waiting]
        if rows:
            judged.update(row.member for row in rows)
            batch.move("loyalty", [row.member for row in rows])
            return _switch(cursor, programme, track, rows, until)
    return _open(cursor, programme, batch)


def next_version(cursor: Cursor) -> datetime | None:
    """The first instant at which a version starts that has yet to judge someone."""
    cursor.execute(_sql.next_versions)
    rows = cursor.fetchall()
    if not rows:
        return None
    book = settings_book()
    instants = []
    for day, by_hand_at, since in rows:
        at = midnight(day, book.zone(day)) if day is not None else by_hand_at
        instants.append(max(at, since) if since is not None else at)
    return min(instants)


def _switch(cursor: Cursor, programme: Programme, track: Track, rows: list[Row], until: datetime) -> list[Derived]:
    rows = [row for row in rows if row.version == rows[0].version]
    found = track.switch(rows[0].version, rows[0].since)
    assert found is not None
    at, ladder = found[1].moved_at, found[1]
    members = [row.member for row in rows]
    cursor.execute(_sql.floored, {"members": members, "track": track.code})
    alone = {row[0] for row in cursor.fetchall()} if programme.has_floors else set()
    alone |= {row.member for row in rows if at is None or row.since > at}
    if alone or not _commutes(ladder):
        return _fold(cursor, programme, sorted(alone or set(members))[:FOLDED], until)
    assert at is not None
    news: list[Derived] = []
    with Lane(cursor.connection, is_worth_a_thread=len(rows) > PART) as lane:
        lock(lane.cursor, members)
        worth = _worth(lane.cursor, programme, ladder, rows, at)
        for start in range(0, len(rows), PART):
            news += _judge(lane.cursor, programme, track, ladder, rows[start : start + PART], worth, at)
    return news


def _commutes(ladder: Ladder) -> bool:
    """Whether a version's judgement of a member needs no more than a sum."""
    if isinstance(ladder.terms.window, Lifetime):
        return True
    return isinstance(ladder.terms.window, Rolling | Calendar) and not isinstance(ladder.terms.valid, AtOnce)


def _judge(
    cursor: Cursor, programme: Programme, track: Track, ladder: Ladder, rows: Sequence[Row], worth: dict[int, int], at: datetime
) -> list[Derived]:
    lines = [tier.threshold for tier in ladder.tiers]
    codes = ["", *(tier.code for tier in ladder.tiers)]
    ends_at = period_end(ladder.terms, programme.zones, at)
    standings: dict[int, Standing] = {}
    news: list[News] = []
    for row in rows:
        value = worth.get(row.member, 0)
        place = bisect_right(lines, value)
        tier, end = codes[place], ends_at if place > 1 else None
        since = row.since if tier == row.tier else at
        if track.is_plain:
            standings[row.member] = Standing(value, tier, ladder.version, since)
        else:
            standings[row.member] = Standing(value, tier, ladder.version, since, tier, at, end, None, end, at)
        if tier != row.tier:
            news.append(News(Move(row.member, row.tier, tier, value, at, None, track.code, ladder.version, PROGRAMME), None))
    old = track.ladder(rows[0].version)
    held = {code: rungs_of(old, code) for code in {row.tier for row in rows}}
    write_standings(cursor, track, standings, before={row.member: held[row.tier] for row in rows})
    return news_of(programme, news)


def _worth(cursor: Cursor, programme: Programme, ladder: Ladder, rows: Sequence[Row], at: datetime) -> dict[int, int]:
    """What each of these members has on this version's measure and window at an instant."""
    terms = ladder.terms
    if terms.unit == "growth" and isinstance(terms.window, Lifetime) and all(row.is_plain for row in rows):
        return {row.member: row.growth for row in rows}
    since = None if isinstance(terms.window, Lifetime) else first_instant(terms.window, programme.zones, at)  # type: ignore[arg-type]
    cursor.execute(_sql.worth, {"members": [row.member for row in rows], "unit": terms.unit, "since": since})
    return dict(cursor.fetchall())


def _fold(cursor: Cursor, programme: Programme, owners: Sequence[int], until: datetime) -> list[Derived]:
    touched = Touched()
    book, known = read(cursor, programme, touched, until, owners)
    book.pass_time(until)
    write(cursor, book, known, touched)
    return news_of(programme, book.news)


def _open(cursor: Cursor, programme: Programme, batch: Batch) -> list[Derived]:
    """Find the members of a track that begins: who has something that it measures, and does not stand on it yet."""
    cursor.execute(_sql.opening, {"day": programme.zones.day_of(batch.until)})
    row = cursor.fetchone()
    if row is None:
        return []
    code, version, above = row
    track = programme.track(code)
    ladder = track.ladder(version) if track is not None else None
    if track is None or ladder is None or ladder.starts_at is None:
        return []
    most = batch.portion("loyalty", FOLDED)
    cursor.execute(_sql.owners_from, {"above": above, "unit": ladder.terms.unit, "limit": most})
    members = [member for (member,) in cursor.fetchall()]
    batch.move("loyalty", members)
    news = _found(cursor, programme, track, ladder, members, ladder.starts_at) if members else []
    to = members[-1] if members else above
    opened_at = batch.until if len(members) < most else None
    cursor.execute(_sql.opened_to, {"track": code, "version": version, "member": to, "opened_at": opened_at})
    return news_of(programme, news)


def _found(cursor: Cursor, programme: Programme, track: Track, ladder: Ladder, members: list[int], at: datetime) -> list[News]:
    lock(cursor, members)
    cursor.execute(_sql.without_standing, {"members": members, "track": track.code})
    new = [member for (member,) in cursor.fetchall()]
    moved: dict[int, list] = {}
    for owned in movements(cursor, new, track.measures):
        moved.setdefault(owned.owner, []).append(owned.movement)
    granted: dict[int, tuple] = {}
    for _, owner, code, floor in floors(cursor, new) if programme.has_floors else ():
        if code == track.code:
            granted[owner] = (*granted.get(owner, ()), floor)
    standings = {
        member: standing
        for member, own in moved.items()
        if (standing := replayed(programme, track, own, granted.get(member, ()), until=at)).since is not None
    }
    write_standings(cursor, track, standings)
    base = ladder.tier_for(0).code
    return [
        News(Move(member, base, standing.tier, standing.growth, at, None, track.code, ladder.version, PROGRAMME), None)
        for member, standing in standings.items()
        if standing.tier != base
    ]
