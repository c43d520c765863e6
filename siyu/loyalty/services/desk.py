"""How every move of value is done: answer what was asked before, lock the members in order, fold, and write all or nothing.

The order is the same for all: locks on members, then what they have, then the fold, then the rows, then the facts. A refusal comes
before anything is written, so a caller's transaction goes on unharmed.
"""

import json
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

import msgspec
from django.db import DatabaseError, connection, transaction
from psycopg import Cursor
from psycopg.errors import DeadlockDetected, SerializationFailure, UniqueViolation

from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.merchant.rules import Actor

from ..programme import programme_at
from ..reading import read_for
from ..rows import Known, Touched
from ..rules import AVAILABLE, Book, Programme
from ..rules.turn import Turn
from ..rules.units import Unit
from ..writing import FEW, write
from .asked import Asked
from .telling import tell
from .value_items import Because, Receipt, receipt_of

_sql = statements("siyu.loyalty", "services")
_write = statements("siyu.loyalty", "write")

MAX_SET = 100_000  # moves of one call
MAX_AMOUNT = 10**15
MAX_KEY = 300
MAX_WORDS = 500
TRIES = 5  # after a deadlock or a race for one key, when no transaction of the caller's is at stake
PASSING = (DeadlockDetected, SerializationFailure, UniqueViolation)
Answer = TypeVar("Answer")


class Past(NamedTuple):
    """An operation that was done."""

    id: int
    key: str
    body: UUID
    kind: str
    member_id: int
    unit: str
    amount: int
    result: str
    until: datetime | None
    because: Because

    def receipt(self) -> Receipt:
        return receipt_of(self.key, self.member_id, self.unit, json.loads(self.result))


class Desk:
    """One call's locked state: members, what they have, and what was done so far."""

    def __init__(self, cursor: Cursor, programme: Programme, now: datetime) -> None:
        self.cursor, self.programme, self.now = cursor, programme, now
        self.book, self.known = Book(programme), Known()
        self.past: dict[str, Past] = {}
        self.finals: dict[int, int] = {}
        self.lots: dict[str, list[tuple[UUID, int]]] = {}  # operation → its lots, each with its owner
        self.taken: dict[str, list[tuple[UUID, int, int]]] = {}  # spending → lot, taken, returned
        self.balances: dict[tuple[int, str], int] = {}

    @classmethod
    def at(cls, now: datetime) -> "Desk":
        """A desk with the programme as it stands now."""
        connection.ensure_connection()
        cursor = Cursor(connection.connection)
        return cls(cursor, programme_at(cursor, now), now)

    def limits(self, units: Iterable[str]) -> dict[str, int | None]:
        """Above which amount a correction of each unit waits for a second person. Refusal: `value.unit`."""
        return {code: self.unit(code).terms.approve_above for code in units}

    def explained(self, one: Asked) -> Asked:
        """What is asked, for the reason of the operation it belongs to unless it has one of its own."""
        if any(one.because) or one.of not in self.past:
            return one
        return msgspec.structs.replace(one, because=self.past[one.of].because)

    def member(self, member_id: int) -> int:
        """Whom a member has become."""
        return self.finals[member_id]

    def turn(self, member_id: int, key: str) -> Turn:
        """Begin a move of a member: what is due comes first."""
        turn = Turn(self.programme, self.book.member(member_id))
        turn.act(key, self.now)
        return turn

    def close(self, turn: Turn) -> None:
        """Keep what a move did."""
        if turn.has_grown:
            turn.judge()
        outcome = turn.outcome()
        self.book.take(outcome)
        for posting in outcome.postings:
            moved = posting.amount * ((posting.credit == AVAILABLE) - (posting.debit == AVAILABLE))
            key = (outcome.member.id, posting.account.unit)
            self.balances[key] = self.balances.get(key, 0) + moved

    def balance(self, member_id: int, unit: str) -> int:
        key = (member_id, unit)
        return self.known.balances.get(key, 0) + self.balances.get(key, 0)

    def unit(self, code: str, *, spends: bool = False) -> Unit:
        """The unit in force. Refusal: `value.unit`."""
        unit = self.programme.units.at(code, self.now.astimezone(self.programme.zone).date())
        if unit is None or (spends and unit.kind == "growth"):
            words = "there is no unit %(unit)s" if unit is None else "%(unit)s is not spent"
            raise Refusal("value.unit", words, unit=code)
        return unit


