"""Builders: a programme, facts and a walk through the fold, so that a test shows only what matters to it."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import msgspec

from siyu.facts.rules import Fact, Merged
from siyu.lib.clock import business_day, midnight
from siyu.loyalty.rules import Book, Definition, EarnRule, Ladder, Programme, Tier, default
from siyu.loyalty.rules.programme import PLAIN

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # midday of a Monday in Shanghai
SPACE = UUID("8f7c2c59-2f0a-4d0e-8b52-6a2d3a3f6f10")
FIRST_DAY = date(2026, 1, 1)

_ids = count(1)


def rule(
    definition: dict[str, Any], code: str = "rule", id: int = 1, version: int = 1, from_day: date = FIRST_DAY, until_day: date | None = None
):
    return EarnRule(id, code, version, code, from_day, until_day, msgspec.convert(definition, type=Definition))


def default_rules() -> list[EarnRule]:
    return [rule(definition, code, id) for id, (code, _, definition) in enumerate(default.RULES, 1)]


def ladder(*steps: tuple[str, int, float], version: int = 1, from_day: date = FIRST_DAY) -> Ladder:
    tiers = tuple(Tier(code, code, rank, threshold, int(multiplier * PLAIN)) for rank, (code, threshold, multiplier) in enumerate(steps))
    return Ladder(version, midnight(from_day, ZONE), tiers)


def default_ladder() -> Ladder:
    return ladder(*((code, threshold, float(multiplier)) for code, _, threshold, multiplier in default.TIERS))


def programme(rules: list[EarnRule] | None = None, ladders: list[Ladder] | None = None) -> Programme:
    return Programme(default_rules() if rules is None else rules, [default_ladder()] if ladders is None else ladders, ZONE)


def fact(
    name: str,
    member: int | None = 1,
    at: datetime = NOON,
    *,
    seq: int = 0,
    historical: bool = False,
    clock: datetime | None = None,
    **properties,
):
    number = next(_ids)
    return Fact(
        seq=seq,
        id=number,
        name=name,
        occurred_at=at,
        received_at=clock or at,
        clock=clock or at,
        business_day=business_day(at, ZONE),
        source_id=1,
        identity_id=member,
        member_id=member,
        properties=properties,
        mark=uuid5(SPACE, str(number)).bytes,
        is_historical=historical,
    )


def paid(amount_minor: int, member: int | None = 1, order: str = "A1", at: datetime = NOON, **more):
    return fact("order.paid", member, at, shop="web", order_number=order, amount_minor=amount_minor, **more)


def refunded(amount_minor: int, order: str = "A1", at: datetime = NOON, member: int | None = 1, **more):
    return fact("order.refunded", member, at, shop="web", order_number=order, amount_minor=amount_minor, **more)


def received(order: str = "A1", at: datetime = NOON, member: int | None = 1, **more):
    return fact("order.received", member, at, shop="web", order_number=order, **more)


def merged(survivor: int, loser: int, at: datetime = NOON, seq: int = 0) -> Merged:
    return Merged(seq=seq, clock=at, survivor_id=survivor, loser_id=loser, merge_id=next(_ids))


def days(number: float) -> timedelta:
    return timedelta(days=number)


def walk(*events: Any, of: Programme | None = None, book: Book | None = None) -> Book:
    """Tell a book events in order; a bare instant lets time pass."""
    book = book or Book(of or programme())
    for event in events:
        if isinstance(event, datetime):
            book.pass_time(event)
        elif isinstance(event, Merged):
            book.merge(event)
        else:
            book.tell(event)
    return book


def balance(book: Book, bucket: str, unit: str = "points", member: int | None = None) -> int:
    """The balance that a book's postings add up to: credits less debits."""
    postings = [p for p in book.postings if p.account.unit == unit and (member is None or book.member(p.account.origin).id == member)]
    return sum(p.amount * ((p.credit == bucket) - (p.debit == bucket)) for p in postings)
