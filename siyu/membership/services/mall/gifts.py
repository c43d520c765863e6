"""What people do with gifts: make and change them, put them on sale, supply stock and codes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import IntegrityError, connection, transaction

from siyu.lib.crypto import encrypt_text, lookup_hash
from siyu.lib.money import MAX_AMOUNT
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.loyalty.rewards import check_all
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ...models import Gift, StockMove
from ...rules.mall import Delivery, Kind
from ...rules.periods import PERIODS, Period
from ...words import check_code, check_name

_sql = statements("siyu.membership", "mall")
MAX_GIFTS = 2_000
MAX_POINTS = 10**9
MAX_STOCK = 10**9
MAX_CODES = 20_000  # of one call
MAX_DESCRIPTION = 2_000
MAX_LIST = 50  # tiers, tags


class GiftTerms(msgspec.Struct, kw_only=True):
    """What may be changed of a gift; `limit_each` None is without limit, `points` and `money_minor` are for one piece."""

    name: str
    points: int
    description: str = ""
    money_minor: int = 0
    delivery: list[str] = []
    sku: str = ""
    picture: str = ""
    limit_each: int | None = None
    limit_period: Period = "all"
    tiers: list[str] = []
    tags: list[str] = []
    rewards: list[dict[str, Any]] = []
    from_at: datetime | None = None
    until_at: datetime | None = None
    pick_up_days: int = 14
    sort: int = 0


def create_gift(by: Actor, code: str, kind: str, terms: GiftTerms, *, now: datetime, stock: int | None = None) -> int:
    """A new gift, not yet on sale; `stock` None is without end (codes bring their own stock). Returns its id.

    Refusals: `gift.code`, `gift.code_taken`, `gift.name`, `gift.kind`, `gift.terms`, `gift.stock`, `gift.too_many`, and those of rewards.
    """
    check_code("gift", code)
    if kind not in list(Kind):
        raise Refusal("gift.kind", "a gift is one of %(kinds)s", kinds=", ".join(Kind))
    _check(kind, terms)
    if kind == Kind.VOUCHER:
        stock = 0
    if stock is not None and not 0 <= stock <= MAX_STOCK:
        raise Refusal("gift.stock", "a stock lies between 0 and %(limit)s", limit=MAX_STOCK)
    if Gift.objects.count() >= MAX_GIFTS:
        raise Refusal("gift.too_many", "there are %(limit)s gifts already", limit=MAX_GIFTS)
    try:
        with transaction.atomic():
            gift = Gift.objects.create(
                code=code, kind=kind, stock=stock, created_by=by.name, created_at=now, **_columns(terms), is_on_sale=False
            )
            if stock:
                StockMove.objects.create(gift=gift, pieces=stock, kind="supply", by=by.name, at=now)
            audit(by, "gift.created", f"gift:{code}", {"kind": kind, "stock": stock} | _told(terms), at=now)
    except IntegrityError as error:
        raise Refusal("gift.code_taken", "there is already a gift with the code %(code)s", code=code) from error
    return gift.pk


def change_gift(by: Actor, code: str, terms: GiftTerms, *, now: datetime) -> None:
    """New terms for redemptions from now on. Refusals: `gift.unknown`, `gift.name`, `gift.terms`, and those of rewards."""
    with transaction.atomic():
        gift = gift_of(code)
        _check(gift.kind, terms)
        columns = _columns(terms)
        before = {name: str(getattr(gift, name)) for name, value in columns.items() if getattr(gift, name) != value}
        for name, value in columns.items():
            setattr(gift, name, value)
        gift.save(update_fields=list(columns))
        audit(by, "gift.changed", f"gift:{code}", {"before": before, "after": {name: str(columns[name]) for name in before}}, at=now)


def put_on_sale(by: Actor, code: str, *, on: bool, now: datetime) -> None:
    """Offer a gift, or take it off. Repeating changes nothing. Refusals: `gift.unknown`, `gift.archived`."""
    with transaction.atomic():
        gift = gift_of(code)
        if gift.archived_at is not None and on:
            raise Refusal("gift.archived", "this gift was archived")
        if gift.is_on_sale != on:
            gift.is_on_sale = on
            gift.save(update_fields=["is_on_sale"])
            audit(by, "gift.on_sale" if on else "gift.off_sale", f"gift:{code}", at=now)


def archive_gift(by: Actor, code: str, *, now: datetime) -> None:
    """Take a gift out of use; its redemptions go on. Repeating changes nothing. Refusal: `gift.unknown`."""
    with transaction.atomic():
        gift = gift_of(code)
        if gift.archived_at is None:
            gift.archived_at, gift.is_on_sale = now, False
            gift.save(update_fields=["archived_at", "is_on_sale"])
            audit(by, "gift.archived", f"gift:{code}", at=now)


def change_stock(by: Actor, code: str, pieces: int, because: str, *, now: datetime) -> int:
    """More pieces (or, negative, fewer); returns the stock. Refusals: `gift.unknown`, `gift.stock`, `gift.because`."""
    if not because.strip():
        raise Refusal("gift.because", "say why the stock changes")
    with transaction.atomic(), connection.cursor() as cursor:
        gift = gift_of(code)
        if gift.kind == Kind.VOUCHER:
            raise Refusal("gift.stock", "the stock of codes is the codes: enter more of them")
        cursor.execute(_sql.change_stock, {"gift": gift.pk, "pieces": pieces, "most": MAX_STOCK})
        row = cursor.fetchone()
        if row is None:
            raise Refusal("gift.stock", "the stock is without end, or would fall below none")
        if pieces:
            StockMove.objects.create(gift=gift, pieces=pieces, kind="supply" if pieces > 0 else "correct", by=by.name, at=now)
        audit(by, "gift.stock_changed", f"gift:{code}", {"pieces": pieces, "stock": row[0]}, because, at=now)
    return row[0]


def add_codes(by: Actor, code: str, codes: Sequence[str], *, now: datetime) -> int:
    """Enter codes of a pool; known ones are left out. Returns how many are new.

    Refusals: `gift.unknown`, `gift.kind`, `gift.codes`.
    """
    plain = list(dict.fromkeys(text.strip() for text in codes if text.strip()))
    if len(plain) > MAX_CODES or not all(len(text) <= 200 and text.isprintable() for text in plain):
        raise Refusal("gift.codes", "at most %(limit)s codes at a time, each of up to 200 printable characters", limit=MAX_CODES)
    with transaction.atomic(), connection.cursor() as cursor:
        gift = gift_of(code)
        if gift.kind != Kind.VOUCHER:
            raise Refusal("gift.kind", "only a gift of codes has codes")
        hashes = [lookup_hash(f"voucher {gift.pk}", text) for text in plain]
        cursor.execute(_sql.add_codes, {"gift": gift.pk, "codes": [encrypt_text(text) for text in plain], "hashes": hashes})
        added = cursor.rowcount
        if added:
            cursor.execute(_sql.change_stock, {"gift": gift.pk, "pieces": added, "most": MAX_STOCK})
            StockMove.objects.create(gift=gift, pieces=added, kind="codes", by=by.name, at=now)
        audit(by, "gift.codes_added", f"gift:{code}", {"added": added, "known": len(plain) - added}, at=now)
    return added


def gift_of(code: str) -> Gift:
    """A gift by its code, locked. Refusal: `gift.unknown`."""
    gift = Gift.objects.select_for_update().filter(code=code).first()
    if gift is None:
        raise Refusal("gift.unknown", "there is no such gift")
    return gift


def _check(kind: str, terms: GiftTerms) -> None:
    check_name("gift", terms.name)
    check_all(terms.rewards)
    fault = _fault(kind, terms)
    if fault:
        raise Refusal("gift.terms", fault)


def _fault(kind: str, terms: GiftTerms) -> str:
    if not 0 <= terms.points <= MAX_POINTS or not 0 <= terms.money_minor <= MAX_AMOUNT:
        return "a price is not negative, and not that large"
    if kind == Kind.PHYSICAL and (not terms.delivery or set(terms.delivery) - set(Delivery)):
        return "goods are shipped, picked up, or both"
    if kind != Kind.PHYSICAL and terms.delivery:
        return "only goods are delivered"
    if (kind == Kind.REWARD) != bool(terms.rewards):
        return "a gift of rewards gives some, and no other gift does"
    if terms.limit_each is not None and not 1 <= terms.limit_each <= 100_000:
        return "a limit is 1 or more"
    if terms.limit_period not in PERIODS:
        return "a limit holds for a day, week, month, year or for all time"
    if terms.from_at is not None and terms.until_at is not None and terms.until_at <= terms.from_at:
        return "the offer ends before it begins"
    if not 1 <= terms.pick_up_days <= 365:
        return "a gift can be picked up for 1 to 365 days"
    if len(terms.tiers) > MAX_LIST or len(terms.tags) > MAX_LIST or len(terms.description) > MAX_DESCRIPTION:
        return "that is too long"
    return ""


def _columns(terms: GiftTerms) -> dict[str, Any]:
    return {name: getattr(terms, name) for name in terms.__struct_fields__} | {"name": terms.name.strip()}


def _told(terms: GiftTerms) -> dict[str, Any]:
    return {"name": terms.name, "points": terms.points, "money_minor": terms.money_minor, "limit": terms.limit_each}
