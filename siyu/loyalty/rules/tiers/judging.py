"""The judgement of one member on one track at one instant: reached, kept, lowered, graced; by the version it is judged by.

Everything that gives or takes a tier calls `judge`: the fold, due work, the replay of merges, projections and simulations.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from ..terms import add_months
from .days import Zones
from .ladder import NO_TIER, Ladder, Tier, Track
from .terms import AtOnce, For, SinceEntering, Terms, next_start
from .value import Floor, Holding, falls_at, frozen_value, value

REACHED, KEPT, LOWERED, FLOOR, PROGRAMME = "reached", "kept", "lowered", "floor", "programme"


class Standing(NamedTuple):
    """A member's tier on a track. `since` is None, and the rest empty, until what the track measures first moves."""

    growth: int = 0  # the value by which it was last judged
    tier: str = ""
    version: int = 0
    since: datetime | None = None
    own: str | None = None  # the tier without a floor; None: the tier itself
    began_at: datetime | None = None  # of the period in which the tier holds
    ends_at: datetime | None = None
    grace_until: datetime | None = None
    due_at: datetime | None = None  # when time alone may change it
    judged_at: datetime | None = None  # the last instant that judged it; empty where only growth held at the moment counts


NOWHERE = Standing()


class Step(NamedTuple):
    """What a judgement did: a move of tier, or that it was kept; and why."""

    before: str
    after: str
    why: str
    value: int


def judge(track: Track, standing: Standing, holding: Holding, at: datetime, *, moved: bool) -> tuple[Standing, list[Step]]:
    """The standing at an instant, and what changed. `moved`: something that the track measures moved just now."""
    if standing.since is None:
        return _first(track, holding, at)
    switch = track.switch(standing.version, standing.since)
    if switch is not None and switch[0] <= at:
        return _shown(track, standing, _moved_over(switch[1], standing, holding, at), holding, at, PROGRAMME)
    after, why = _by_its_terms(track, standing, holding, at, moved)
    return _shown(track, standing, after, holding, at, why)


def _first(track: Track, holding: Holding, at: datetime) -> tuple[Standing, list[Step]]:
    """Whoever had nothing stands where zero stands, in the version in force."""
    ladder = track.ladder_at(at)
    base = ladder.tier_for(0)
    begun = Standing(0, base.code, ladder.version, at, base.code)
    worth = value(ladder.terms, holding, at, None)
    if worth == 0 and floor_of(ladder, holding.floors, at).rank <= base.rank:
        return NOWHERE, []
    after, why = _by_its_terms(track, begun, holding, at, True)
    return _shown(track, begun, after, holding, at, why)


def _by_its_terms(track: Track, standing: Standing, holding: Holding, at: datetime, moved: bool) -> tuple[Standing, str]:
    ladder, is_over = track.ladder(standing.version), _is_over(standing, at)
    waiting = track.next_judgement(standing.version, at)
    if waiting is not None and (is_over or (moved and standing.ends_at is None)):
        ladder, standing = waiting, standing._replace(version=waiting.version)
    told = ""
    for _ in range(len(ladder.tiers) + 2):  # a period that ends may begin with what came at that instant
        standing, why = _judged(ladder, standing, holding, at)
        told = why or told
        if not why:
            break
    return standing, told


def _judged(ladder: Ladder, standing: Standing, holding: Holding, at: datetime) -> tuple[Standing, str]:
    """One judgement by one version: the new standing without its floor, and why it changed (empty: it did not)."""
    terms = ladder.terms
    own = ladder.named(_own(standing))
    worth = _worth(terms, standing, holding, at)
    reached = ladder.tier_for(worth)
    if reached.rank > own.rank:
        return _period(ladder, standing, reached, holding, at), REACHED
    if own.rank <= 0:
        return standing._replace(growth=worth, own=own.code, ends_at=None, grace_until=None), ""
    is_over = _is_over(standing, at)
    if worth >= own.keep_line:
        if is_over or standing.grace_until is not None:
            return _period(ladder, standing, own, holding, at), KEPT
        return standing._replace(growth=worth, own=own.code), ""
    if standing.grace_until is not None and standing.grace_until > at:
        return standing._replace(growth=worth), ""
    if not isinstance(terms.valid, AtOnce) and not is_over:
        return standing._replace(growth=worth), ""
    if terms.grace_days and standing.grace_until is None:
        return standing._replace(growth=worth, grace_until=holding.zones.days_later(at, terms.grace_days)), ""
    lower = ladder.below(own) if terms.downgrade == "one_down" else reached
    return _period(ladder, standing, lower, holding, at), LOWERED


