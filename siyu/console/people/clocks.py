"""The three clocks of one member as sentences: where each stands, from which inputs, and what moves it next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from siyu.lib.clock import business_day
from siyu.lib.web import formats
from siyu.lib.web.business import business
from siyu.members.rules import Clocks, Life, NextMove, clocks_of, next_moves, rhythm_days
from siyu.merchant.queries import settings_book

from ..words import ACTIVITIES, POOL_STAGES, RUNGS, Words, title


@dataclass(frozen=True, slots=True)
class ClockCard:
    """One clock: its place as a chip (words, colour), what it goes by as (name, value), the next move in a sentence."""

    title: str
    place: str
    colour: str
    inputs: Sequence[tuple[str, Any]]
    next_move: str


def clock_cards(life: Life, now: datetime) -> list[ClockCard]:
    """Pool stage, purchase activity, relationship ladder."""
    zone = business().zone
    clocks = clocks_of(settings_book(), business_day(now, zone))
    pool, activity = next_moves(life, now, zone, clocks)
    return [_pool(life, pool, now, clocks), _activity(life, activity, now, clocks), _ladder(life)]


def _pool(life: Life, move: NextMove, now: datetime, clocks: Clocks) -> ClockCard:
    inputs: list[tuple[str, Any]] = [(_("Joined the pool"), formats.instant(life.pool_joined_at))]
    if life.pool_joined_at:
        inputs += [
            (_("Through"), life.pool_channel or formats.ABSENT),
            (_("Days in the pool"), formats.number(_days(life.pool_joined_at, now))),
        ]
    ends = {"silent": clocks.silent_days, "growing": clocks.growing_days, "active": clocks.active_days}
    inputs.append((_("Last day of each stage"), " · ".join(f"{title(POOL_STAGES, stage)} {day}" for stage, day in ends.items())))
    return _card(_("Pool stage"), POOL_STAGES, move, inputs, _("Not in the pool"))


def _activity(life: Life, move: NextMove, now: datetime, clocks: Clocks) -> ClockCard:
    rhythm = rhythm_days(life, clocks)
    inputs: list[tuple[str, Any]] = [(_("Purchases"), formats.number(life.purchases))]
    if life.last_bought_at:
        inputs += [
            (_("Last purchase"), formats.instant(life.last_bought_at)),
            (_("Days since"), formats.number(_days(life.last_bought_at, now))),
            (_("Own rhythm, days"), formats.number(rhythm)),
            (_("Drowsy after, lost after"), f"{rhythm * clocks.drowsy_after} · {rhythm * clocks.lost_after}"),
        ]
    return _card(_("Purchase activity"), ACTIVITIES, move, inputs, _("Never bought"))


def _ladder(life: Life) -> ClockCard:
    reached = [str(words) for place, (words, _colour) in enumerate(RUNGS.values()) if place and life.rungs >> place & 1]
    inputs = [(_("Reached"), " → ".join(reached) or formats.ABSENT)]
    said = _("The ladder moves by what the member does, never by time.")
    return ClockCard(_("Relationship ladder"), title(RUNGS, life.rung), RUNGS.get(life.rung, ("", "secondary"))[1], inputs, said)


def _card(name: str, words: Words, move: NextMove, inputs: list[tuple[str, Any]], none: str) -> ClockCard:
    if not move.place:
        return ClockCard(name, none, "secondary", inputs, "")
    if move.at is None:
        said = _("Time alone changes nothing more.")
    else:
        said = _("On %(day)s it becomes “%(place)s”, unless something happens before.") % {
            "day": business_day(move.at, business().zone).isoformat(),
            "place": title(words, move.then),
        }
    return ClockCard(name, title(words, move.place), words[move.place][1], inputs, said)


def _days(since: datetime, now: datetime) -> int:
    zone = business().zone
    return (business_day(now, zone) - business_day(since, zone)).days