def retried(work: Callable[[], Answer]) -> Answer:
    """Run a transaction; when no caller's is at stake, again after a deadlock or a race for one key."""
    if connection.in_atomic_block:
        return work()
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                return work()
        except (DatabaseError, *PASSING) as error:
            if (not isinstance(error, PASSING) and not isinstance(error.__cause__, PASSING)) or attempt == TRIES:
                raise
            time.sleep(0.005 * attempt)
    raise AssertionError


def perform(by: Actor, asked: Sequence[Asked], now: datetime, do: Callable[[Desk, Asked], Receipt]) -> list[Receipt]:
    """Do what is asked, each key once, all or nothing; the answers in the order of the questions.

    Refusals: `key.reused`, `value.member`, `value.unit`, `value.amount`, `value.key`, `value.too_many`, and what `do` refuses.
    """
    _check(asked)
    return retried(lambda: _perform(by, asked, now, do)) if asked else []


def _perform(by: Actor, asked: Sequence[Asked], now: datetime, do: Callable[[Desk, Asked], Receipt]) -> list[Receipt]:
    cursor = Cursor(connection.connection)
    unique = _distinct(asked)
    past = operations(cursor, {key for one in unique.values() for key in (one.key, one.of) if key}) if _looks_back(asked) else {}
    answers: dict[str, Receipt] = {}
    desk = Desk.at(now)
    fresh = _unanswered(unique, past, answers)
    desk.past = past
    if fresh:
        _lock(desk, fresh, past)
        again = operations(cursor, set(fresh))  # whoever held the lock may have done it
        fresh = _unanswered(fresh, again, answers)
    if fresh:
        _read(desk, fresh, past)
        done = {key: do(desk, one) for key, one in fresh.items()}
        if len(desk.book.postings) <= FEW:  # one round trip for all the writes
            with connection.connection.pipeline():
                _write_down(desk, by, fresh, done)
        else:
            _write_down(desk, by, fresh, done)
        answers |= done
    return [answers[one.key] for one in asked]


def operations(cursor: Cursor, keys: Iterable[str]) -> dict[str, Past]:
    """Operations by their keys."""
    cursor.execute(_sql.operations, {"keys": list(keys)})
    return {row[1]: Past(*row[:9], Because(*row[9:])) for row in cursor.fetchall()}  # type: ignore[call-arg]


def _check(asked: Sequence[Asked]) -> None:
    if len(asked) > MAX_SET:
        raise Refusal("value.too_many", "at most %(limit)s moves at a time", limit=MAX_SET)
    for one in asked:
        if not 1 <= len(one.key) <= MAX_KEY:
            raise Refusal("value.key", "a key has 1 to %(limit)s characters", limit=MAX_KEY)
        if isinstance(one.amount, bool) or not isinstance(one.amount, int) or not 0 <= one.amount <= MAX_AMOUNT:
            raise Refusal("value.amount", "an amount is a whole number from 1 to %(limit)s", limit=MAX_AMOUNT)
        if one.amount == 0 and not one.of and one.kind != "extend":
            raise Refusal("value.amount", "an amount is a whole number from 1 to %(limit)s", limit=MAX_AMOUNT)
        if max(map(len, one.because)) > MAX_WORDS:
            raise Refusal("value.because", "the reason has at most %(limit)s characters", limit=MAX_WORDS)


def _looks_back(asked: Sequence[Asked]) -> bool:
    return any(one.of for one in asked)


def _distinct(asked: Sequence[Asked]) -> dict[str, Asked]:
    unique: dict[str, Asked] = {}
    for one in asked:
        if unique.setdefault(one.key, one).body != one.body:
            raise _reused(one.key)
    return unique


def _unanswered(asked: dict[str, Asked], past: dict[str, Past], answers: dict[str, Receipt]) -> dict[str, Asked]:
    fresh = {}
    for key, one in asked.items():
        before = past.get(key)
        if before is None:
            fresh[key] = one
        elif before.body != one.body:
            raise _reused(key)
        else:
            answers[key] = before.receipt()
    return fresh


