"""Which tier, since when: one judgement, and the replay of all of them that merges and their undo rest on."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Protocol

from siyu.lib.clock import EPOCH

from .ledger import GROWTH, TRACK, Member
from .programme import Programme
from .tiers.judging import LOWERED, NOWHERE, PROGRAMME, REACHED, Standing, Step, due_at, floor_of, judge
from .tiers.ladder import Track
from .tiers.value import Floor, Holding, Movement

MAX_JUDGEMENTS = 100_000  # of one member by time alone: a bound, not an expectation


def judged(track: Track, standing: Standing, growth: int, at: datetime) -> tuple[Standing, Step | None]:
    """The judgement of a plain track without floors, in which only the growth of this moment counts: `judge`, made short."""
    ladder = track.ladder_at(at)
    if standing.since is None and growth == 0:
        return standing, None
    before = standing.tier if standing.since is not None else ladder.tier_for(0).code
    after = ladder.tier_for(growth)
    if after.code == before and standing.since is not None:
        return Standing(growth, before, ladder.version, standing.since), None
    step = None
    if after.code != before:
        is_programme = standing.since is not None and ladder.version != standing.version
        why = PROGRAMME if is_programme else REACHED if after.rank > ladder.named(before).rank else LOWERED
        step = Step(before, after.code, why, growth)
    return Standing(growth, after.code, ladder.version, at), step


class State(Protocol):
    """What a judgement needs to know of a member in the middle of an event: `Turn` and `Member` have it."""

    programme: Programme
    before: Any
    growth: int
    movements: tuple[Movement, ...]
    moved: set[str]
    at: datetime


def judged_on(track: Track, standing: Standing, state: State, *, anyway: bool = False) -> tuple[Standing, list[Step]]:
    """The judgement of one track in the middle of an event; the very same standing when nothing of it was touched."""
    floors = state.before.floors.get(track.code, ())
    if track.is_plain and not floors and standing.own is None:
        after, step = judged(track, standing, state.growth, state.at)
        return after, [step] if step is not None else []
    moved = not track.measures.isdisjoint(state.moved)
    due_at = time_of(track, standing)
    if not moved and not anyway and (due_at is None or due_at > state.at):
        return standing, []
    holding = Holding(state.growth, state.movements, floors, state.programme.zones)
    return judge(track, standing, holding, state.at, moved=moved)


def time_of(track: Track, standing: Standing) -> datetime | None:
    """When time alone may change a standing next."""
    switch = track.switch(standing.version, standing.since)
    if switch is None or standing.due_at is None:
        return standing.due_at if switch is None else switch[0]
    return min(standing.due_at, switch[0])


def times_of(programme: Programme, standings: Mapping[str, Standing]) -> list[datetime | None]:
    """The same of every track on which a member stands."""
    return [time_of(track, standings[track.code]) for track in programme.tracks if track.code in standings]


def joined_standings(programme: Programme, one: Member, other: Member, joined: Member, at: datetime) -> dict[str, Standing]:
    """Where two members stand as one: what the movements of both lead to. A merge is told by `member.merged`, not as a move of tier."""
    standings: dict[str, Standing] = {}
    for track in programme.tracks:
        floors = joined.floors.get(track.code, ())
        if not track.is_plain:
            standing = replayed(programme, track, joined.movements, floors, until=at)
            if standing.since is not None:
                standings[track.code] = standing
        elif (version := max(_version(one, track), _version(other, track))) > 0:
            ladder = programme.ladder_at(at) if track.code == TRACK else track.ladder_at(at)
            tier = max(ladder.tier_for(joined.growth), floor_of(ladder, floors, at), key=lambda tier: tier.rank)
            standings[track.code] = Standing(joined.growth, tier.code, version, EPOCH)  # which instant it is follows from the entries
    return standings


def by_time(one: Movement) -> tuple[datetime, bool, int]:
    """The order of movements: by instant, what time alone did first."""
    return (one.at, one.event is not None, one.event if isinstance(one.event, int) else 0)


def _version(member: Member, track: Track) -> int:
    return member.standings.get(track.code, NOWHERE).version


def replayed(
    programme: Programme,
    track: Track,
    movements: Sequence[Movement],
    floors: Sequence[Floor] = (),
    *,
    until: datetime | None = None,
    version: int | None = None,
) -> Standing:
    """The standing that these movements and floors lead to.

    Time has passed up to `until` (None: to the last movement), and versions up to `version` (None: all) have judged.
    """
    limited = track if version is None else track.up_to(version)
    own = [one for one in movements if one.unit in track.measures]
    standing, seen, growth = NOWHERE, 0, 0
    for at, is_times_own, part in _events(own, floors):
        before = Holding(growth, own[:seen], floors, programme.zones)
        standing = _aged(limited, standing, before, at, is_inclusive=not is_times_own)
        seen += len(part)
        growth += sum(one.amount for one in part if one.unit == GROWTH)
        now = Holding(growth, own[:seen], floors, programme.zones)
        standing, _ = judge(limited, standing, now, at, moved=bool(part))
    now = Holding(growth, own, floors, programme.zones)
    if until is not None or limited.is_plain:
        standing = _aged(limited, standing, now, until, is_inclusive=True)
    if standing.since is None or (track.is_plain and not floors):
        return Standing(*standing[:4])
    return standing._replace(due_at=due_at(track, standing, now, standing.judged_at or standing.since))


def _events(movements: Sequence[Movement], floors: Sequence[Floor]) -> list[tuple[datetime, bool, list[Movement]]]:
    """What judges, in order: an instant, whether time alone (or staff) made it, and the movements that came with it."""
    groups = [
        (at, event is None, list(part)) for (at, event, _), part in groupby(movements, key=lambda one: (one.at, one.event, one.is_gift))
    ]
    return sorted([*groups, *((floor.from_at, False, []) for floor in floors)], key=lambda event: event[0])


def _aged(track: Track, standing: Standing, holding: Holding, until: datetime | None, *, is_inclusive: bool) -> Standing:
    """The standing with everything that time alone has done to it up to an instant (None: to the end of all versions)."""
    if standing.since is not None:  # what was granted or added since it was judged may have changed when time acts next
        standing = standing._replace(due_at=due_at(track, standing, holding, standing.judged_at or standing.since))
    for _ in range(MAX_JUDGEMENTS):
        at = time_of(track, standing)
        if at is None or (until is not None and (at > until or (at == until and not is_inclusive))):
            break
        standing, _ = judge(track, standing, holding, at, moved=False)
    return standing
