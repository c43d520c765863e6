"""What becomes of a redemption: shipped, received, handed over, cancelled, expired. Each move once; member row first, then the gift's."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from siyu.lib.crypto import encrypt_text, lookup_hash
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.loyalty.services import Because, Capture, Void, capture, void
from siyu.members.services import lock
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ...models import Redemption, StockMove
from ...rules.mall import OPEN, Address, Delivery, State, address_fault, may_move, normal_code
from ...saying import fact, handles_of, tell
from .redeeming import hold_key, news

_sql = statements("siyu.membership", "mall")
MAX_WORDS = 200


def ship(by: Actor, number: str, carrier: str, tracking: str, now: datetime) -> None:
    """Goods are on their way: the points are taken.

    Refusals: `redemption.unknown`, `redemption.state`, `redemption.words`, `gift.address`.
    """
    carrier, tracking = _worded(carrier), _worded(tracking)

    def change(row: Redemption) -> None:
        if row.address is None:
            raise Refusal("gift.address", "the member has not said where it shall go")
        row.carrier, row.tracking = carrier, tracking

    _move(by, number, State.SHIPPED, now, change, {"carrier": carrier}, is_fulfilled=True)


def receive(by: Actor, number: str, now: datetime) -> None:
    """Goods have arrived. Refusals: `redemption.unknown`, `redemption.state`."""
    _move(by, number, State.RECEIVED, now, _nothing, {})


def hand_over(by: Actor, code: str, now: datetime, *, store_id: int | None = None) -> Redemption:
    """Hand a gift over the counter to whoever shows its code: once. Returns the redemption.

    Refusals: `pick_up.unknown`, `pick_up.used`, `pick_up.over`.
    """
    row = by_code(code)
    if row is None:
        raise Refusal("pick_up.unknown", "there is no gift with this code")
    if row.state == State.READY and row.due_at is not None and row.due_at <= now:
        raise Refusal("pick_up.over", "the time to pick this gift up is over")

    def change(fresh: Redemption) -> None:
        fresh.store_id, fresh.handed_by = store_id, by.name

    try:
        return _move(by, row.number, State.HANDED, now, change, {"store": store_id}, is_fulfilled=True)
    except Refusal as refusal:
        if refusal.code == "redemption.state":
            raise Refusal("pick_up.used", "this code was used, or its gift was cancelled") from refusal
        raise


def cancel(by: Actor, number: str, because: str, now: datetime, *, member_id: int | None = None) -> None:
    """Give points, stock and limit back. `member_id`: only if it is this member's own.

    Refusals: `redemption.unknown`, `redemption.state`, `redemption.words`.
    """
    words = _worded(because)
    if member_id is not None and not Redemption.objects.filter(number=number, owner_id=member_id).exists():
        raise Refusal("redemption.unknown", "there is no such redemption")
    _give_back(by, number, State.CANCELLED, words, now)


def expire(by: Actor, number: str, now: datetime) -> None:
    """What nobody fetched or shipped in time goes back, points and stock. Refusals: `redemption.unknown`, `redemption.state`."""
    _give_back(by, number, State.EXPIRED, "expired", now)


def set_address(by: Actor, number: str, address: Address, now: datetime, *, member_id: int | None = None) -> None:
    """Where a gift that waits shall go. Refusals: `redemption.unknown`, `redemption.state`, `gift.address`."""
    if part := address_fault(address):
        raise Refusal("gift.address", "this part of the address cannot be used: %(part)s", part=part)
    with transaction.atomic():
        row = _locked(number)
        if member_id is not None and row.owner_id != member_id:
            raise Refusal("redemption.unknown", "there is no such redemption")
        if row.state != State.WAITING or row.delivery != Delivery.SHIP:
            raise Refusal("redemption.state", "this redemption is %(state)s", state=row.state)
        row.address = encrypt_text(json.dumps(address._asdict(), ensure_ascii=False))
        row.save(update_fields=["address"])
        audit(by, "redemption.address_changed", f"redemption:{number}", at=now)


def by_code(code: str) -> Redemption | None:
    """The redemption that a pick-up code collects."""
    plain = normal_code(code)
    if not plain:
        return None
    return Redemption.objects.select_related("gift").filter(pick_up_hash=lookup_hash("pick_up", plain)).first()


def _move(
    by: Actor,
    number: str,
    to: State,
    now: datetime,
    change: Callable[[Redemption], None],
    detail: dict[str, Any],
    *,
    is_fulfilled: bool = False,
) -> Redemption:
    with transaction.atomic():
        row = _locked(number)
        _must(row, to)
        change(row)
        row.state, row.moved_at, row.due_at = to, now, None
        row.save(update_fields=["state", "moved_at", "due_at", "carrier", "tracking", "store", "handed_by"])
        if is_fulfilled:
            if row.points:
                capture(by, [Capture(hold_key(number), f"{hold_key(number)}:capture")], now)
            _say(by, "gift.fulfilled", row, now)
        audit(by, f"redemption.{to}", f"redemption:{number}", detail, at=now)
    return row


def _give_back(by: Actor, number: str, to: State, because: str, now: datetime) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        row = _locked(number)
        _must(row, to)
        row.state, row.moved_at, row.due_at, row.because = to, now, None, because
        row.save(update_fields=["state", "moved_at", "due_at", "because"])
        if row.points:
            _free(by, row, now)
        cursor.execute(_sql.return_stock, {"gift": row.gift_id, "pieces": row.quantity})
        if cursor.fetchone():
            StockMove.objects.create(gift_id=row.gift_id, pieces=row.quantity, kind="return", redemption=row, by=by.name, at=now)
        _say(by, "gift.cancelled", row, now, because=to.value)
        audit(by, f"redemption.{to}", f"redemption:{number}", {}, because, at=now)


def _free(by: Actor, row: Redemption, now: datetime) -> None:
    """The points are free again. Where nobody looked for days, the hold has ended by itself before: due work goes room by room."""
    why = Because("mall", f"redemption:{row.number}", f"{row.gift.name} × {row.quantity}")
    try:
        void(by, [Void(hold_key(row.number), f"{hold_key(row.number)}:void", why)], now)
    except Refusal as refusal:
        if refusal.code != "hold.closed":
            raise


def _locked(number: str) -> Redemption:
    """The redemption, its member's row locked first; a merge may have moved it meanwhile."""
    for _ in range(5):
        row = Redemption.objects.filter(number=number).only("owner_id").first()
        if row is None:
            break
        with connection.cursor() as cursor:
            lock(cursor.cursor, [row.owner_id])
            cursor.execute(_sql.lock, {"number": number})
        fresh = Redemption.objects.select_related("gift").get(number=number)
        if fresh.owner_id == row.owner_id:
            return fresh
    raise Refusal("redemption.unknown", "there is no such redemption")


def _must(row: Redemption, to: State) -> None:
    if not may_move(row.state, to) or (to in (State.CANCELLED, State.EXPIRED) and row.state not in OPEN):
        raise Refusal("redemption.state", "this redemption is %(state)s", state=row.state)


def _say(by: Actor, name: str, row: Redemption, now: datetime, **more: Any) -> None:
    try:
        handle = handles_of([row.owner_id])[row.owner_id].handle
    except Refusal:  # of a person who was erased nothing is said any more
        return
    tell(by, [fact(name, handle, now, f"{name}:{row.number}", news(row, row.gift, **more))], now)


def _worded(text: str) -> str:
    text = text.strip()
    if not 1 <= len(text) <= MAX_WORDS or not text.isprintable():
        raise Refusal("redemption.words", "say it in 1 to %(limit)s characters", limit=MAX_WORDS)
    return text


def _nothing(row: Redemption) -> None:
    """No other column changes."""
