"""The writers of value: grant, spend, hold, capture, void, give back, take back. Sets, each key once, all or nothing.

Each takes `by`, a sequence of items and `now`, returns one `Receipt` for each item, and runs in a transaction of its own or as part of
the caller's. All refuse `key.reused`, `value.key`, `value.amount`, `value.instant`, `value.unit`, `value.member`, `value.too_many`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from siyu.lib.refusal import Refusal
from siyu.merchant.rules import Actor

from ..rules import moves
from ..rules.moves import Part, Short
from ..rules.units import DEDUCT
from .asked import Asked
from .desk import Desk
from .performing import perform
from .value_items import Allocation, Because, Capture, Expires, GiveBack, Grant, Hold, Receipt, Spend, TakeBack, Void

LONGEST_HOLD = timedelta(days=366)
NONE = Because("", "", "")


def grant(by: Actor, grants: Sequence[Grant], now: datetime) -> list[Receipt]:
    """Give value to members. What they owe of the unit is paid out of it first. Refusal: `value.expired`."""
    by_key = {one.key: one for one in grants}
    asked = [
        Asked(one.key, "grant", one.unit, one.amount, one.because, one.member_id, terms=(one.available_at, one.expires_at, one.priority))
        for one in grants
    ]

    def do(desk: Desk, one: Asked) -> Receipt:
        item = by_key[one.key]
        desk.unit(one.unit)
        check_end(item.expires_at, now)
        turn = desk.turn(desk.member(one.member_id), one.key)
        lot = moves.grant(turn, one.unit, one.amount, item.expires_at, available_at=item.available_at, priority=item.priority)
        if lot.is_pending and lot.due_at == lot.expires_at and not lot.is_sliding:
            raise Refusal("value.expired", "it would expire before it could be used")
        desk.close(turn)
        return receipt(desk, one, turn.before.id, [moves.Allocation(lot.key, one.amount, lot.expires_at)])

    return perform(by, asked, now, do)


def spend(by: Actor, spends: Sequence[Spend], now: datetime) -> list[Receipt]:
    """Take value for good, out of lots in the order of the unit's terms. Refusal: `value.insufficient`."""

    def do(desk: Desk, one: Asked) -> Receipt:
        desk.unit(one.unit, spends=True)
        turn = desk.turn(desk.member(one.member_id), one.key)
        taken = enough(lambda: moves.spend(turn, one.unit, one.amount), one)
        desk.close(turn)
        return receipt(desk, one, turn.before.id, taken)

    return perform(by, [Asked(one.key, "spend", one.unit, one.amount, one.because, one.member_id) for one in spends], now, do)


def hold(by: Actor, holds: Sequence[Hold], now: datetime) -> list[Receipt]:
    """Reserve value until an instant. Refusals: `value.insufficient`, `hold.until`."""

    def do(desk: Desk, one: Asked) -> Receipt:
        assert one.until is not None
        if not now < one.until <= now + LONGEST_HOLD:
            raise Refusal("hold.until", "a hold ends later than now, and within %(days)s days", days=LONGEST_HOLD.days)
        desk.unit(one.unit, spends=True)
        turn, until = desk.turn(desk.member(one.member_id), one.key), one.until
        taken = enough(lambda: moves.hold(turn, one.unit, one.amount, until), one)
        desk.close(turn)
        return receipt(desk, one, turn.before.id, taken)

    asked = [Asked(one.key, "hold", one.unit, one.amount, one.because, one.member_id, until=one.until) for one in holds]
    return perform(by, asked, now, do)


def capture(by: Actor, captures: Sequence[Capture], now: datetime) -> list[Receipt]:
    """Spend holds, or parts of them; the rest is freed.

    Refusals: `hold.unknown`, `hold.closed` (also when its time is over), `value.amount`.
    """
    asked = [Asked(one.key, "capture", "", one.amount or 0, one.because or NONE, of=one.hold_key) for one in captures]
    return perform(by, asked, now, _capture)


def void(by: Actor, voids: Sequence[Void], now: datetime) -> list[Receipt]:
    """Free holds. Refusals: `hold.unknown`, `hold.closed`."""
    return perform(by, [Asked(one.key, "void", "", 0, one.because, of=one.hold_key) for one in voids], now, _void)


def give_back(by: Actor, returns: Sequence[GiveBack], now: datetime) -> list[Receipt]:
    """What was spent returns to its lots with their expiry. Refusals: `value.unknown`, `value.returned`, `value.amount`."""
    asked = [Asked(one.key, "give_back", "", one.amount or 0, one.because, of=one.of_key) for one in returns]
    return perform(by, asked, now, _give_back)


def take_back(by: Actor, reversals: Sequence[TakeBack], now: datetime) -> list[Receipt]:
    """Grants are undone by the unit's refund policy. Refusals: `value.unknown`, `value.returned`, `value.amount`."""
    asked = [Asked(one.key, "take_back", "", one.amount or 0, one.because, of=one.of_key) for one in reversals]
    return perform(by, asked, now, _take_back)


