"""One move of value as the desk sees it, whatever service asks for it: what may be asked, and by what it is known again."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec

from siyu.lib.clock import FOR_EVER
from siyu.lib.money import MAX_AMOUNT
from siyu.lib.refusal import Refusal

from .value_items import Because

MAX_SET = 100_000  # moves of one call
MAX_KEY = 300
MAX_WORDS = 500
END = datetime.combine(FOR_EVER, time.min, UTC) + timedelta(days=2)  # the last day has ended in every zone; later cannot be read back


class Asked(msgspec.Struct, frozen=True):
    """One move as the desk sees it: `of` is the key of the operation that it captures, frees or returns."""

    key: str
    kind: str
    unit: str
    amount: int
    because: Because
    member_id: int = 0
    of: str = ""
    other: int = 0  # a second member concerned
    until: datetime | None = None
    terms: tuple[Any, ...] = ()  # what else belongs to the question

    @property
    def body(self) -> UUID:
        """The hash by which the same question is known again; words may differ, and so may the end of a hold."""
        parts = (self.kind, self.unit, self.amount, self.member_id, self.of, self.because.kind, self.because.ref, *map(str, self.terms))
        return UUID(bytes=blake2b(json.dumps(parts).encode(), digest_size=16).digest())


def check(asked: Sequence[Asked]) -> None:
    """Refusals: `value.too_many`, `value.key`, `value.amount`, `value.instant`, `value.because`."""
    if len(asked) > MAX_SET:
        raise Refusal("value.too_many", "at most %(limit)s moves at a time", limit=MAX_SET)
    for one in asked:
        if not 1 <= len(one.key) <= MAX_KEY:
            raise Refusal("value.key", "a key has 1 to %(limit)s characters", limit=MAX_KEY)
        if isinstance(one.amount, bool) or not isinstance(one.amount, int) or not 0 <= one.amount <= MAX_AMOUNT:
            raise Refusal("value.amount", "an amount is a whole number from 1 to %(limit)s", limit=MAX_AMOUNT)
        if one.amount == 0 and not one.of and one.kind != "extend":
            raise Refusal("value.amount", "an amount is a whole number from 1 to %(limit)s", limit=MAX_AMOUNT)
        if any(isinstance(told, datetime) and (told.utcoffset() is None or told >= END) for told in (one.until, *one.terms)):
            raise Refusal("value.instant", "an instant has a zone and lies before the year 9999")
        if max(map(len, one.because)) > MAX_WORDS:
            raise Refusal("value.because", "the reason has at most %(limit)s characters", limit=MAX_WORDS)


def distinct(asked: Sequence[Asked]) -> dict[str, Asked]:
    """What is asked, by its key. Refusal: `key.reused`."""
    unique: dict[str, Asked] = {}
    for one in asked:
        before = unique.setdefault(one.key, one)
        if before is not one and before.body != one.body:
            raise reused(one.key)
    return unique


def reused(key: str) -> Refusal:
    return Refusal("key.reused", "the key %(key)s has been used for something else", key=key)
