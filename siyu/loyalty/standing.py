"""Standings as they are stored, and their replay from entries, which merges and their undo rest on."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import Cursor

from siyu.lib.sql import statements
from siyu.members.rules import Rung
from siyu.members.services import hold_rungs

from .rules import TRACK, Floor, Movement, Programme, Standing, Track, replayed, rungs_of
from .rules.ledger import Gift

_sql = statements("siyu.loyalty", "standing")


class Owned(NamedTuple):
    """A movement of what tiers measure, with the member it was earned as and the owner it has now."""

    origin: int
    owner: int
    movement: Movement


class Judged(NamedTuple):
    """How far members have been judged on a track: by which version, and up to when (None where only the moment counts)."""

    version: int | None = None
    until: datetime | None = None


def movements(cursor: Cursor, owners: Iterable[int], units: Iterable[str]) -> list[Owned]:
    """Every movement of these units that counts for these members, in the order in which it is replayed."""
    cursor.execute(_sql.movements, {"owners": sorted(owners), "units": sorted(units)})
    return [
        Owned(origin, owner, Movement(at, fact_id or operation, amount, unit, since, lot, is_gift))
        for origin, owner, at, fact_id, operation, amount, unit, since, lot, is_gift in cursor.fetchall()
    ]


def floors(cursor: Cursor, owners: Iterable[int]) -> list[tuple[int, int, str, Floor]]:
    """The tiers that staff granted to these members: to whom, whose they are now, on which track."""
    cursor.execute(_sql.floors, {"owners": sorted(owners)})
    return [(origin, owner, track, Floor(*floor)) for origin, owner, track, *floor in cursor.fetchall()]


def gifts_of(cursor: Cursor, origins: Iterable[int]) -> frozenset[Gift]:
    """Which gifts of tiers these members were given."""
    cursor.execute(_sql.gifts, {"origins": sorted(origins)})
    return frozenset(Gift(*row) for row in cursor.fetchall())


def note_gifts(cursor: Cursor, gifts: Iterable[Gift]) -> None:
    """Remember gifts that were given."""
    new = sorted(gifts)
    if new:
        columns = {"origins": [g.origin for g in new], "tracks": [g.track for g in new], "tiers": [g.tier for g in new]}
        cursor.execute(_sql.note_gifts, columns | {"periods": [g.period for g in new]})


def replay_standings(
    cursor: Cursor, programme: Programme, members: Iterable[int], judged: Mapping[str, Judged], *, is_unknown_time: bool = False
) -> None:
    """Recompute members' standings on every track from their entries and floors; `judged`: track → how far.

    `is_unknown_time`: what happened until then was told already, and what comes is yet to be judged.
    """
    owners = sorted(members)
    moved: dict[int, list[Movement]] = {owner: [] for owner in owners}
    for owned in movements(cursor, owners, programme.measures):
        moved[owned.owner].append(owned.movement)
    granted: dict[tuple[int, str], tuple[Floor, ...]] = {}
    for _, owner, code, floor in floors(cursor, owners) if programme.has_floors else ():
        granted[owner, code] = (*granted.get((owner, code), ()), floor)
    for track in programme.tracks:
        version, until = judged.get(track.code, Judged())
        standings: dict[int, Standing] = {}
        for owner, own in moved.items():
            standing = replayed(programme, track, own, granted.get((owner, track.code), ()), until=until, version=version)
            if is_unknown_time and standing.judged_at is not None:
                standing = standing._replace(judged_at=until)
            standings[owner] = standing
        cursor.execute(_sql.drop_standings, {"track": track.code, "members": [o for o, one in standings.items() if one.since is None]})
        write_standings(cursor, track, {owner: standing for owner, standing in standings.items() if standing.since is not None})


def write_standings(
    cursor: Cursor, track: Track, standings: Mapping[int, Standing], *, before: Mapping[int, frozenset[Rung]] | None = None
) -> None:
    """Write where members now stand on a track, and the rungs that the main track gives; `before`: those known to be held already."""
    plain = {member: standing for member, standing in standings.items() if standing.judged_at is None}
    if plain:
        cursor.execute(_sql.write_standings, _columns(track, plain))
    if len(plain) < len(standings):
        rest = {member: standing for member, standing in standings.items() if standing.judged_at is not None}
        periods = {name: [getattr(standing, name) for standing in rest.values()] for name in Standing._fields[4:]}
        cursor.execute(_sql.write_periods, _columns(track, rest) | periods)
    if track.code == TRACK and standings:
        held = before or {}
        rungs = rungs_on(track)
        hold_rungs(cursor, {member: own for member, one in standings.items() if held.get(member) != (own := rungs(one))})


def rungs_on(track: Track) -> Callable[[Standing], frozenset[Rung]]:
    """The rungs that standings on a track give, each tier looked up once."""
    known: dict[tuple[int, str], frozenset[Rung]] = {}

    def rungs(standing: Standing) -> frozenset[Rung]:
        key = (standing.version, standing.tier)
        if key not in known:
            known[key] = rungs_of(track.ladder(standing.version), standing.tier)
        return known[key]

    return rungs


def _columns(track: Track, standings: Mapping[int, Standing]) -> dict[str, Any]:
    return {
        "track": track.code,
        "members": list(standings),
        "tiers": [standing.tier for standing in standings.values()],
        "growth": [standing.growth for standing in standings.values()],
        "since": [standing.since for standing in standings.values()],
        "versions": [standing.version for standing in standings.values()],
    }
