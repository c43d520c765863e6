"""A rule on a real member's last facts: what each would have earned, or why not."""

from dataclasses import dataclass
from datetime import datetime

from siyu.lib.clock import business_day
from siyu.merchant.queries import settings_book

from ..rules import Book, Definition
from ..rules.seen import Unmet
from .past import DRAFT, begin, facts_of, trial_of

MAX_LINES = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One fact: the points it would have earned after caps, what it was worth before them, the multiplier in thousandths; or why not."""

    fact_id: int
    name: str
    occurred_at: datetime
    order_number: str
    points: int
    worth: int
    multiplier: int
    unmet: Unmet | None


def preview(code: str, definition: Definition, member_id: int, now: datetime, limit: int = 20) -> list[Line]:
    """The member's last facts of the rule's name, newest first, by the fold itself."""
    day = business_day(now, settings_book().zone(now.date()))
    tried = trial_of(code, definition, day)
    facts = facts_of(member_id, [definition.trigger], now, min(max(limit, 1), MAX_LINES))
    if not facts:
        return []
    book = Book(tried.programme)
    book.notes = {}
    begin(book, tried, facts[0].occurred_at, [member_id])
    for fact in facts:
        book.tell(fact)
    lines = []
    for fact in reversed(facts):
        note = next((note for note in book.notes.get(fact.id, ()) if note.rule.id == DRAFT), None)
        number = fact.properties.get("order_number")
        lines.append(
            Line(
                fact.id,
                fact.name,
                fact.occurred_at,
                number if isinstance(number, str) else "",
                note.points if note is not None else 0,
                note.worth if note is not None else 0,
                note.multiplier if note is not None else 1000,
                note.unmet if note is not None else None,
            )
        )
    return lines