def _capture(desk: Desk, one: Asked) -> Receipt:
    members = _holders(desk, one)
    turns = [desk.turn(member, one.key) for member in members]
    parts = [turn.holds.get(one.of) for turn in turns]
    open_ = [(turn, held) for turn, held in zip(turns, parts, strict=True) if held is not None]
    whole = sum(sum(held.parts.values()) for _, held in open_)
    if not whole:
        raise Refusal("hold.closed", "the hold %(key)s was captured or freed, or its time is over", key=one.of)
    left = amount = one.amount or whole
    if amount > whole:
        raise Refusal("value.amount", "the hold %(key)s holds %(held)s", key=one.of, held=whole)
    taken: list[moves.Allocation] = []
    for turn, held in open_:
        part = min(left, sum(held.parts.values()))
        taken += moves.capture(turn, held, part)
        left -= part
        desk.close(turn)
    return receipt(desk, one, members[0], taken, amount, open_[0][1].unit)


def _void(desk: Desk, one: Asked) -> Receipt:
    members, freed, unit = _holders(desk, one), [], ""
    for member in members:
        turn = desk.turn(member, one.key)
        if (held := turn.holds.get(one.of)) is not None:
            unit = held.unit
            freed += moves.void(turn, held)
            desk.close(turn)
    if not freed:
        raise Refusal("hold.closed", "the hold %(key)s was captured or freed, or its time is over", key=one.of)
    return receipt(desk, one, members[0], freed, sum(part.amount for part in freed), unit)


def _give_back(desk: Desk, one: Asked) -> Receipt:
    parts = desk.taken.get(one.of)
    if not parts:
        raise Refusal("value.unknown", "nothing was spent under the key %(key)s", key=one.of)
    amount = _rest(one, sum(taken - returned for _, taken, returned in parts))
    owners, left, back, unit = dict(desk.lots[one.of]), amount, [], ""
    for member in list(dict.fromkeys(reversed([owners[lot] for lot, _, _ in parts]))):
        own = [Part(*part) for part in parts if owners[part[0]] == member]
        part = min(left, sum(one.taken - one.returned for one in own))
        if part:
            turn = desk.turn(member, one.key)
            back += moves.give_back(turn, own, part, one.of)
            desk.close(turn)
            unit, left = turn.lots[own[0].lot].account.unit, left - part
    returned = {allocation.lot: allocation.amount for allocation in back}
    desk.taken[one.of] = [(lot, taken, before + returned.get(lot, 0)) for lot, taken, before in parts]
    return receipt(desk, one, owners[back[0].lot], back, amount, unit)


def _take_back(desk: Desk, one: Asked) -> Receipt:
    lots = desk.lots.get(one.of)
    if not lots:
        raise Refusal("value.unknown", "nothing was given under the key %(key)s", key=one.of)
    key, member = lots[0]
    turn = desk.turn(member, one.key)
    lot = turn.lots[key]
    amount = _rest(one, lot.amount - lot.reversed - lot.waived)
    waived = moves.take_back(turn, [(lot, amount)], "take_back", one.of).get(key, 0)
    desk.close(turn)
    terms = turn.unit(lot.account.unit).terms
    deduct = terms.worth.of(lot.waived + waived) - terms.worth.of(lot.waived) if terms.refunds == DEDUCT else 0
    done = receipt(desk, one, member, [moves.Allocation(key, amount - waived, lot.expires_at)], amount, lot.account.unit)
    return replace(done, waived=waived, deduct_minor=deduct)


def _rest(one: Asked, rest: int) -> int:
    """The amount that is meant. Refusals: `value.returned`, `value.amount`."""
    if rest <= 0:
        raise Refusal("value.returned", "all of %(key)s has been returned", key=one.of)
    if one.amount > rest:
        raise Refusal("value.amount", "only %(rest)s of %(key)s can be returned", rest=rest, key=one.of)
    return one.amount or rest


def _holders(desk: Desk, one: Asked) -> list[int]:
    """Who owns what a hold holds. Refusals: `hold.unknown`, `hold.closed`."""
    if one.of not in desk.past or desk.past[one.of].kind != "hold":
        raise Refusal("hold.unknown", "there is no hold %(key)s", key=one.of)
    if one.of not in desk.lots:
        raise Refusal("hold.closed", "the hold %(key)s was captured or freed, or its time is over", key=one.of)
    return list(dict.fromkeys(owner for _, owner in desk.lots[one.of]))


def check_end(expires: Expires, now: datetime) -> None:
    """Refusal: `value.expired`."""
    if isinstance(expires, datetime) and expires <= now:
        raise Refusal("value.expired", "it would have expired before it was given")


def enough(take: Callable[[], list[moves.Allocation]], one: Asked) -> list[moves.Allocation]:
    """What is taken. Refusal: `value.insufficient`."""
    try:
        return take()
    except Short as short:
        raise Refusal(
            "value.insufficient", "%(amount)s were asked for, %(available)s are available", amount=one.amount, available=short.available
        ) from None


def receipt(desk: Desk, one: Asked, member: int, taken: Sequence[moves.Allocation], amount: int = 0, unit: str = "") -> Receipt:
    """The answer to one question."""
    unit = unit or one.unit
    allocations = tuple(Allocation(part.lot, part.amount, part.expires_at) for part in taken)
    return Receipt(one.key, member, unit, amount or one.amount, desk.balance(member, unit), allocations)
