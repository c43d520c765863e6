"""What decides whether a member may have a gift, read once for one gift or for the whole mall."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from psycopg import Cursor

from siyu.lib.clock import business_day
from siyu.lib.sql import statements
from siyu.loyalty.queries import balances, base_tier
from siyu.merchant.queries import settings_book

from ...models import Gift
from ...rules.mall import Wish
from ...rules.periods import period_of

_sql = statements("siyu.membership", "mall")
UNIT = "points"


class Purse(NamedTuple):
    """What a member can pay with, and as whom."""

    day: date
    balance: int
    tier: str
    tags: frozenset[str]


def purse_of(cursor: Cursor, member_id: int, now: datetime) -> Purse:
    """Points, tier and tags of a member, as they stand now."""
    day = business_day(now, settings_book().zone(now.date()))
    cursor.execute(_sql.standing, {"member": member_id})
    tier, tags = cursor.fetchone()  # type: ignore[misc]
    base = base_tier(day)
    balance = balances([member_id]).get(member_id, {}).get(UNIT)
    return Purse(day, balance.available if balance is not None else 0, tier or (base.code if base else ""), frozenset(tags))


def wish_of(cursor: Cursor, gift: Gift, member_id: int, quantity: int, now: datetime) -> Wish:
    """A member's wish for one gift."""
    purse = purse_of(cursor, member_id, now)
    first, last = period_of(gift.limit_period, purse.day)  # type: ignore[arg-type]
    cursor.execute(_sql.used, {"member": member_id, "gift": gift.pk, "first": first, "last": last})
    return _wish(gift, purse, cursor.fetchone()[0], quantity, now)  # type: ignore[index]


def wishes(cursor: Cursor, gifts: Sequence[Gift], member_id: int, now: datetime) -> list[Wish]:
    """A member's wish for one piece of each gift."""
    purse = purse_of(cursor, member_id, now)
    cursor.execute(_sql.used_of_all, {"member": member_id})
    used = cursor.fetchall()
    found = []
    for gift in gifts:
        first, last = period_of(gift.limit_period, purse.day)  # type: ignore[arg-type]
        pieces = sum(number for number_of, day, number in used if number_of == gift.pk and first <= day <= last)
        found.append(_wish(gift, purse, pieces, 1, now))
    return found


def _wish(gift: Gift, purse: Purse, used: int, quantity: int, now: datetime) -> Wish:
    return Wish(
        quantity=quantity,
        now=now,
        is_on_sale=gift.is_on_sale and gift.archived_at is None,
        from_at=gift.from_at,
        until_at=gift.until_at,
        tiers=tuple(gift.tiers),
        tags=tuple(gift.tags),
        stock=gift.stock,
        limit=gift.limit_each,
        used=used,
        price=gift.points,
        balance=purse.balance,
        tier=purse.tier,
        member_tags=purse.tags,
    )
