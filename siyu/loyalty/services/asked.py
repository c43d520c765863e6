"""One move of value as the desk sees it, whatever service asks for it."""

import json
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec

from .value_items import Because


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