def _reused(key: str) -> Refusal:
    return Refusal("key.reused", "the key %(key)s has been used for something else", key=key)


def _lock(desk: Desk, asked: dict[str, Asked], past: dict[str, Past]) -> None:
    """Lock the members concerned, in order, and whomever they were merged into."""
    wanted = {one.member_id or past[one.of].member_id for one in asked.values() if one.member_id or one.of in past}
    wanted |= {one.other for one in asked.values() if one.other}
    _find_lots(desk, asked, past)
    wanted |= {owner for lots in desk.lots.values() for _, owner in lots}
    merged: dict[int, int | None] = {}
    while missing := wanted - merged.keys():
        desk.cursor.execute(_sql.lock, {"ids": sorted(missing)})
        merged.update(desk.cursor.fetchall())
        if unknown := missing - merged.keys():
            raise Refusal("value.member", "there is no member %(member)s", member=min(unknown))
        wanted |= {survivor for survivor in merged.values() if survivor is not None}
    for member in merged:
        final = member
        while (survivor := merged[final]) is not None:
            final = survivor
        desk.finals[member] = final


def _find_lots(desk: Desk, asked: dict[str, Asked], past: dict[str, Past]) -> set[int]:
    """The lots that the operations at hand took from, opened or hold, with their owners; returns the lots' numbers."""
    by_kind: dict[str, list[str]] = {}
    for one in asked.values():
        if one.of in past:
            by_kind.setdefault(one.kind, []).append(one.of)
    numbers: set[int] = set()
    desk.lots, desk.taken = {}, {}
    for kind, keys in by_kind.items():
        statement = {"give_back": _sql.parts, "take_back": _sql.opened}.get(kind, _sql.held)
        desk.cursor.execute(statement, {"keys": keys})
        for key, number, lot, owner, *amounts in desk.cursor.fetchall():
            numbers.add(number)
            desk.lots.setdefault(key, []).append((lot, owner))
            if amounts:
                desk.taken.setdefault(key, []).append((lot, *amounts))
    return numbers


def _read(desk: Desk, asked: dict[str, Asked], past: dict[str, Past]) -> None:
    """What the locked members have."""
    numbers = _find_lots(desk, asked, past) if any(one.of for one in asked.values()) else set()
    units = {one.unit or past[one.of].unit for one in asked.values() if one.unit or one.of in past}
    holds = [one.of for one in asked.values() if one.kind in ("capture", "void")]
    members = set(desk.finals.values())
    desk.book, desk.known = read_for(desk.cursor, desk.programme, members, desk.now, units, numbers, holds)
    desk.known.operations.update({key: before.id for key, before in past.items()})


def _write_down(desk: Desk, by: Actor, asked: dict[str, Asked], done: dict[str, Receipt]) -> None:
    receipts, bodies = [done[key] for key in asked], [one.body for one in asked.values()]  # as asked: that is how it is known again
    asked = {key: desk.explained(one) for key, one in asked.items()}
    columns = {
        "keys": list(asked),
        "bodies": bodies,
        "kinds": [one.kind for one in asked.values()],
        "members": [receipt.member_id for receipt in receipts],
        "units": [receipt.unit for receipt in receipts],
        "amounts": [abs(receipt.amount) for receipt in receipts],
        "of": [desk.known.operations.get(one.of) for one in asked.values()],
        "until": [one.until for one in asked.values()],
        "because_kinds": [one.because.kind for one in asked.values()],
        "because_refs": [one.because.ref for one in asked.values()],
        "because_words": [one.because.words for one in asked.values()],
        "results": [json.dumps(receipt.stored()) for receipt in receipts],
        "actor_kind": by.kind,
        "actor_id": by.id,
        "actor_name": by.name,
        "at": desk.now,
    }
    desk.cursor.execute(_write.insert_operations, columns)
    desk.known.operations.update({key: number for number, key in desk.cursor.fetchall()})
    write(desk.cursor, desk.book, desk.known, Touched())
    tell(by, asked, done, desk.book, desk.now)
