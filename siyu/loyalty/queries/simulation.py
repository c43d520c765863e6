"""Who would move if a draft of a track judged everybody now: asked of the whole base, set by set, before anything is published."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from siyu.lib.sql import statements
from siyu.merchant.queries import settings_book
from siyu.merchant.rules import WHOLE, Scope

from ..programme import zones_of
from ..rules.tiers.days import Zones
from ..rules.tiers.terms import Calendar, Lifetime, Rolling, SinceEntering, SinceJoining, Terms
from ..rules.tiers.value import leaves_at
from .asking import rows_of

_sql = statements("siyu.loyalty", "simulation")
SAMPLE = 20


@dataclass(frozen=True, slots=True)
class Moved:
    """How many members would go from one tier to another."""

    before: str
    after: str
    members: int


@dataclass(frozen=True, slots=True)
class Example:
    """One member who would move."""

    public_id: str
    before: str
    after: str
    value: int


@dataclass(frozen=True, slots=True)
class Simulation:
    """Everybody who stands or would stand on the track, by what becomes of them; `is_exact`: every member's own window was counted."""

    moves: list[Moved]
    sample: list[Example]
    is_exact: bool

    @property
    def members(self) -> int:
        return sum(move.members for move in self.moves)

    @property
    def moving(self) -> int:
        return sum(move.members for move in self.moves if move.before != move.after)


def simulate(track: str, terms: Terms, steps: Sequence[tuple[str, int]], now: datetime, scope: Scope = WHOLE) -> Simulation:
    """Judge the whole base by these terms and steps (code, threshold; ascending) as of now."""
    zones = zones_of(settings_book())
    codes, lines = [code for code, _ in steps], [line for _, line in steps]
    since = None if isinstance(terms.window, Lifetime | SinceEntering | SinceJoining) else first_instant(terms.window, zones, now)
    arguments = {"track": track, "unit": terms.unit, "since": since, "lines": lines, "codes": ["", *codes], **scope.parameters()}
    is_plain = terms.unit == "growth" and isinstance(terms.window, Lifetime)
    counts = rows_of(_sql.plain if is_plain else _sql.windowed, **arguments)
    base = codes[0] if lines and lines[0] == 0 else ""
    moves = [Moved(before if before is not None else base, ["", *codes][place], members) for before, place, members in counts]
    rows = rows_of(_sql.plain_sample if is_plain else _sql.windowed_sample, base=base, limit=SAMPLE, **arguments)
    sample = [Example(public_id, before or base, ["", *codes][bisect_right(lines, worth)], worth) for public_id, before, worth in rows]
    exact = not isinstance(terms.window, SinceEntering | SinceJoining)
    return Simulation(sorted(moves, key=lambda move: (move.before == move.after, -move.members)), sample, exact)


def first_instant(window: Rolling | Calendar, zones: Zones, at: datetime) -> datetime:
    """The beginning of the first business day that still counts at an instant."""
    back = 366 if isinstance(window, Calendar) else window.days + 31 * window.months + 1
    day = zones.day_of(at) - timedelta(days=back)
    for _ in range(back + 1):
        if leaves_at(window, zones, day, date.min) > at:
            break
        day += timedelta(days=1)
    return zones.starts(day)
