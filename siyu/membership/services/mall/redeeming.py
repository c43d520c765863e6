"""Redeem: a member exchanges points for a gift. Member row, then ledger, then the gift's row, in this order always."""

import json
import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction
from psycopg import Cursor

from siyu.lib.clock import business_day
from siyu.lib.crypto import decrypt_text, encrypt_text, lookup_hash
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.loyalty.rewards import Reward, give
from siyu.loyalty.services import Because, Capture, Hold, capture, hold
from siyu.members.services import lock
from siyu.merchant.queries import settings_book
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ...models import Gift, Redemption, StockMove
from ...rules.mall import (
    MAX_QUANTITY,
    PICK_UP_ALPHABET,
    PICK_UP_LENGTH,
    Address,
    Delivery,
    Kind,
    Obstacle,
    State,
    address_fault,
    obstacles,
)
from ...saying import fact, handles_of, tell
from .wishes import UNIT, wish_of

_sql = statements("siyu.membership", "mall")
SHIP_DAYS = 60  # what nobody ships for so long expires, and the points come back
MARGIN = timedelta(days=1)  # the hold outlives the redemption, which gives it back itself
MAX_KEY = 200


class Redeemed(NamedTuple):
    """What a member hears: the redemption's number and state, the code to collect it with, the codes handed out."""

    number: str
    state: str
    points: int
    due_at: datetime | None
    pick_up_code: str
    codes: list[str]
    is_repeated: bool


def redeem(
    by: Actor,
    member_id: int,
    gift_code: str,
    key: str,
    now: datetime,
    *,
    quantity: int = 1,
    delivery: str = "",
    address: Address | None = None,
) -> Redeemed:
    """Exchange points for a gift: hold the points, take the stock; codes and rewards are handed over at once. The same key answers again.

    Refusals: `gift.unknown`, `gift.quantity`, `gift.off_sale`, `gift.not_yet`, `gift.tier`, `gift.audience`, `gift.sold_out`, `gift.limit`,
    `gift.points`, `gift.delivery`, `gift.address`, `key.reused`, `key.empty`, `member.unknown`.
    """
    if not 1 <= len(key) <= MAX_KEY or key.startswith("reward:"):
        raise Refusal("key.empty", "a key has 1 to %(limit)s characters", limit=MAX_KEY)
    if not 1 <= quantity <= MAX_QUANTITY:
        raise Refusal("gift.quantity", "1 to %(limit)s pieces at a time", limit=MAX_QUANTITY)
    with transaction.atomic(), connection.cursor() as cursor:
        lock(cursor.cursor, [member_id])
        gift = _gift(gift_code)
        if found := _repeated(key, member_id, gift, quantity, delivery):
            return found
        way = _way(gift, delivery, address)
        found_obstacles = obstacles(wish_of(cursor.cursor, gift, member_id, quantity, now))
        if found_obstacles:
            raise refused(found_obstacles)
        row = _open(by, cursor.cursor, member_id, gift, key, now, quantity, gift.points * quantity, way, address)
        audit(by, "gift.redeemed", f"redemption:{row.number}", {"gift": gift.code, "quantity": quantity, "points": row.points}, at=now)
        return told(row, is_repeated=False)


def give_gift(by: Actor, member_id: int, gift_code: str, key: str, now: datetime, quantity: int, words: str) -> None:
    """A gift as a reward: for no points, beside limits and sale. One that is sold out is written down as such, and told to staff by it."""
    with transaction.atomic(), connection.cursor() as cursor:
        lock(cursor.cursor, [member_id])
        gift = _gift(gift_code)
        if _repeated(key, member_id, gift, quantity):
            return
        way = Delivery.PICK_UP if Delivery.PICK_UP in gift.delivery else (gift.delivery[0] if gift.delivery else "")
        if gift.stock is not None and gift.stock < quantity:
            _write(member_id, gift, key, now, quantity, 0, way, None, State.CANCELLED, "sold_out")
        else:
            _open(by, cursor.cursor, member_id, gift, key, now, quantity, 0, way, None, is_given=True)
        audit(by, "gift.given", f"gift:{gift.code}", {"member": member_id, "quantity": quantity}, words, at=now)


def refused(found: list[Obstacle]) -> Refusal:
    """The first obstacle as a refusal, with what is missing."""
    return Refusal(found[0].code, found[0].words, missing=found[0].missing)


def told(row: Redemption, *, is_repeated: bool) -> Redeemed:
    code = decrypt_text(bytes(row.pick_up_code)) if row.pick_up_code is not None and row.state == State.READY else ""
    return Redeemed(row.number, row.state, row.points, row.due_at, code, codes_of(row.pk), is_repeated)


def codes_of(redemption_id: int) -> list[str]:
    """The codes that a redemption was handed."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.codes_of, {"redemption": redemption_id})
        return [decrypt_text(row[0]) for row in cursor.fetchall()]


def hold_key(number: str) -> str:
    """The ledger's key of the points that a redemption holds."""
    return f"mall:{number}"


def news(row: Redemption, gift: Gift, **more: Any) -> dict[str, Any]:
    """What the facts of a redemption say."""
    return {"gift": gift.code, "kind": gift.kind, "quantity": row.quantity, "points": row.points, "redemption": row.number, **more}


