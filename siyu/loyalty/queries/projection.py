"""Where a member stands on every track, and what comes: what keeps the tier, until when, and what is missing to the next."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.utils.translation import gettext

from siyu.lib.clock import FOR_EVER
from siyu.lib.web import formats
from siyu.merchant.queries import settings_book

from ..programme import programme
from ..rules import NOWHERE, Floor, Movement, Programme, Standing, Tier, Track
from ..rules.standing import time_of
from ..rules.tiers.ladder import Ladder
from ..rules.tiers.value import Holding, falls_at, frozen_value, value
from ..standing import floors, movements
from .asking import bounded, rows_of
from .naming import called
from .tiers import _sql


@dataclass(frozen=True, slots=True)
class Projection:
    """A member on a track: the tier held with its threshold, what counts now, what is missing to keep the tier by a day, and to
    reach the next.

    `last_day` is the last day on which the keep-line can still be met (None: nothing ends by time alone); `judged_at` when time alone
    judges next; `words` say all of it to a person.
    """

    track: str
    name: str
    unit: str
    tier: str
    tier_name: str
    threshold: int
    value: int
    since: datetime | None
    version: int
    keep_missing: int
    last_day: date | None
    is_in_grace: bool
    next_tier: str
    next_name: str
    next_missing: int
    judged_at: datetime | None
    floor_until: datetime | None
    words: tuple[str, ...]

    @property
    def shown(self) -> str:
        """What counts now, as a person reads it."""
        return _shown(self.unit, self.value)

    @property
    def tier_shown(self) -> str:
        """What the reader calls the tier held."""
        return called(self.tier, self.tier_name)

    @property
    def next_shown(self) -> str:
        """What the reader calls the next tier; empty on the highest."""
        return called(self.next_tier, self.next_name)

    @property
    def percent(self) -> int:
        """How much of the way from the tier held to the next is done; 100 on the highest."""
        done = self.value - self.threshold
        return max(0, 100 * done // (done + self.next_missing)) if done + self.next_missing > 0 else 100


def projections(member_id: int, now: datetime) -> list[Projection]:
    """What comes on every track that has begun, the main one first."""
    return projections_of([member_id], now)[member_id]


def projections_of(member_ids: Sequence[int], now: datetime) -> dict[int, list[Projection]]:
    """The same of several members."""
    asked = bounded(member_ids)
    with connection.cursor() as wrapped:
        cursor = wrapped.cursor
        book = settings_book()
        rules = programme(cursor, book, book.zone(now.date()))
        stored = {(member, track): Standing(*row) for member, track, *row in rows_of(_sql.standings_of, members=asked)}
        moved: dict[int, list[Movement]] = defaultdict(list)
        for owned in movements(cursor, asked, rules.measures):
            moved[owned.owner].append(owned.movement)
        granted: dict[tuple[int, str], list[Floor]] = defaultdict(list)
        for _, owner, code, floor in floors(cursor, asked) if rules.has_floors else ():
            granted[owner, code].append(floor)
    names = dict(rows_of(_sql.track_names))
    return {
        member: [
            project(rules, track, standing, moved[member], tuple(granted[member, track.code]), now, names.get(track.code, ""))
            for track in rules.tracks
            if (standing := stored.get((member, track.code), NOWHERE)) is not NOWHERE or track.ladder_at(now).version
        ]
        for member in asked
    }


def projection(member_id: int, now: datetime) -> Projection | None:
    """The same of the main track; None before there are tiers."""
    return next(iter(projections(member_id, now)), None)


def project(
    rules: Programme, track: Track, standing: Standing, moved: list[Movement], granted: tuple[Floor, ...], now: datetime, name: str = ""
) -> Projection:
    """The projection of one standing: a pure answer of the same rules that will judge."""
    growth = sum(one.amount for one in moved if one.unit == "growth")
    holding = Holding(growth, moved, granted, rules.zones)
    ladder = track.ladder(standing.version) if standing.since is not None else track.ladder_at(now)
    held = ladder.named(standing.tier) if standing.since is not None else ladder.tier_for(0)
    own = ladder.named(standing.own) if standing.own is not None else held
    worth = value(ladder.terms, holding, now, standing.began_at)
    missing, last_day = _keeping(rules, ladder, standing, own, holding, now)
    above = ladder.next_to(held)
    floor = max((one.until for one in granted if one.from_at <= now < one.until), default=None)
    projected = Projection(
        track=track.code,
        name=name or track.code,
        unit=ladder.terms.unit,
        tier=held.code,
        tier_name=held.name or held.code,
        threshold=held.threshold,
        value=worth,
        since=standing.since,
        version=ladder.version,
        keep_missing=missing,
        last_day=last_day,
        is_in_grace=standing.grace_until is not None and standing.grace_until > now,
        next_tier=above.code if above else "",
        next_name=above.name if above else "",
        next_missing=max(above.threshold - worth, 0) if above else 0,
        judged_at=time_of(track, standing) if standing.since is not None else None,
        floor_until=floor,
        words=(),
    )
    return _with_words(projected, rules)


def _keeping(rules: Programme, ladder: Ladder, standing: Standing, own: Tier, holding: Holding, now: datetime) -> tuple[int, date | None]:
    """What is missing to the keep-line at the next judgement that time brings, and the last day on which it can be earned."""
    if own.rank <= 0 or standing.since is None:
        return 0, None
    if standing.grace_until is not None and standing.grace_until > now:
        ended = standing.ends_at
        worth = frozen_value(ladder.terms, holding, ended, standing.began_at) if ended else value(ladder.terms, holding, now, None)
        return max(own.keep_line - worth, 0), _day_before(rules, standing.grace_until)
    if standing.ends_at is not None:
        worth = value(ladder.terms, holding, standing.ends_at, standing.began_at, before=True)
        return max(own.keep_line - worth, 0), _day_before(rules, standing.ends_at)
    falls = falls_at(ladder.terms, holding, now, own.keep_line)
    if falls is None:
        return 0, None
    return own.keep_line - value(ladder.terms, holding, falls, None), _day_before(rules, falls)


def _day_before(rules: Programme, instant: datetime) -> date:
    return rules.zones.day_of(instant - timedelta(microseconds=1))


def _shown(unit: str, number: int) -> str:
    return formats.money(number) if unit == "spend" else formats.number(number)


def _with_words(one: Projection, rules: Programme) -> Projection:
    words = []
    if one.last_day is not None and one.keep_missing:
        said = gettext("days of grace: keeps %(tier)s with %(missing)s more by %(day)s") if one.is_in_grace else ""
        said = said or gettext("stays %(tier)s with %(missing)s more by %(day)s")
        words.append(said % {"tier": one.tier_shown, "missing": _shown(one.unit, one.keep_missing), "day": one.last_day})
    elif one.last_day is not None:
        words.append(gettext("%(tier)s is safe beyond %(day)s") % {"tier": one.tier_shown, "day": one.last_day})
    if one.floor_until is not None:
        day = _day_before(rules, one.floor_until)
        words.append(gettext("granted by hand for ever") if day >= FOR_EVER else gettext("granted by hand through %(day)s") % {"day": day})
    if one.next_tier:
        words.append(gettext("%(missing)s more for %(tier)s") % {"missing": _shown(one.unit, one.next_missing), "tier": one.next_shown})
    else:
        words.append(gettext("there is no higher tier"))
    fields = {name: getattr(one, name) for name in Projection.__slots__}
    return Projection(**{**fields, "words": tuple(words)})
