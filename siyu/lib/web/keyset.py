"""Paging through long lists by the sort key of the last row shown: as fast on page 9,000 as on the first.

A cursor is opaque and signed for one list and order; one that was changed, or comes from another order, is refused.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core import signing
from django.db.models import F, Model, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.http import HttpRequest

from siyu.lib.refusal import Refusal

PAGE_SIZE = 50
T = TypeVar("T")
M = TypeVar("M", bound=Model)
_TYPES: dict[str, tuple[type, Callable[[Any], str], Callable[[str], Any]]] = {
    "t": (datetime, datetime.isoformat, datetime.fromisoformat),
    "d": (date, date.isoformat, date.fromisoformat),
    "n": (Decimal, str, Decimal),
    "u": (UUID, str, UUID),
}


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page begins: behind `key` in reading order (None: at the start), or before it. At most `limit` rows."""

    key: tuple[Any, ...] | None = None
    is_backwards: bool = False
    limit: int = PAGE_SIZE + 1


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """The rows of one page in reading order, and the cursors of its neighbours (empty: there is none)."""

    rows: Sequence[T]
    next: str = ""
    previous: str = ""


def encode(order: str, key: tuple[Any, ...], *, is_backwards: bool = False) -> str:
    """The cursor of a sort key: str, int, None, instants, days, decimals and UUIDs come back as they were."""
    words = json.dumps([order, is_backwards, [_tagged(value) for value in key]], separators=(",", ":"))
    return signing.Signer(salt="keyset").sign_object(words, compress=True)


def decode(order: str, cursor: str, limit: int = PAGE_SIZE + 1) -> Position:
    """The position of a cursor; refuses `page.cursor` one that we did not sign, or signed for another order."""
    try:
        of, is_backwards, key = json.loads(signing.Signer(salt="keyset").unsign_object(cursor))
    except (signing.BadSignature, ValueError, UnicodeError) as error:
        raise Refusal("page.cursor", "this page link is damaged; open the list from its start") from error
    if of != order:
        raise Refusal("page.cursor", "this page link belongs to another order of the list; open the list from its start")
    return Position(tuple(_untagged(value) for value in key), is_backwards, limit)


def paged(
    request: HttpRequest,
    fetch: Callable[[Position], Sequence[T]],
    key: Callable[[T], tuple[Any, ...]],
    *,
    order: str,
    size: int = PAGE_SIZE,
) -> Page[T]:
    """One page of a list. `fetch(position)` brings `position.limit` rows nearest to the position: in reading order,
    or in the opposite one when `is_backwards`. `key(row)` is the unique sort key; `order` names list and order."""
    cursor = request.GET.get("cursor", "")
    position = decode(order, cursor, size + 1) if cursor else Position(limit=size + 1)
    found = list(fetch(position))
    has_more, rows = len(found) > size, found[:size]
    if position.is_backwards:
        rows.reverse()
    if not rows:
        return Page([])
    has_next, has_previous = (True, has_more) if position.is_backwards else (has_more, position.key is not None)
    return Page(
        rows,
        next=encode(order, key(rows[-1])) if has_next else "",
        previous=encode(order, key(rows[0]), is_backwards=True) if has_previous else "",
    )


def cut(rows: "QuerySet[M]", position: Position, *fields: str) -> "QuerySet[M]":
    """A queryset in the order of `fields` (all `-descending` or all ascending, the last one unique), cut at the position."""
    names = [name.lstrip("-") for name in fields]
    if len({name.startswith("-") for name in fields}) != 1:
        raise ValueError("the fields of a keyset share one direction")
    descends = fields[0].startswith("-") != position.is_backwards
    if position.key is not None:
        compare = TupleLessThan if descends else TupleGreaterThan
        rows = rows.filter(compare(Tuple(*(F(name) for name in names)), position.key))
    return rows.order_by(*(f"-{name}" if descends else name for name in names))[: position.limit]


def _tagged(value: Any) -> Any:
    for tag, (kind, write, _) in _TYPES.items():
        if isinstance(value, kind):
            return {tag: write(value)}
    return value


def _untagged(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((tag, text),) = value.items()
    return _TYPES[tag][2](text)