def _gift(code: str) -> Gift:
    gift = Gift.objects.filter(code=code).first()
    if gift is None:
        raise Refusal("gift.unknown", "there is no such gift")
    return gift


def _repeated(key: str, member_id: int, gift: Gift, quantity: int, delivery: str = "") -> Redeemed | None:
    row = Redemption.objects.filter(key=key).first()
    if row is None:
        return None
    is_other_way = "" not in (delivery, row.delivery) and delivery != row.delivery
    if is_other_way or (row.owner_id, row.gift_id, row.quantity) != (member_id, gift.pk, quantity):
        raise Refusal("key.reused", "this key was used for another request")
    return told(row, is_repeated=True)


def _way(gift: Gift, delivery: str, address: Address | None) -> str:
    """How goods go out: as asked, or the only way there is."""
    if gift.kind != Kind.PHYSICAL:
        return ""
    way = delivery or (gift.delivery[0] if len(gift.delivery) == 1 else "")
    if way not in gift.delivery:
        raise Refusal("gift.delivery", "choose how you want to have it: %(ways)s", ways=", ".join(gift.delivery))
    if way == Delivery.SHIP:
        if address is None:
            raise Refusal("gift.address", "say where it shall go")
        if part := address_fault(address):
            raise Refusal("gift.address", "this part of the address cannot be used: %(part)s", part=part)
    return way


def _open(
    by: Actor,
    cursor: Cursor,
    member_id: int,
    gift: Gift,
    key: str,
    now: datetime,
    quantity: int,
    points: int,
    way: str,
    address: Address | None,
    *,
    is_given: bool = False,
) -> Redemption:
    """Write the redemption, hold its points, take its stock, and hand over at once what needs no way."""
    state = {Delivery.SHIP: State.WAITING, Delivery.PICK_UP: State.READY}.get(way, State.HANDED)  # type: ignore[call-overload]
    row = _write(member_id, gift, key, now, quantity, points, way, address, state, "")
    because = Because("mall", f"redemption:{row.number}", f"{gift.name} × {quantity}")
    if points:
        hold(by, [Hold(member_id, UNIT, points, hold_key(row.number), because, (row.due_at or now) + MARGIN)], now)
    cursor.execute(_sql.take_stock, {"gift": gift.pk, "pieces": quantity, "is_given": is_given})
    taken = cursor.fetchone()
    if taken is None:
        raise Refusal("gift.sold_out", "not enough of this gift is left", missing=quantity)
    if taken[0]:
        StockMove.objects.create(gift=gift, pieces=-quantity, kind="redeem", redemption=row, by=by.name, at=now)
    handle = handles_of([member_id])[member_id].handle
    facts = [fact("gift.redeemed", handle, now, f"gift.redeemed:{row.number}", news(row, gift))]
    if state is State.HANDED:
        _hand_out(by, cursor, row, gift, because, now)
        facts.append(fact("gift.fulfilled", handle, now, f"gift.fulfilled:{row.number}", news(row, gift)))
    tell(by, facts, now)
    return row


def _write(
    member_id: int,
    gift: Gift,
    key: str,
    now: datetime,
    quantity: int,
    points: int,
    way: str,
    address: Address | None,
    state: State,
    because: str,
) -> Redemption:
    days = {State.WAITING: SHIP_DAYS, State.READY: gift.pick_up_days}.get(state)
    code = "".join(secrets.choice(PICK_UP_ALPHABET) for _ in range(PICK_UP_LENGTH)) if state is State.READY else ""
    return Redemption.objects.create(
        number=secrets.token_hex(8),
        key=key,
        gift=gift,
        origin_id=member_id,
        owner_id=member_id,
        quantity=quantity,
        points=points,
        money_minor=gift.money_minor * quantity if points or not key.startswith("reward:") else 0,
        delivery=way,
        state=state,
        redeemed_at=now,
        business_day=business_day(now, settings_book().zone(now.date())),
        moved_at=now,
        due_at=now + timedelta(days=days) if days else None,
        address=encrypt_text(json.dumps(address._asdict(), ensure_ascii=False)) if address is not None and way == Delivery.SHIP else None,
        pick_up_hash=lookup_hash("pick_up", code) if code else None,
        pick_up_code=encrypt_text(code) if code else None,
        because=because,
    )


def _hand_out(by: Actor, cursor: Cursor, row: Redemption, gift: Gift, because: Because, now: datetime) -> None:
    if gift.kind == Kind.VOUCHER:
        cursor.execute(_sql.take_codes, {"redemption": row.pk, "gift": gift.pk, "pieces": row.quantity})
        if cursor.rowcount < row.quantity:
            raise Refusal("gift.sold_out", "not enough of this gift is left", missing=row.quantity - cursor.rowcount)
    rewards = [
        Reward(row.owner_id, terms, f"mall:{row.number}:{piece}:{number}", because)
        for piece in range(row.quantity)
        for number, terms in enumerate(gift.rewards)
    ]
    give(by, rewards, now)
    if row.points:
        capture(by, [Capture(hold_key(row.number), f"{hold_key(row.number)}:capture")], now)
