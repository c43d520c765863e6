"""How every move of value is done: answer what was asked before, lock the members in order, fold, and write all or nothing.

The order is the same for all: locks on members, then what they have, then the fold, then the rows, then the facts. A refusal comes
before anything is written, so a caller's transaction goes on unharmed. Single moves that callers outside any transaction ask for at one
moment share a transaction: each has its own key, actor, instant, answer and refusal.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from django.db import DatabaseError, connection, transaction
from psycopg import Connection, Cursor
from psycopg.errors import DeadlockDetected, SerializationFailure, UniqueViolation

from siyu.lib.lane import ColumnCursor
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.lib.together import Together
from siyu.merchant.rules import Actor

from ..reactions import news_of
from ..rows import Touched
from ..state import Past
from ..writing import FEW, Columns, json_rows, write
from .asked import Asked, check, distinct, reused
from .desk import Desk
from .looking import look, operations
from .telling import Followed, Move, tell, tell_news
from .value_items import Receipt, receipt_of

__all__ = ["perform"]

_write = statements("siyu.loyalty", "write")

TRIES = 5  # after a deadlock or a race for one key, when no transaction of the caller's is at stake
PASSING = (DeadlockDetected, SerializationFailure, UniqueViolation)
Answer = TypeVar("Answer")
Do = Callable[[Desk, Asked], Receipt]


class Call(NamedTuple):
    """One call of a service: who asks, what, at which instant, and how each move is made."""

    by: Actor
    asked: Sequence[Asked]
    now: datetime
    do: Do


def perform(by: Actor, asked: Sequence[Asked], now: datetime, do: Do) -> list[Receipt]:
    """Do what is asked, each key once, all or nothing; the answers in the order of the questions.

    Refusals: `key.reused`, `value.member`, `value.unit`, `value.amount`, `value.key`, `value.too_many`, and what `do` refuses.
    """
    check(asked)
    if not asked:
        return []
    call = Call(by, asked, now, do)
    if len(asked) > 1 or connection.in_atomic_block:
        return _alone(call)
    return _callers.ask((asked[0].kind, now.date()), call)


def retried(work: Callable[[], Answer]) -> Answer:
    """Run a transaction; when no caller's is at stake, again after a deadlock or a race for one key."""
    if connection.in_atomic_block:
        with transaction.atomic():  # in the pump, whoever writes beside the reactions rests meanwhile
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


def _alone(call: Call) -> list[Receipt]:
    answers = retried(lambda: _perform([call]))
    return [answers[one.key] for one in call.asked]


def _joined(calls: Sequence[Call]) -> list[list[Receipt] | None]:
    """Single moves of several callers in one transaction; whoever is refused, or repeats another's key, is left to do it alone."""
    chosen: dict[str, Call] = {}
    for call in calls:
        chosen.setdefault(call.asked[0].key, call)
    with transaction.atomic():
        answers = _perform(list(chosen.values()), is_shared=True)
    return [[answers[key]] if chosen[key := call.asked[0].key] is call and key in answers else None for call in calls]


_callers = Together(_joined, _alone)


def _perform(calls: Sequence[Call], *, is_shared: bool = False) -> dict[str, Receipt]:
    """Key → answer. Where callers share it, who is refused, or would have to wait for somebody's lock, has none."""
    raw: Connection = connection.connection
    asked = [one for call in calls for one in call.asked]
    answers: dict[str, Receipt] = {}
    past = operations(raw, {key for one in asked for key in (one.key, one.of) if key}) if any(one.of for one in asked) else {}
    fresh = _unanswered(distinct(asked), past, answers)
    if fresh:
        seen = look(raw, fresh, past, max(call.now for call in calls), waits=not is_shared)
        fresh = _unanswered(fresh, {one.key: one for one in seen.state.past}, answers)  # whoever held the lock may have done it
    if fresh:
        desk = Desk.seeing(Cursor(raw), seen, past, calls[0].now)
        moves = _moves(desk, calls, fresh, is_shared=is_shared)
        _write_down(ColumnCursor(raw), desk, moves)
        answers |= {move.asked.key: move.receipt for move in moves}
    return answers


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


def _moves(desk: Desk, calls: Sequence[Call], fresh: dict[str, Asked], *, is_shared: bool) -> list[Move]:
    """Make the moves, each at its caller's instant."""
    moves: list[Move] = []
    for call in calls:
        desk.now, closed = call.now, desk.closed
        told = len(desk.book.news)
        try:
            own = [Move(call.by, call.now, one, call.do(desk, one)) for one in call.asked if fresh.get(one.key) is one]
        except Refusal:
            if not is_shared or desk.closed > closed:  # what was closed cannot be taken out of the book
                raise
            continue
        moves += own
        if news := desk.book.news[told:]:
            desk.news.append(Followed(call.by, own[0].asked.key, call.now, news))
    return moves


def _write_down(cursor: Cursor, desk: Desk, moves: list[Move]) -> None:
    if not moves:
        return
    numbers = desk.numbers[: len(moves)]
    told = [desk.explained(move.asked) for move in moves]
    rows: Columns = {
        "id": numbers,
        "key": [move.asked.key for move in moves],
        "body": [move.asked.body for move in moves],  # as asked: that is how it is known again
        "kind": [one.kind for one in told],
        "member": [move.receipt.member_id for move in moves],
        "unit": [move.receipt.unit for move in moves],
        "amount": [abs(move.receipt.amount) for move in moves],
        "of": [desk.known.operations.get(one.of) for one in told],
        "until": [one.until for one in told],
        "because_kind": [one.because.kind for one in told],
        "because_ref": [one.because.ref for one in told],
        "because_words": [one.because.words for one in told],
        "result": [move.receipt.stored() for move in moves],
        "actor_kind": [move.by.kind for move in moves],
        "actor_id": [move.by.id for move in moves],
        "actor_name": [move.by.name for move in moves],
        "at": [move.at for move in moves],
    }
    asking = {"operations": json_rows(rows)}
    desk.known.operations.update(zip(rows["key"], numbers, strict=True))
    if len(moves) <= FEW:
        write(cursor, desk.book, desk.known, Touched(), asking)
    else:
        cursor.execute(_write.insert_operations, asking)
        write(cursor, desk.book, desk.known, Touched())
    tell(cursor, [move._replace(asked=one) for move, one in zip(moves, told, strict=True)], desk.named())
    for by, key, at, news in desk.news:
        tell_news(by, news_of(desk.programme, news), key, at)
