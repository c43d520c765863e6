"""Gifts of value for reaching a tier: the fold posts them itself, once for each tier, member and period of the policy."""

from datetime import date
from typing import Any

from .ledger import AVAILABLE, ISSUED, Account, Gift, Lot, Move, entry_key
from .tiers.judging import REACHED
from .tiers.ladder import Ladder, Tier

Turn = Any  # a `turn.Turn`, which calls this when tiers were reached

EVER = date(1, 1, 1)


def give_gifts(turn: Turn) -> None:
    """Give what the tiers climbed in this event promise. What reaching a tier gave stays given when the tier is lost.

    A gift of growth may reach the next tier, whose gift may reach one more: each tier gives once, so this ends.
    """
    given = [_give(turn, move) for move in list(turn.moves) if move.why == REACHED and move.at == turn.at]
    if any(given) and turn.has_grown:
        turn.judge()


def _give(turn: Turn, move: Move) -> bool:
    track = turn.programme.track(move.track)
    assert track is not None
    ladder = track.ladder(move.version)
    first, last = ladder.named(move.before).rank, ladder.named(move.after).rank
    return any([_grant(turn, ladder, tier) for tier in ladder.tiers if first < tier.rank <= last and tier.gifts])


def _grant(turn: Turn, ladder: Ladder, tier: Tier) -> bool:
    period = _period(ladder, turn.day)
    if any(gift[1:] == (ladder.track, tier.code, period) for gift in turn.gifts):
        return False
    turn.gifts |= {Gift(turn.before.id, ladder.track, tier.code, period)}
    for unit, amount in tier.gifts:
        part = f"{ladder.track}:{tier.code}:{period}:{_reason(turn)}"
        _open(turn, unit, amount, part)
    return True


def _open(turn: Turn, unit: str, amount: int, part: str) -> None:
    """A lot of the unit's usual terms; what the member owes of it is paid first."""
    turn.stay_active(unit)
    ends, is_sliding = turn.validity(unit, turn.unit(unit).terms.expires, turn.at)
    lot = Lot(
        key=entry_key(turn.day, "gift", unit, part),
        account=Account(turn.before.id, unit),
        amount=amount,
        remaining=amount,
        rule_id=None,
        earned_at=turn.at,
        available_at=turn.at,
        expires_at=ends,
        is_sliding=is_sliding,
    )
    turn.lots[lot.key] = lot
    turn.post(lot, ISSUED, AVAILABLE, amount, "gift", key=lot.key)
    turn.watch(turn.settle(lot).due_at)


def _reason(turn: Turn) -> str:
    """What sets this gift apart from that of every other member: the effect that came before it, or what was last measured."""
    if turn.postings:
        return turn.postings[-1].key.hex
    last = turn.movements[-1].lot if turn.movements else None
    return last.hex if last is not None else str(turn.before.id)


def _period(ladder: Ladder, day: date) -> date:
    if ladder.terms.gifts == "once":
        return EVER
    return date(day.year, 1, 1) if ladder.terms.gifts == "each_year" else day
