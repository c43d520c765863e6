"""The members' list as rows: a page is found by an index of its order, then dressed in what the rooms know. Fast at a million."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection

from siyu.lib.crypto import decrypt_text, mask
from siyu.lib.sql import statements
from siyu.lib.web.keyset import Position
from siyu.loyalty.queries import ladder
from siyu.loyalty.rules import TRACK
from siyu.merchant.queries import staff_names, store_names
from siyu.merchant.rules import Scope

_sql = statements("siyu.console", "people")
ORDERS = ("-seen", "seen", "-revenue", "revenue", "-joined", "joined")
CHUNK = 2_000  # members of one round of an export
HIGHEST, LOWEST = 2**63 - 1, -(2**63)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which members: `ids` from a search (None: no search), places on the clocks, tier, tag, first channel, own people, source."""

    ids: list[int] | None = None
    stage: str | None = None
    activity: str | None = None
    rung: str | None = None
    tier: str | None = None
    is_base_tier: bool = False
    tag: int | None = None
    channel: int | None = None
    store: int | None = None
    assistant: int | None = None
    source: int | None = None
    everyone: bool = False

    def parameters(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


class Key(NamedTuple):
    """The sort key of a row: the one that its order uses, and the member's number."""

    day: date | None
    amount: int | None
    id: int


@dataclass(frozen=True, slots=True)
class Row:
    """A member as the list shows it; `phone` is masked unless asked for otherwise."""

    id: int
    public_id: str
    nickname: str
    is_identified: bool
    source: str
    badge: str
    stage: str | None
    activity: str | None
    rung: str
    points: int
    orders: int
    revenue_minor: int
    last_seen: datetime | None
    channel: str
    joined_at: datetime
    tier: str
    assistant: str
    store: str
    phone: str
    key: Key

    @property
    def name(self) -> str:
        return self.nickname or self.public_id


def members(scope: Scope, wanted: Wanted, at: Position, order: str, day: date, *, unmasked: bool = False) -> list[Row]:
    """The members nearest to a position in one of `ORDERS`; `day` says which tiers are in force."""
    return _dressed(_found(scope, wanted, at, order), day, unmasked)


def walk(scope: Scope, wanted: Wanted, order: str, day: date, limit: int, *, unmasked: bool) -> Iterator[Row]:
    """The first `limit` members of a list, one after another, for a file."""
    key: tuple[Any, ...] | None = None
    while limit > 0:
        found = members(scope, wanted, Position(key, False, min(CHUNK, limit)), order, day, unmasked=unmasked)
        yield from found
        if len(found) < min(CHUNK, limit):
            return
        limit -= len(found)
        key = tuple(found[-1].key)


def within(scope: Scope, ids: Sequence[int]) -> list[int]:
    """Those of these members whom the viewer may see."""
    return [row[0] for row in _fetch(_sql.within, {"ids": list(ids), **scope.parameters()})]


def sources() -> list[tuple[int, str]]:
    return _fetch(_sql.sources, {})


def tags() -> list[tuple[int, str]]:
    return _fetch(_sql.tags, {})


def _found(scope: Scope, wanted: Wanted, at: Position, order: str) -> list[Key]:
    """Sort keys of the rows. By revenue the buyers come first when it falls, last when it rises: who never bought has none."""
    goes_down = order.startswith("-") != at.is_backwards
    field = order.lstrip("-")
    if field != "revenue":
        return _walked(scope, wanted, at, f"{field} {'down' if goes_down else 'up'}")
    direction = "down" if goes_down else "up"
    phases = ["revenue", "unsold"] if goes_down else ["unsold", "revenue"]
    begins_unsold = at.key is not None and at.key[1] is None
    if at.key is not None and begins_unsold != (phases[0] == "unsold"):
        phases = phases[1:]
    found = _walked(scope, wanted, at, f"{phases[0]} {direction}")
    if len(found) < at.limit and len(phases) > 1:
        rest = replace(at, key=None, limit=at.limit - len(found))
        found += _walked(scope, wanted, rest, f"{phases[1]} {direction}")
    return found


def _walked(scope: Scope, wanted: Wanted, at: Position, walk: str) -> list[Key]:
    is_down = walk.endswith("down")
    end = HIGHEST if is_down else LOWEST
    day, amount, number = at.key or (None, None, None)
    start = {
        "day": day or (date.max if is_down else date(1, 1, 1)),
        "amount": end if amount is None else amount,
        "id": end if number is None else number,
    }
    asked = {"walk": walk, "limit": at.limit, "track": TRACK, **start, **wanted.parameters(), **scope.parameters()}
    keys = (Key(*row) for row in _fetch(_sql.page, asked))
    # only one branch of the statement lives, and it is ordered; SQL does not promise that a union keeps it
    return sorted(keys, key=lambda key: (key.day or date.min, key.amount or 0, key.id), reverse=is_down)


def _dressed(keys: list[Key], day: date, unmasked: bool) -> list[Row]:
    if not keys:
        return []
    ids = [key.id for key in keys]
    told = {row[0]: row[1:] for row in _fetch(_sql.rows, {"ids": ids, "track": TRACK})}
    phones = {number: decrypt_text(value) for number, value in _fetch(_sql.phones, {"ids": ids})}
    steps = ladder(day)
    tiers = {step.code: step.shown for step in steps} | {"": next((step.shown for step in steps if step.threshold == 0), "")}
    people, places = staff_names(), store_names()
    rows = []
    for key in keys:
        *plain, tier, assistant, store = told[key.id]
        phone = phones.get(key.id, "")
        shown = phone if unmasked or not phone else mask("phone", phone)
        fields: list[Any] = [key.id, *plain, tiers.get(tier, tier), people.get(assistant, ""), places.get(store, ""), shown, key]
        rows.append(Row(*fields))
    return rows


def _fetch(statement: str, asked: dict[str, Any]) -> list[Any]:
    """Planned anew each time: a plan for all filters at once would serve none of them."""
    with connection.cursor() as cursor:
        cursor.cursor.execute(statement, asked, prepare=False)
        return cursor.fetchall()
