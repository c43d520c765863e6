"""Standings as they are stored, and their replay from entries, which merges and their undo rest on."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from psycopg import Cursor

from siyu.lib.sql import statements
from siyu.members.services import hold_rungs

from .rules import TRACK, Growth, Programme, Standing, replayed, rungs_of

_sql = statements("siyu.loyalty", "standing")


class Movement(NamedTuple):
    """A movement of growth, with the member it was earned as and the owner it has now."""

    origin: int
    owner: int
    growth: Growth


def movements(cursor: Cursor, owners: Iterable[int]) -> list[Movement]:
    """Every movement of these members' growth, in the order in which it is replayed."""
    cursor.execute(_sql.growth_entries, {"owners": sorted(owners)})
    return [Movement(origin, owner, Growth(*growth)) for origin, owner, *growth in cursor.fetchall()]


def replay_standings(cursor: Cursor, programme: Programme, versions: Mapping[int, int]) -> None:
    """Recompute members' standings from their entries: member → the newest version of the tiers that has judged them."""
    by_owner: dict[int, list[Growth]] = {owner: [] for owner in versions}
    for movement in movements(cursor, versions):
        by_owner[movement.owner].append(movement.growth)
    standings = {owner: replayed(programme, growth, versions[owner]) for owner, growth in by_owner.items()}
    cursor.execute(_sql.drop_standings, {"track": TRACK, "members": [owner for owner in standings if standings[owner].since is None]})
    write_standings(cursor, programme, {owner: standing for owner, standing in standings.items() if standing.since is not None})


def write_standings(cursor: Cursor, programme: Programme, standings: Mapping[int, Standing]) -> None:
    """Write the tiers of members, as they now stand, and the rungs that they give."""
    if standings:
        columns = {
            "track": TRACK,
            "members": list(standings),
            "tiers": [standing.tier for standing in standings.values()],
            "growth": [standing.growth for standing in standings.values()],
            "since": [standing.since for standing in standings.values()],
            "versions": [standing.version for standing in standings.values()],
        }
        cursor.execute(_sql.write_standings, columns)
        hold_rungs(cursor, {member: rungs_of(programme.ladder(standing.version), standing.tier) for member, standing in standings.items()})
