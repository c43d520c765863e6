"""Gifts of value for reaching a tier: the fold posts them itself, once for each tier, member and period of the policy."""

from datetime import date
from typing import TYPE_CHECKING

from .ledger import Gift, Move
from .tiers.judging import REACHED
from .tiers.ladder import Ladder, Tier

if TYPE_CHECKING:
    from .turn import Turn

EVER = date(1, 1, 1)


def give_gifts(turn: "Turn") -> None:
    """Give what the tiers climbed in this event promise. What reaching a tier gave stays given when the tier is lost.

    A gift of growth may reach the next tier, whose gift may reach one more: each tier gives once, so this ends.
    """
    given = [_give(turn, move) for move in list(turn.moves) if move.why == REACHED and move.at == turn.at]
    if any(given) and turn.has_grown:
        turn.judge()


def _give(turn: "Turn", move: Move) -> bool:
    track = turn.programme.track(move.track)
    assert track is not None
    ladder = track.ladder(move.version)
    first, last = ladder.named(move.before).rank, ladder.named(move.after).rank
    return any([_grant(turn, ladder, tier) for tier in ladder.tiers if first < tier.rank <= last and tier.gifts])


def _grant(turn: "Turn", ladder: Ladder, tier: Tier) -> bool:
    from .moves import grant  # opens a lot in a turn, and so stands above it

    period = _period(ladder, turn.day)
    if any(gift[1:] == (ladder.track, tier.code, period) for gift in turn.gifts):
        return False
    turn.gifts |= {Gift(turn.before.id, ladder.track, tier.code, period)}
    for unit, amount in tier.gifts:
        part = f"{ladder.track}:{tier.code}:{period}:{_reason(turn)}"
        grant(turn, unit, amount, turn.unit(unit).terms.expires, kind="gift", part=part)
    return True


def _reason(turn: "Turn") -> str:
    """What sets this gift apart from that of every other member: the effect that came before it, or what was last measured."""
    if turn.postings:
        return turn.postings[-1].key.hex
    last = turn.movements[-1].lot if turn.movements else None
    return last.hex if last is not None else str(turn.before.id)


def _period(ladder: Ladder, day: date) -> date:
    if ladder.terms.gifts == "once":
        return EVER
    return date(day.year, 1, 1) if ladder.terms.gifts == "each_year" else day
