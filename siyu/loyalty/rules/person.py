"""What rules may ask of a person: tags, audiences, birthday, and how often before. Read only when some rule in force asks."""

import re
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

TAGS, AUDIENCES, BIRTHDAY, COUNTS, CATEGORIES, SOURCES = "tags", "audiences", "birthday", "counts", "categories", "sources"

MONTH_DAY = re.compile(r"(\d\d)-(\d\d)")

Period = tuple[str, str, date]  # what is counted (a fact's name, a rule's code), the kind of period, its first day


class Birthday(NamedTuple):
    """Month and day, zero where they were taken back; `stamp` orders what was said of them: the newest holds."""

    month: int
    day: int
    stamp: str = ""

    @property
    def is_known(self) -> bool:
        return self.month > 0


class Person(msgspec.Struct, frozen=True):
    """`counts` are of facts before the one at hand; `awaiting` the lots that wait for a person's approval."""

    tags: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset()
    birthday: Birthday | None = None
    counts: dict[Period, int] = {}
    awaiting: frozenset[UUID] = frozenset()


NOBODY = Person()


def joined(one: Person, other: Person) -> Person:
    """What is known of two who turn out to be one."""
    if other is NOBODY:
        return one
    birthdays = [person.birthday for person in (one, other) if person.birthday is not None]
    return Person(
        tags=one.tags | other.tags,
        audiences=one.audiences | other.audiences,
        birthday=max(birthdays, key=lambda birthday: birthday.stamp, default=None),
        counts={key: one.counts.get(key, 0) + other.counts.get(key, 0) for key in {**one.counts, **other.counts}},
        awaiting=one.awaiting | other.awaiting,
    )


def birthday_of(traits: Any, occurred_at: datetime, message: UUID) -> Birthday | None:
    """The birthday that traits tell (`birthday_month_day`: "02-29", null takes it back), stamped by when it was said."""
    if not isinstance(traits, dict) or "birthday_month_day" not in traits:
        return None
    told, stamp = traits["birthday_month_day"], f"{occurred_at.astimezone(UTC).isoformat()} {message.hex}"
    if told is None:
        return Birthday(0, 0, stamp)
    found = MONTH_DAY.fullmatch(told) if isinstance(told, str) else None
    if found is None:
        return None
    month, day = int(found[1]), int(found[2])
    try:
        date(2000, month, day)
    except ValueError:
        return None
    return Birthday(month, day, stamp)
