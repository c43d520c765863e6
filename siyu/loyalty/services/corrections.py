"""Corrections by hand: small ones at once, larger ones when a second person agrees; value sent on; lots that may be used for longer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection, transaction
from psycopg import Connection

from siyu.lib.money import MAX_AMOUNT
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..models import Adjustment
from ..rules import moves
from ..rules.terms import USUAL, After, Inactivity, Never, Usual, YearEnd
from .asked import MAX_SET, Asked, check, reused
from .desk import Desk
from .looking import operations
from .performing import perform
from .value import check_end, enough, receipt
from .value_items import Because, Expires, Receipt, receipt_of

_sql = statements("siyu.loyalty", "services")
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
    `value.expired`, `value.instant`, `value.member`, `key.reused`.
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
        before = set(Adjustment.objects.filter(key__in=[one.key for one in adjusts]).values_list("key", flat=True))
        large = [one for one in adjusts if one.key in before or ((limit := limits[one.unit]) is not None and abs(one.amount) > limit)]
        _check_asked(large, now)
        done: dict[str, Receipt | None] = {
            answer.key: answer for answer in _adjusted(by, [one for one in adjusts if one not in large], now)
        }
        done |= {one.key: _ask(by, one, now) for one in large}
    return [done[one.key] for one in adjusts]


def approve_adjustment(by: Actor, key: str, now: datetime) -> Receipt:
    """A second person agrees; the correction is made. Refusals: `adjust.unknown`, `adjust.decided`, `adjust.own`, `value.insufficient`."""
    with transaction.atomic():
        row = _waiting(by, key)
        item = Adjust(row.member_id, row.unit, row.amount, row.key, Because("adjustment", row.ref, row.words), _expiry(row))
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

    def do(desk: Desk, one: Asked) -> Receipt:
        item, unit = items[one.key], desk.unit(one.unit)
        turn = desk.turn(desk.member(one.member_id), one.key)
        if item.amount > 0:
            check_end(item.expires_at, now)
            lot = moves.grant(turn, one.unit, one.amount, item.expires_at, kind="adjust")
            parts = [moves.Allocation(lot.key, one.amount, lot.expires_at)]
        else:
            parts = enough(lambda: moves.remove(turn, one.unit, one.amount, may_owe=unit.terms.may_owe), one)
        desk.close(turn)
        return receipt(desk, one, turn.before.id, parts, item.amount)

    done = perform(by, [_as_asked(one) for one in adjusts], now, do)
    for one in done:
        if not one.is_repeated:
            detail = {"key": one.key, "unit": one.unit, "amount": one.amount}
            audit(by, "value.adjusted", f"member:{one.member_id}", detail, items[one.key].because.words, at=now)
    return done


def _as_asked(one: Adjust) -> Asked:
    return Asked(one.key, "adjust", one.unit, abs(one.amount), one.because, one.member_id, terms=(one.amount > 0, one.expires_at))


def _check_asked(large: Sequence[Adjust], now: datetime) -> None:
    """What would be refused when it is approved is refused when it is asked. Refusals as in `adjust`."""
    check([_as_asked(one) for one in large])
    for one in large:
        if one.amount > 0:
            check_end(one.expires_at, now)
    with connection.cursor() as cursor:
        cursor.execute(_sql.existing, {"members": [one.member_id for one in large]})
        existing = {row[0] for row in cursor.fetchall()}
    for one in large:
        if one.member_id not in existing:
            raise Refusal("value.member", "there is no member %(member)s", member=one.member_id)


def _ask(by: Actor, one: Adjust, now: datetime) -> Receipt | None:
    """Let a correction wait, once; the answer of one that was approved."""
    raw: Connection = connection.connection
    done = operations(raw, [one.key]).get(one.key)
    asked = _columns(one)
    row, is_new = Adjustment.objects.get_or_create(
        key=one.key,
        defaults={
            **asked,
            "words": one.because.words,
            "ref": one.because.ref,
            "asked_by_kind": by.kind,
            "asked_by_id": by.id,
            "asked_by": by.name,
            "asked_at": now,
        },
    )
    if any(getattr(row, name) != value for name, value in asked.items()) or (done is not None and row.state != "approved"):
        raise reused(one.key)
    if is_new:
        detail = {"key": one.key, "unit": one.unit, "amount": one.amount}
        audit(by, "adjustment.asked", f"member:{one.member_id}", detail, one.because.words, at=now)
    return receipt_of(one.key, done.member_id, done.unit, done.result) if done is not None else None


def _columns(one: Adjust) -> dict[str, Any]:
    """What a correction is, as its row keeps it: the terms of what is given stand beside the instant at which it may end."""
    expires = Never() if one.expires_at is None else one.expires_at
    is_instant = isinstance(expires, datetime)
    validity = {} if is_instant or isinstance(expires, Usual) else msgspec.to_builtins(expires)
    return {
        "member_id": one.member_id,
        "unit": one.unit,
        "amount": one.amount,
        "expires_at": expires if is_instant else None,
        "validity": validity,
    }


def _expiry(row: Adjustment) -> Expires:
    if row.expires_at is not None or not row.validity:
        return row.expires_at or USUAL
    return msgspec.convert(row.validity, type=Never | After | YearEnd | Inactivity)


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
