"""How every move of value is done: answer what was asked before, lock the members in order, fold, and write all or nothing.

The order is the same for all: locks on members, then what they have, then the fold, then the rows, then the facts. A refusal comes
before anything is written, so a caller's transaction goes on unharmed. Few moves wait for the database twice: once for what they must
know, once for all that they write, with its commit.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import msgspec
from django.db import DatabaseError, connection, transaction
from psycopg import Connection, Cursor
from psycopg.errors import DeadlockDetected, SerializationFailure, UniqueViolation

from siyu.lib.lane import ColumnCursor
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.members.services import Carrier, carrier
from siyu.merchant.rules import Actor

from ..programme import programme_at, programme_of
from ..reading import laid
from ..rounds import command, together
from ..rows import Known, Touched
from ..rules import AVAILABLE, Book, Programme
from ..rules.turn import Turn
from ..rules.units import Unit
from ..state import CarrierRow, Past
from ..writing import FEW, Columns, json_rows, write
from .asked import MAX_AMOUNT, MAX_SET, Asked, check, distinct, reused
from .looking import look, operations
from .telling import tell
from .value_items import Because, Receipt, receipt_of

__all__ = ["MAX_AMOUNT", "MAX_SET", "Asked", "Desk", "perform"]

_write = statements("siyu.loyalty", "write")

TRIES = 5  # after a deadlock or a race for one key, when no transaction of the caller's is at stake
PASSING = (DeadlockDetected, SerializationFailure, UniqueViolation)
ACTOR = ("actor_kind", "actor_id", "actor_name", "at")
Answer = TypeVar("Answer")


class Desk:
    """One call's locked state: members, what they have, and what was done so far."""

    def __init__(self, programme: Programme, now: datetime) -> None:
        self.programme, self.now = programme, now
        self.book, self.known = Book(programme), Known()
        self.past: dict[str, Past] = {}
        self.finals: dict[int, int] = {}
        self.lots: dict[str, list[tuple[UUID, int]]] = {}  # operation → its lots, each with its owner
        self.taken: dict[str, list[tuple[UUID, int, int]]] = {}  # spending → lot, taken, returned
        self.numbers: list[int] = []  # of the operations to be
        self.carriers: list[CarrierRow] = []
        self.balances: dict[tuple[int, str], int] = {}

    @classmethod
    def at(cls, now: datetime) -> "Desk":
        """A desk with the programme as it stands now."""
        connection.ensure_connection()
        return cls(programme_at(Cursor(connection.connection), now), now)

    def limits(self, units: Iterable[str]) -> dict[str, int | None]:
        """Above which amount a correction of each unit waits for a second person. Refusal: `value.unit`."""
        return {code: self.unit(code).terms.approve_above for code in units}

    def explained(self, one: Asked) -> Asked:
        """What is asked, for the reason of the operation it belongs to unless it has one of its own."""
        if any(one.because) or one.of not in self.past:
            return one
        return msgspec.structs.replace(one, because=Because(*self.past[one.of].because))

    def named(self) -> dict[int, Carrier]:
        """By which handle each member is told of."""
        return {member: carrier(number, kind, bytes.fromhex(value)) for member, number, kind, value in self.carriers}

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


def retried(work: Callable[[bool], Answer]) -> Answer:
    """Run a transaction; when no caller's is at stake, again after a deadlock or a race for one key. `work` is told whether it is so."""
    if connection.in_atomic_block:
        with transaction.atomic():  # in the pump, whoever writes beside the reactions rests meanwhile
            return work(False)
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                return work(True)
        except (DatabaseError, *PASSING) as error:
            if (not isinstance(error, PASSING) and not isinstance(error.__cause__, PASSING)) or attempt == TRIES:
                raise
            time.sleep(0.005 * attempt)
    raise AssertionError


