"""Quotas in the ledger: each benefit is a unit, a period's uses a lot that ends with the period.

A period is opened by its first use, not by a million rows on the first of the month: what a member may still use is the rule's answer
(times less used), and the lot brings it into the ledger when something is taken of it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from siyu.lib.clock import midnight
from siyu.lib.sql import statements
from siyu.loyalty import services as value
from siyu.merchant.queries import settings_book
from siyu.merchant.rules import Actor

from .rules.benefits import Period

_sql = statements("siyu.membership", "benefits")
# what comes back after its period is over is lost; nobody corrects a quota by hand
TERMS = {"expires": {"kind": "never"}, "refunds": "within_balance", "restores": {"kind": "lost"}, "approve_above": 0}


class Taking(NamedTuple):
    """A use: of which quota how many, in which period, and how many may be used in it from now on, this use included."""

    member_id: int
    benefit: str
    quantity: int
    key: str
    period: Period
    left: int
    words: str


def unit_of(benefit: str) -> str:
    """The ledger's unit of a benefit's quota."""
    return f"quota:{benefit}"


def take(by: Actor, takings: Sequence[Taking], now: datetime) -> None:
    """Open what the period still allows, as far as no lot holds it yet, and spend the use."""
    if not takings:
        return
    opened = _opened(takings, now)
    book = settings_book()
    grants, spends = [], []
    for one in takings:
        unit, because = unit_of(one.benefit), value.Because("benefit", f"benefit:{one.benefit}", one.words)
        lacking = max(one.left, one.quantity) - opened.get((one.member_id, unit), 0)
        if lacking > 0:
            ends = midnight(one.period.until, book.zone(one.period.until)) if one.period.until is not None else None
            grants.append(value.Grant(one.member_id, unit, lacking, f"{one.key}:open", because, expires_at=ends))
        spends.append(value.Spend(one.member_id, unit, one.quantity, one.key, because))
        opened[one.member_id, unit] = opened.get((one.member_id, unit), 0) + max(lacking, 0) - one.quantity
    value.grant(by, grants, now)
    value.spend(by, spends, now)


def put_back(by: Actor, returns: Sequence[tuple[str, str, int, str]], now: datetime) -> None:
    """Uses return to their period: (key of the use, key of the return, how many, words)."""
    items = [value.GiveBack(of, key, value.Because("benefit", "benefit:return", words), amount) for of, key, amount, words in returns]
    value.give_back(by, items, now)


def _opened(takings: Sequence[Taking], now: datetime) -> dict[tuple[int, str], int]:
    members = sorted({one.member_id for one in takings})
    units = sorted({unit_of(one.benefit) for one in takings})
    with connection.cursor() as cursor:
        cursor.execute(_sql.open_quota, {"members": members, "units": units, "now": now})
        return {(member, unit): amount for member, unit, amount in cursor.fetchall()}
