"""Corrections by hand: small ones at once, larger ones when a second person agrees; value sent on; lots that may be used for longer."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from siyu.lib.refusal import Refusal
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..models import Adjustment
from ..rules import moves
from ..rules.terms import USUAL
from .asked import MAX_AMOUNT, MAX_SET, Asked
from .desk import Desk
from .performing import perform
from .value import enough, receipt
from .value_items import Because, Expires, Receipt

MAX_WHY = 500


class Adjust(NamedTuple):
    """A correction of what a member has: more, or (a negative amount) less. `because.words` say why."""

    member_id: int
    unit: str
    amount: int
    key: str
    because: Because
    expires_at: Expires = USUAL


class Transfer(NamedTuple):
    """Value that one member sends to another, with its expiry."""

    member_id: int
    to_member_id: int
    unit: str
    amount: int
    key: str
    because: Because


class Extend(NamedTuple):
    """All that a member has of a unit and that ends before an instant is valid until then (None: for ever)."""

    member_id: int
    unit: str
    until: datetime | None
    key: str
    because: Because


def adjust(by: Actor, adjusts: Sequence[Adjust], now: datetime) -> list[Receipt | None]:
    """Correct balances. Above the unit's limit a correction waits for a second person: its answer is None until then.

    Refusals: `value.insufficient` (a debt is left only where the unit's terms say so), `adjust.because`, `value.unit`, `value.amount`,
    `key.reused`.
    """
    for one in adjusts:
        if not 1 <= len(one.because.words.strip()) <= MAX_WHY:
            raise Refusal("adjust.because", "say why, in at most %(limit)s characters", limit=MAX_WHY)
        if isinstance(one.amount, bool) or not isinstance(one.amount, int) or not 0 < abs(one.amount) <= MAX_AMOUNT:
            raise Refusal("value.amount", "an amount is a whole number from 1 to %(limit)s", limit=MAX_AMOUNT)
    if len(adjusts) > MAX_SET:
        raise Refusal("value.too_many", "at most %(limit)s moves at a time", limit=MAX_SET)
    with transaction.atomic():
        limits = Desk.at(now).limits({one.unit for one in adjusts})
        large = [one for one in adjusts if (limit := limits[one.unit]) is not None and abs(one.amount) > limit]
        small = [one for one in adjusts if one not in large]
        done = {answer.key: answer for answer in _adjusted(by, small, now)}
        for one in large:
            _ask(by, one, now)
    return [done.get(one.key) for one in adjusts]


def approve_adjustment(by: Actor, key: str, now: datetime) -> Receipt:
    """A second person agrees; the correction is made. Refusals: `adjust.unknown`, `adjust.decided`, `adjust.own`, `value.insufficient`."""
    with transaction.atomic():
        row = _waiting(by, key)
        item = Adjust(row.member_id, row.unit, row.amount, row.key, Because("adjustment", row.ref, row.words), row.expires_at or USUAL)
        done = _adjusted(by, [item], now)[0]
        _decide(row, by, "approved", now)
        audit(by, "adjustment.approved", f"member:{row.member_id}", {"key": key, "unit": row.unit, "amount": row.amount}, row.words, at=now)
    return done


def reject_adjustment(by: Actor, key: str, because: str, now: datetime) -> None:
    """A second person says no. Refusals: `adjust.unknown`, `adjust.decided`, `adjust.own`, `adjust.because`."""
    if not because.strip():
        raise Refusal("adjust.because", "say why, in at most %(limit)s characters", limit=MAX_WHY)
    with transaction.atomic():
        row = _waiting(by, key)
        row.decision = because[:MAX_WHY]
        _decide(row, by, "rejected", now)
        audit(by, "adjustment.rejected", f"member:{row.member_id}", {"key": key, "unit": row.unit, "amount": row.amount}, because, at=now)


def transfer(by: Actor, transfers: Sequence[Transfer], now: datetime) -> list[Receipt]:
    """Send value to other members; it keeps its expiry. Refusals: `value.transfer_off`, `value.transfer_self`, `value.insufficient`."""

    def do(desk: Desk, one: Asked) -> Receipt:
        giver, receiver = desk.member(one.member_id), desk.member(one.other)
        if not desk.unit(one.unit, spends=True).terms.may_transfer:
            raise Refusal("value.transfer_off", "%(unit)s cannot be sent to others", unit=one.unit)
        if giver == receiver:
            raise Refusal("value.transfer_self", "nobody sends value to themselves")
        turn = desk.turn(giver, one.key)
        sent = enough(lambda: moves.send(turn, one.unit, one.amount), one)
        desk.close(turn)
        other = desk.turn(receiver, one.key)
        for place, part in enumerate(sent):
            moves.grant(other, one.unit, part.amount, part.expires_at, kind="transfer", part=f"{place}")
        desk.close(other)
        return receipt(desk, one, giver, sent)

    asked = [
        Asked(one.key, "transfer", one.unit, one.amount, one.because, one.member_id, other=one.to_member_id, terms=(one.to_member_id,))
        for one in transfers
    ]
    return perform(by, asked, now, do)


def extend(by: Actor, extensions: Sequence[Extend], now: datetime) -> list[Receipt]:
    """Let what members have be valid for longer. Refusal: `value.insufficient` when nothing ends before."""
    asked = [Asked(one.key, "extend", one.unit, 0, one.because, one.member_id, until=one.until, terms=(one.until,)) for one in extensions]

    def do(desk: Desk, one: Asked) -> Receipt:
        desk.unit(one.unit)
        turn = desk.turn(desk.member(one.member_id), one.key)
        lots = [
            lot.key
            for lot in turn.lots.values()
            if lot.account.unit == one.unit
            and lot.remaining
            and lot.expires_at is not None
            and (one.until is None or lot.expires_at < one.until)
        ]
        changed = moves.extend(turn, lots, one.until)
        if not changed:
            raise Refusal("value.insufficient", "nothing ends before", amount=0, available=0)
        desk.close(turn)
        return receipt(desk, one, turn.before.id, changed, sum(part.amount for part in changed))

    with transaction.atomic():
        done = perform(by, asked, now, do)
        for one in done:
            if not one.is_repeated:
                audit(by, "value.extended", f"member:{one.member_id}", {"key": one.key, "unit": one.unit, "amount": one.amount}, at=now)
    return done


def _adjusted(by: Actor, adjusts: Sequence[Adjust], now: datetime) -> list[Receipt]:
    items = {one.key: one for one in adjusts}
    asked = [
        Asked(one.key, "adjust", one.unit, abs(one.amount), one.because, one.member_id, terms=(one.amount > 0, one.expires_at))
        for one in adjusts
    ]

    def do(desk: Desk, one: Asked) -> Receipt:
        item, unit = items[one.key], desk.unit(one.unit)
        turn = desk.turn(desk.member(one.member_id), one.key)
        if item.amount > 0:
            lot = moves.grant(turn, one.unit, one.amount, item.expires_at, kind="adjust")
            parts = [moves.Allocation(lot.key, one.amount, lot.expires_at)]
        else:
            parts = enough(lambda: moves.remove(turn, one.unit, one.amount, may_owe=unit.terms.may_owe), one)
        desk.close(turn)
        return receipt(desk, one, turn.before.id, parts, item.amount)

    done = perform(by, asked, now, do)
    for one in done:
        if not one.is_repeated:
            detail = {"key": one.key, "unit": one.unit, "amount": one.amount}
            audit(by, "value.adjusted", f"member:{one.member_id}", detail, items[one.key].because.words, at=now)
    return done


def _ask(by: Actor, one: Adjust, now: datetime) -> None:
    expires_at = one.expires_at if isinstance(one.expires_at, datetime) else None
    row, is_new = Adjustment.objects.get_or_create(
        key=one.key,
        defaults={
            "member_id": one.member_id,
            "unit": one.unit,
            "amount": one.amount,
            "words": one.because.words,
            "ref": one.because.ref,
            "expires_at": expires_at,
            "asked_by_kind": by.kind,
            "asked_by_id": by.id,
            "asked_by": by.name,
            "asked_at": now,
        },
    )
    if (row.member_id, row.unit, row.amount) != (one.member_id, one.unit, one.amount):
        raise Refusal("key.reused", "the key %(key)s has been used for something else", key=one.key)
    if is_new:
        audit(
            by,
            "adjustment.asked",
            f"member:{one.member_id}",
            {"key": one.key, "unit": one.unit, "amount": one.amount},
            one.because.words,
            at=now,
        )


def _waiting(by: Actor, key: str) -> Adjustment:
    row = Adjustment.objects.select_for_update().filter(key=key).first()
    if row is None:
        raise Refusal("adjust.unknown", "there is no correction %(key)s", key=key)
    if row.state != "waiting":
        raise Refusal("adjust.decided", "it was decided by %(name)s", name=row.decided_by)
    if (row.asked_by_kind, row.asked_by_id or row.asked_by) == (by.kind, by.id or by.name):  # a name can be changed, a number not
        raise Refusal("adjust.own", "a second person decides: you asked for this correction")
    return row


def _decide(row: Adjustment, by: Actor, state: str, now: datetime) -> None:
    row.state, row.decided_by_id, row.decided_by, row.decided_at = state, by.id, by.name, now
    row.save(update_fields=["state", "decided_by_id", "decided_by", "decided_at", "decision"])