def _is_over(standing: Standing, at: datetime) -> bool:
    """Whether the period (and any grace after it) has ended."""
    end = standing.grace_until or standing.ends_at
    return end is not None and end <= at


def _worth(terms: Terms, standing: Standing, holding: Holding, at: datetime) -> int:
    ended_at = standing.ends_at
    if ended_at is None or ended_at > at:
        return value(terms, holding, at, standing.began_at)
    if standing.grace_until is not None:
        return frozen_value(terms, holding, ended_at, standing.began_at)
    return value(terms, holding, at, standing.began_at, before=True)


def _moved_over(ladder: Ladder, standing: Standing, holding: Holding, at: datetime) -> Standing:
    """Judged anew by another version: the tier that its value reaches, and a period from here."""
    began_at = standing.began_at if isinstance(ladder.terms.window, SinceEntering) else None
    worth = value(ladder.terms, holding, at, began_at)
    return _period(ladder, standing._replace(version=ladder.version), ladder.tier_for(worth), holding, at)


def _period(ladder: Ladder, standing: Standing, own: Tier, holding: Holding, at: datetime) -> Standing:
    """A new period in a tier, from an instant on."""
    after = standing._replace(own=own.code, version=ladder.version, began_at=at, ends_at=None, grace_until=None)
    if own.rank > 0:
        after = after._replace(ends_at=period_end(ladder.terms, holding.zones, at))
    return after._replace(growth=value(ladder.terms, holding, at, at))


def period_end(terms: Terms, zones: Zones, began_at: datetime) -> datetime | None:
    """The business midnight at which a tier reached at an instant is judged by its keep-line; None when every moment judges it."""
    day, valid = zones.day_of(began_at), terms.valid
    if isinstance(valid, AtOnce):
        return None
    if isinstance(valid, For):
        return zones.starts(add_months(day, valid.months) + timedelta(days=valid.days + 1))
    return zones.starts(next_start(valid.span, day, valid.more))


def _shown(track: Track, before: Standing, after: Standing, holding: Holding, at: datetime, why: str) -> tuple[Standing, list[Step]]:
    """Lay the floor under the tier, and say when time alone may change it next."""
    ladder = track.ladder(after.version)
    own, floor = ladder.named(after.own or ""), floor_of(ladder, holding.floors, at)
    shown = max(own, floor, key=_rank)
    steps: list[Step] = []
    if shown.code != before.tier:
        is_own = why == PROGRAMME or (why not in ("", KEPT) and after.own != _own(before))
        steps = [Step(before.tier, shown.code, why if is_own else FLOOR, after.growth)]
    elif why == KEPT and shown.code == own.code:
        steps = [Step(shown.code, shown.code, KEPT, after.growth)]
    after = after._replace(tier=shown.code, since=at if shown.code != before.tier else before.since, judged_at=at)
    return after._replace(due_at=due_at(track, after, holding, at)), steps


def floor_of(ladder: Ladder, floors: Sequence[Floor], at: datetime) -> Tier:
    """The highest tier that staff have granted for this instant, or `NO_TIER`."""
    return max((ladder.named(floor.tier) for floor in floors if floor.from_at <= at < floor.until), key=_rank, default=NO_TIER)


def _rank(tier: Tier) -> int:
    return tier.rank


def due_at(track: Track, standing: Standing, holding: Holding, at: datetime) -> datetime | None:
    """The next instant at which time alone may change a standing by its own version; None: never. (`Track.switch` tells of others.)"""
    instants = [turn for floor in holding.floors for turn in (floor.from_at, floor.until) if turn > at]
    ladder = track.ladder(standing.version)
    own = ladder.named(_own(standing))
    if own.rank > 0 and (end := standing.grace_until or standing.ends_at) is not None:
        instants.append(end)
    elif own.rank > 0 and (falls := falls_at(ladder.terms, holding, at, own.keep_line)) is not None:
        instants.append(falls)
    return min(instants, default=None)


def _own(standing: Standing) -> str:
    return standing.tier if standing.own is None else standing.own
