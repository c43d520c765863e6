"""Reads of value: balances, and for every point the reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from siyu.lib.sql import statements
from siyu.merchant.rules import WHOLE, Scope

from ..judging import holder, judged, quoted
from ..rules import AVAILABLE, PENDING, Posting
from ..rules.ledger import DEBT, HELD
from .asking import MAX_ROWS, bounded, rows_of
from .naming import called

_sql = statements("siyu.loyalty", "queries_value")
NEWEST = 2**63 - 1
OWN = frozenset((PENDING, AVAILABLE, HELD))  # buckets of what a member has; `debt` is what the member owes


@dataclass(frozen=True, slots=True)
class Balance:
    """What a member has of one unit; `debt` is what the member owes."""

    pending: int
    available: int
    held: int
    spent: int
    expired: int
    revoked: int
    debt: int


NOTHING = Balance(0, 0, 0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Tentative:
    """What an open cart would do to a unit: what there is, and what paying would earn at once and after its return window."""

    balance: Balance
    earns: int
    earns_later: int


@dataclass(frozen=True, slots=True)
class Reason:
    """One entry and everything behind it. `amount` is signed by whether it comes to what is pending or available.

    `multiplier` is that of the tier held, if the rule applies it. `available_at` is None while the order's receipt is waited for.
    `because` are the words of whoever asked for the move; empty where a fact or time alone made it.
    """

    id: int
    posted_at: datetime
    business_day: date
    unit: str
    kind: str
    debit: str
    credit: str
    amount: int
    rule_code: str
    rule_name: str
    rule_version: int | None
    fact_name: str
    fact_id: int | None
    shop: str
    order_number: str
    tier: str
    multiplier: Decimal
    available_at: datetime | None
    expires_at: datetime | None
    is_waiting: bool
    origin_id: int
    because: str = ""

    @property
    def rule_shown(self) -> str:
        """What the reader calls the rule; empty without one."""
        return called(self.rule_code, self.rule_name) or self.rule_code

    @property
    def change(self) -> int:
        """How much more or less the member has by it, debts taken off; 0 where it only moves, as a hold, a maturing or a settled debt."""
        gained = (self.credit in OWN) - (self.debit in OWN) + (self.credit == DEBT) - (self.debit == DEBT)
        return gained * abs(self.amount)


@dataclass(frozen=True, slots=True)
class Outstanding:
    """Points not yet redeemed, 未兑付积分; `debt` is owed by members and stands apart."""

    pending: int
    available: int
    debt: int

    @property
    def points(self) -> int:
        return self.pending + self.available


def balances(member_ids: Sequence[int], now: datetime | None = None) -> dict[int, dict[str, Balance]]:
    """Member → unit → balance, over all that the member has absorbed; members without any value are missing.

    With `now` as the fold judges it at that instant, whether or not what is due has been posted; without, as posted.
    """
    found: dict[int, dict[str, Balance]] = {}
    for member, unit, *buckets in rows_of(_sql.balances, members=bounded(member_ids)):
        found.setdefault(member, {})[unit] = Balance(*buckets)
    if now is None or not found:
        return found
    book = judged(list(found), now)
    for posting in book.postings:
        own = found[book.member(holder(book, posting.account.origin)).id]
        own[posting.account.unit] = _moved(own[posting.account.unit], posting)
    return found


def statement(member_id: int, unit: str, limit: int = 50, *, before: int = NEWEST) -> list[Reason]:
    """A member's entries of one unit, newest first: what a page of the ledger shows."""
    return why_points(member_id, limit, units=[unit], before=before)


def expiring(member_ids: Sequence[int], unit: str, now: datetime, until: datetime) -> dict[int, tuple[datetime, int]]:
    """Member → when the first of its value of a unit ends, up to an instant, and how much of it; of whom nothing ends is missing."""
    rows = rows_of(_sql.expiring, members=bounded(member_ids), unit=unit, now=now, until=until)
    return {member: (at, amount) for member, at, amount in rows}


def tentative(member_id: int, cart: dict[str, Any], now: datetime) -> dict[str, Tentative]:
    """What an open cart would do: by unit, what the member has now, and what paying it would earn at once and later.

    `cart` has the properties of an `order.paid` (amount_minor, lines, is_in_store …). Nothing is written or locked.
    """
    have = balances([member_id], now).get(member_id, {})
    notes = quoted(member_id, cart, now)
    units = {note.rule.definition.unit for note in notes if note.points} | set(have)
    answer = {}
    for unit in sorted(units):
        own = [note for note in notes if note.rule.definition.unit == unit and note.points]
        at_once = sum(note.points for note in own if not note.is_pending)
        later = sum(note.points for note in own if note.is_pending)
        answer[unit] = Tentative(have.get(unit, NOTHING), at_once, later)
    return answer


def _moved(balance: Balance, posting: Posting) -> Balance:
    changes = {}
    for bucket, sign in ((posting.debit, -1), (posting.credit, 1)):
        if bucket in Balance.__slots__:
            changes[bucket] = getattr(balance, bucket) + posting.amount * (-sign if bucket == "debt" else sign)
    return replace(balance, **changes)


def why_points(member_id: int, limit: int = 200, *, units: Sequence[str] | None = None, before: int = NEWEST) -> list[Reason]:
    """A member's entries, newest first, each with the rule, tier, fact and order behind it. `before` is an entry's id: the next page."""
    chosen = list(units) if units is not None else None
    return [Reason(*row) for row in rows_of(_sql.why, member=member_id, limit=min(max(limit, 0), MAX_ROWS), units=chosen, before=before)]


def points_outstanding(scope: Scope = WHOLE) -> Outstanding:
    """The unredeemed points of the people in a scope."""
    row = next(iter(rows_of(_sql.outstanding, **scope.parameters())))
    return Outstanding(*row)


def outstanding_by_expiry(zone: ZoneInfo) -> list[tuple[date | None, int]]:
    """Unredeemed points by the first day of the business month in which they expire; None: never."""
    return [(month, points) for month, points in rows_of(_sql.outstanding_by_expiry, zone=zone.key)]