def perform(by: Actor, asked: Sequence[Asked], now: datetime, do: Callable[[Desk, Asked], Receipt]) -> list[Receipt]:
    """Do what is asked, each key once, all or nothing; the answers in the order of the questions.

    Refusals: `key.reused`, `value.member`, `value.unit`, `value.amount`, `value.key`, `value.too_many`, and what `do` refuses.
    """
    check(asked)
    return retried(lambda is_own: _perform(by, asked, now, do, is_own=is_own)) if asked else []


def _perform(by: Actor, asked: Sequence[Asked], now: datetime, do: Callable[[Desk, Asked], Receipt], *, is_own: bool) -> list[Receipt]:
    raw: Connection = connection.connection
    unique = distinct(asked)
    answers: dict[str, Receipt] = {}
    past = operations(raw, {key for one in asked for key in (one.key, one.of) if key}) if any(one.of for one in asked) else {}
    fresh = _unanswered(unique, past, answers)
    if fresh:
        seen = look(raw, fresh, past, now)
        fresh = _unanswered(fresh, {one.key: one for one in seen.state.past}, answers)  # whoever held the lock may have done it
    if fresh:
        cursor = Cursor(raw)
        desk = Desk(programme_of(cursor, seen.state.stamp, now), now)
        desk.past, desk.finals, desk.lots, desk.taken = past, seen.finals, seen.found.lots, seen.found.taken
        desk.numbers, desk.carriers = seen.state.operations, seen.state.carriers
        desk.book, desk.known = laid(cursor, desk.programme, sorted(set(seen.finals.values())), seen.state)
        desk.known.operations.update({key: before.id for key, before in past.items()})
        desk.known.numbers = seen.state.new_lots
        done = {key: do(desk, one) for key, one in fresh.items()}
        with together(raw) if len(fresh) <= FEW else nullcontext():
            _write_down(ColumnCursor(raw), desk, by, fresh, done)
            if is_own:
                command(raw, "COMMIT")  # it travels with the writes
        answers |= done
    return [answers[one.key] for one in asked]


def _unanswered(asked: dict[str, Asked], past: dict[str, Past], answers: dict[str, Receipt]) -> dict[str, Asked]:
    fresh = {}
    for key, one in asked.items():
        before = past.get(key)
        if before is None:
            fresh[key] = one
        elif before.body != one.body:
            raise reused(key)
        else:
            answers[key] = receipt_of(key, before.member_id, before.unit, before.result)
    return fresh


def _write_down(cursor: Cursor, desk: Desk, by: Actor, asked: dict[str, Asked], done: dict[str, Receipt]) -> None:
    receipts, bodies = [done[key] for key in asked], [one.body for one in asked.values()]  # as asked: that is how it is known again
    asked = {key: desk.explained(one) for key, one in asked.items()}
    numbers = desk.numbers[: len(asked)]
    rows: Columns = {
        "id": numbers,
        "key": list(asked),
        "body": bodies,
        "kind": [one.kind for one in asked.values()],
        "member": [receipt.member_id for receipt in receipts],
        "unit": [receipt.unit for receipt in receipts],
        "amount": [abs(receipt.amount) for receipt in receipts],
        "of": [desk.known.operations.get(one.of) for one in asked.values()],
        "until": [one.until for one in asked.values()],
        "because_kind": [one.because.kind for one in asked.values()],
        "because_ref": [one.because.ref for one in asked.values()],
        "because_words": [one.because.words for one in asked.values()],
        "result": [receipt.stored() for receipt in receipts],
        **{name: [value] * len(asked) for name, value in zip(ACTOR, (by.kind, by.id, by.name, desk.now), strict=True)},
    }
    asking = {"operations": json_rows(rows)}
    desk.known.operations.update(zip(asked, numbers, strict=True))
    if len(asked) <= FEW:
        write(cursor, desk.book, desk.known, Touched(), asking)
    else:
        cursor.execute(_write.insert_operations, asking)
        write(cursor, desk.book, desk.known, Touched())
    tell(cursor, by, asked, done, desk.book, desk.named(), desk.now)
