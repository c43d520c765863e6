"""Reads of tiers: who stands where, and the ladder in force."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from siyu.lib.sql import statements
from siyu.merchant.rules import WHOLE, Scope

from ..rules import TRACK
from .asking import bounded, rows_of
from .naming import Named

_sql = statements("siyu.loyalty", "queries_tiers")


@dataclass(frozen=True, slots=True)
class TierView(Named):
    """The tier a member holds since an instant; what comes is a `Projection`."""

    code: str
    name: str
    growth: int
    since: datetime
    version: int
    multiplier: Decimal


@dataclass(frozen=True, slots=True)
class LadderStep(Named):
    """A tier in force."""

    code: str
    name: str
    rank: int
    threshold: int
    multiplier: Decimal
    version: int
    from_day: date


def standings(member_ids: Sequence[int]) -> dict[int, TierView]:
    """Member → tier; members whose growth never moved are missing (they stand where `base_tier` says)."""
    return {
        member: TierView(code, name or code, growth, since, version, multiplier or Decimal(1))
        for member, code, name, growth, since, version, multiplier in rows_of(_sql.standings, members=bounded(member_ids), track=TRACK)
    }


def base_tier(day: date, track: str = TRACK) -> LadderStep | None:
    """Where members without growth stand; None when even the lowest tier asks for some."""
    return next((step for step in ladder(day, track) if step.threshold == 0), None)


def by_tier(day: date, scope: Scope = WHOLE, track: str = TRACK) -> dict[str, int]:
    """How many people (identified, unmerged) of a scope hold each tier; those without growth stand in the base tier of the day."""
    base = base_tier(day, track)
    rows = rows_of(_sql.by_tier, track=track, base=base.code if base else "", **scope.parameters())
    return dict(rows)


def ladder(day: date, track: str = TRACK) -> list[LadderStep]:
    """The tiers in force on a business day, lowest first."""
    return [LadderStep(*row) for row in rows_of(_sql.ladder, track=track, day=day)]


@dataclass(frozen=True, slots=True)
class StepView(Named):
    """A step of a version, or of a draft."""

    code: str
    name: str
    threshold: int
    keep: int | None
    multiplier: Decimal
    gifts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class VersionView:
    """A version of a track: `state` is draft, announced or withdrawn; `terms` as `rules.tiers.terms.Terms` in JSON."""

    track: str
    version: int
    name: str
    state: str
    from_day: date | None
    migration: str
    by_hand_at: datetime | None
    terms: dict[str, Any]
    steps: list[StepView]
    created_by: str
    announced_at: datetime | None


@dataclass(frozen=True, slots=True)
class FloorView:
    """A tier that staff granted."""

    id: int
    track: str
    tier: str
    from_at: datetime
    until: datetime
    because: str
    given_by: str
    removed_at: datetime | None
    removed_by: str
    removed_because: str


def track_versions(track: str | None = None) -> list[VersionView]:
    """Every version of every track (or of one), the newest of each first."""
    found = []
    for code, version, *rest in rows_of(_sql.versions):
        if track is None or code == track:
            name, state, day, migration, by_hand_at, terms, steps, by, announced_at = rest
            drawn = _steps(json.loads(steps)) if state != "announced" else steps_of(code, version)
            found.append(VersionView(code, version, name, state, day, migration, by_hand_at, json.loads(terms), drawn, by, announced_at))
    return found


def steps_of(track: str, version: int) -> list[StepView]:
    """The steps of an announced version, lowest first."""
    return [
        StepView(code, name, threshold, keep, multiplier, tuple((unit, amount) for unit, amount in json.loads(gifts)))
        for code, name, threshold, keep, multiplier, gifts in rows_of(_sql.steps_of, track=track, version=version)
    ]


def _steps(stored: list[dict[str, Any]]) -> list[StepView]:
    return [
        StepView(
            one["code"],
            one["name"],
            one["threshold"],
            one.get("keep"),
            Decimal(str(one["multiplier"])),
            tuple((u, n) for u, n in one["gifts"]),
        )
        for one in stored
    ]


def floors_of(member_id: int) -> list[FloorView]:
    """The tiers that staff granted to a member, the newest first."""
    return [FloorView(*row) for row in rows_of(_sql.floors_of, member=member_id)]


def in_grace(track: str = TRACK, scope: Scope = WHOLE) -> int:
    """How many people of a scope are in days of grace."""
    return rows_of(_sql.grace_count, track=track, **scope.parameters())[0][0]
