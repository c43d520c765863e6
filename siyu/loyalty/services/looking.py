"""What the desk looks at before it moves anything: what was done before, the members it locks, and what they have.

One pipeline, one wait: everything is asked at once, the locks first. Each statement sees what was committed before it began, so what is
read after the locks is read under them. Who was merged, or holds part of what is to be moved, is locked in another round.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection, Cursor

from siyu.lib.refusal import Refusal
from siyu.lib.sql import array, statements

from ..state import New, Past, State, ask_state
from .asked import Asked

_sql = statements("siyu.loyalty", "services")
OPENING = ("grant", "adjust", "transfer")  # kinds of moves that open lots


class Found(NamedTuple):
    """The lots that operations took from, opened or hold: their numbers; by operation each with its owner; taken and returned of each."""

    numbers: set[int]
    lots: dict[str, list[tuple[UUID, int]]]
    taken: dict[str, list[tuple[UUID, int, int]]]

    def owners(self) -> set[int]:
        return {owner for lots in self.lots.values() for _, owner in lots}


class Seen(NamedTuple):
    """Under the locks: whom each member has become, what operations took, and what the members have."""

    finals: dict[int, int]
    found: Found
    state: State


def look(connection: Connection, asked: dict[str, Asked], past: dict[str, Past], now: datetime, *, waits: bool = True) -> Seen:
    """Lock the members concerned, in order, and whomever they were merged into, and read what they have. Refusal: `value.member`.

    Unless it `waits`, who is unknown or locked by somebody else is left out.
    """
    found = ask_lots(connection, asked, past)()
    wanted = {one.member_id or past[one.of].member_id for one in asked.values() if one.member_id or one.of in past}
    wanted |= {one.other for one in asked.values() if one.other} | found.owners()
    units = {one.unit or past[one.of].unit for one in asked.values() if one.unit or one.of in past}
    holds = [one.of for one in asked.values() if one.kind in ("capture", "void")]
    opening = sum(one.kind in OPENING for one in asked.values())
    merged: dict[int, int | None] = {}
    left_out: set[int] = set()
    while True:
        missing = wanted - merged.keys() - left_out
        with connection.pipeline():
            locked = Cursor(connection).execute(_sql.lock if waits else _sql.lock_free, {"ids": array(sorted(missing))})
            lots = ask_lots(connection, asked, past)
            state = ask_state(Cursor(connection), wanted, units, now, found.numbers, holds, New(list(asked), wanted, len(asked), opening))
        merged.update(locked.fetchall())
        left_out |= missing - merged.keys()
        if left_out and waits:
            raise Refusal("value.member", "there is no member %(member)s", member=min(left_out))
        found = lots()
        wanted |= {survivor for survivor in merged.values() if survivor is not None} | found.owners()
        if wanted <= merged.keys() | left_out:
            break
    return Seen({member: _final(member, merged) for member in merged}, found, state())


def _final(member: int, merged: dict[int, int | None]) -> int:
    while (survivor := merged.get(member)) is not None:
        member = survivor
    return member


def operations(connection: Connection, keys: Iterable[str]) -> dict[str, Past]:
    """Operations by their keys."""
    cursor = Cursor(connection).execute(_sql.operations, {"keys": list(keys)})
    return {row[1]: Past(*row[:9], row[9:]) for row in cursor.fetchall()}  # type: ignore[call-arg]


def ask_lots(connection: Connection, asked: dict[str, Asked], past: dict[str, Past]) -> Callable[[], Found]:
    """Ask which lots the operations at hand took from, opened or hold; call it for the answer."""
    by_kind: dict[str, list[str]] = {}
    for one in asked.values():
        if one.of in past:
            by_kind.setdefault(one.kind, []).append(one.of)
    cursors = [
        Cursor(connection).execute({"give_back": _sql.parts, "take_back": _sql.opened}.get(kind, _sql.held), {"keys": keys})
        for kind, keys in by_kind.items()
    ]
    return lambda: _found([row for cursor in cursors for row in cursor.fetchall()])


def _found(rows: list[tuple[Any, ...]]) -> Found:
    found = Found(set(), {}, {})
    for key, number, lot, owner, *amounts in rows:
        found.numbers.add(number)
        found.lots.setdefault(key, []).append((lot, owner))
        if amounts:
            found.taken.setdefault(key, []).append((lot, *amounts))
    return found
