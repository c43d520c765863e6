"""What members have, and what a cart would earn, as the fold judges it at an instant: read without locks, never written."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from psycopg import Cursor

from siyu.facts.rules import Fact
from siyu.lib.clock import business_day

from .programme import programme_at, programme_of
from .reading import laid, read
from .rows import Touched
from .rules import Book
from .rules.programme import EarnRule
from .state import ask_state

CART = "cart"


class Quote(NamedTuple):
    """What a rule would give for a cart."""

    rule: EarnRule
    points: int
    is_pending: bool


def judged(member_ids: Sequence[int], now: datetime, units: Iterable[str] = ()) -> Book:
    """What these members have when all that is due up to an instant has been done; all lots of these units are in it."""
    cursor = _cursor()
    ids = sorted(member_ids)
    state = ask_state(cursor, ids, units, now)()
    book, _ = laid(cursor, programme_of(cursor, state.stamp, now), ids, state)
    book.pass_time(now)
    return book


def holder(book: Book, origin: int) -> int:
    """Who holds the accounts that were opened for a member."""
    return book.holders.get(origin, origin)


def quoted(member_id: int, cart: dict[str, Any], now: datetime) -> list[Quote]:
    """What each rule in force would give a member for paying a cart."""
    cursor = _cursor()
    rules = programme_at(cursor, now)
    properties = {**cart, "shop": CART, "order_number": CART}
    fact = Fact(
        seq=0,
        id=0,
        name="order.paid",
        occurred_at=now,
        received_at=now,
        clock=now,
        business_day=business_day(now, rules.zone),
        source_id=0,
        identity_id=None,
        member_id=member_id,
        properties=properties,
        mark=bytes(16),
        is_historical=False,
    )
    book, _ = read(cursor, rules, Touched(facts=[fact]), now, [member_id], locks=False)
    book.notes = {}
    book.tell(fact)
    lots = book.member(member_id).lots
    return [
        Quote(note.rule, note.points, note.lot in lots and lots[note.lot].is_pending)
        for notes in book.notes.values()
        for note in notes
        if note.lot is not None
    ]


def _cursor() -> Cursor:
    connection.ensure_connection()
    return Cursor(connection.connection)
