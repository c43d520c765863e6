"""The ladder of a track: its steps in dated versions, and which version judges whom."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from .days import Zones
from .terms import PLAIN_TERMS, Terms

TRACK = "growth"  # the track that gives the multiplier of points and the rungs of the relationship ladder
Migration = Literal["at_once", "at_next", "by_hand"]


@dataclass(frozen=True, slots=True)
class Tier:
    """A step: reached from `threshold` on, kept down to `keep` (the threshold itself when None); `multiplier` in thousandths."""

    code: str
    name: str
    rank: int
    threshold: int
    multiplier: int = 1000
    keep: int | None = None
    gifts: tuple[tuple[str, int], ...] = ()  # unit, amount: given when it is reached

    @property
    def keep_line(self) -> int:
        return self.threshold if self.keep is None else self.keep


@dataclass(frozen=True, slots=True)
class Ladder:
    """A version of a track's tiers, in force from an instant on; `version` 0 is the time before there were any.

    `moved_at` is when members of older versions come over: its beginning (`at_once`), an instant that the operator chose
    (`by_hand`; None until then), or each at the next judgement (`at_next`; None).
    """

    version: int
    starts_at: datetime | None
    tiers: tuple[Tier, ...]  # by threshold, ascending
    track: str = TRACK
    terms: Terms = PLAIN_TERMS
    migration: Migration = "at_once"
    by_hand_at: datetime | None = None

    @property
    def moved_at(self) -> datetime | None:
        return self.starts_at if self.migration == "at_once" else self.by_hand_at

    def tier_for(self, value: int) -> Tier:
        """The highest tier whose threshold is reached; `NO_TIER` when none is."""
        for tier in reversed(self.tiers):
            if tier.threshold <= value:
                return tier
        return NO_TIER

    def named(self, code: str) -> Tier:
        for tier in self.tiers:
            if tier.code == code:
                return tier
        return NO_TIER

    def next_to(self, tier: Tier) -> Tier | None:
        """The step above; None on the highest."""
        return next((other for other in self.tiers if other.rank == tier.rank + 1), None)

    def below(self, tier: Tier) -> Tier:
        """The step beneath, or `NO_TIER`."""
        return next((other for other in self.tiers if other.rank == tier.rank - 1), NO_TIER)


NO_TIER = Tier("", "", -1, 0)
NO_LADDER = Ladder(0, None, ())


class Track:
    """All versions of one track's ladder. Immutable."""

    __slots__ = ("_starts", "_switches", "_versions", "code", "has_gifts", "is_plain", "ladders", "measures", "units")

    def __init__(self, code: str, ladders: Iterable[Ladder]) -> None:
        self.code = code
        self.ladders = [NO_LADDER, *sorted(ladders, key=lambda ladder: ladder.version)]
        self._switches: dict[int, Ladder | None] = {}
        self._versions: dict[int, Ladder] = {}
        self._starts: list[Any] = [ladder.starts_at for ladder in self.ladders[1:]]
        self.measures = frozenset(ladder.terms.unit for ladder in self.ladders)
        self.has_gifts = any(tier.gifts for ladder in self.ladders for tier in ladder.tiers)
        self.is_plain = all(ladder.terms.is_plain and ladder.migration == "at_once" for ladder in self.ladders) and not self._keeps()
        self.units: frozenset[str] = frozenset() if self.is_plain else self.measures  # whose single movements it needs

    def _keeps(self) -> bool:
        return any(tier.keep is not None for ladder in self.ladders for tier in ladder.tiers)

    def ladder_at(self, instant: datetime) -> Ladder:
        """The version in force, by which whoever comes new is judged."""
        return self.ladders[bisect_right(self._starts, instant)]

    def ladder(self, version: int) -> Ladder:
        """The newest version not above this one."""
        if (known := self._versions.get(version)) is None:
            begun = (ladder for ladder in self.ladders if ladder.version <= version)
            known = self._versions[version] = max(begun, key=lambda ladder: ladder.version)
        return known

    def switch(self, version: int, since: datetime | None) -> tuple[datetime, Ladder] | None:
        """The instant at which a newer version judges a member who stands by this one since an instant, and that version."""
        if since is None:
            return None
        if version not in self._switches:
            coming = [ladder for ladder in self.ladders if ladder.version > version and ladder.moved_at is not None]
            self._switches[version] = min(coming, key=lambda ladder: (ladder.moved_at, ladder.version), default=None)
        ladder = self._switches[version]
        if ladder is None or ladder.moved_at is None:
            return None
        return max(ladder.moved_at, since), ladder

    def up_to(self, version: int) -> "Track":
        """The track as it was before any version above this one."""
        return (
            self
            if self.ladders[-1].version <= version
            else Track(self.code, [ladder for ladder in self.ladders[1:] if ladder.version <= version])
        )

    def next_judgement(self, version: int, at: datetime) -> Ladder | None:
        """The newest version that waits for a member's next judgement; None when the member's own is the newest."""
        waiting = [ladder for ladder in self.ladders if ladder.version > version and ladder.migration == "at_next"]
        begun = [ladder for ladder in waiting if ladder.starts_at is not None and ladder.starts_at <= at]
        return max(begun, key=lambda ladder: ladder.version, default=None)


class Tracks:
    """Every track of the programme. The one called `TRACK` comes first: it multiplies points and gives rungs."""

    def __init__(self, ladders: Iterable[Ladder], zones: Zones, *, has_floors: bool = False) -> None:
        self.zones, self.has_floors = zones, has_floors  # has_floors: staff have granted tiers, so that members' floors must be read
        by_code: dict[str, list[Ladder]] = {TRACK: []}
        for ladder in ladders:
            by_code.setdefault(ladder.track, []).append(ladder)
        self.tracks = tuple(Track(code, own) for code, own in by_code.items())
        self.main = self.tracks[0]
        self.windowed = frozenset().union(*(track.units for track in self.tracks))  # whose single movements windows need
        self.measures = frozenset().union(*(track.measures for track in self.tracks))
        self.gives = any(track.has_gifts for track in self.tracks)

    def track(self, code: str) -> Track | None:
        return next((track for track in self.tracks if track.code == code), None)

    def ladder_at(self, instant: datetime) -> Ladder:
        """The version of the main track's tiers in force."""
        return self.main.ladder_at(instant)

    def ladder(self, version: int) -> Ladder:
        """The newest version of the main track not above this one."""
        return self.main.ladder(version)
