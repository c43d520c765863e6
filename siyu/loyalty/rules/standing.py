"""Which tier, since when: one judgement, and the replay of all of them that merges and their undo rest on."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from .programme import Programme


class Standing(NamedTuple):
    """A member's tier. `since` is None, and the rest empty, until growth first moves."""

    growth: int = 0
    tier: str = ""
    version: int = 0
    since: datetime | None = None


class Growth(NamedTuple):
    """One movement of growth: sorted by instant, what time alone did first, then in the order of posting."""

    at: datetime
    fact_id: int | None
    amount: int


def judged(programme: Programme, standing: Standing, growth: int, at: datetime) -> tuple[Standing, str]:
    """The standing with this growth at an instant, by the version in force then; and the tier held before."""
    ladder = programme.ladder_at(at)
    if standing.since is None and growth == 0:
        return standing, ""
    before = standing.tier if standing.since is not None else ladder.tier_for(0).code
    after = ladder.tier_for(growth).code
    since = at if after != before or standing.since is None else standing.since
    return Standing(growth, after, ladder.version, since), before


def replayed(programme: Programme, movements: Iterable[Growth], version: int) -> Standing:
    """The standing that these movements lead to, when versions up to `version` have judged."""
    standing = Standing()
    for (at, _), movement in groupby(movements, key=lambda growth: (growth.at, growth.fact_id)):
        standing = _switched(programme, standing, version, at)
        growth = standing.growth + sum(growth.amount for growth in movement)
        standing, _ = judged(programme, standing, growth, at)
        standing = standing._replace(growth=growth)
    return _switched(programme, standing, version, None)


def switch_at(programme: Programme, version: int, since: datetime | None) -> datetime | None:
    """The instant at which the next version of the tiers judges a member who stands by this one."""
    ladder = programme.next_ladder(version) if since is not None else None
    return max(ladder.starts_at, since) if ladder is not None else None  # type: ignore[type-var]


def _switched(programme: Programme, standing: Standing, version: int, until: datetime | None) -> Standing:
    while (at := switch_at(programme, standing.version, standing.since)) is not None and (until is None or at <= until):
        following = programme.next_ladder(standing.version)
        if following is None or following.version > version:
            break
        standing, _ = judged(programme, standing, standing.growth, at)
    return standing
