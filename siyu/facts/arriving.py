"""Which messages of a batch are new, and their clocks: repetitions of 7 days and natural keys of ever are dropped."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from struct import pack
from typing import Any, LiteralString

from psycopg import Cursor
from psycopg.errors import UniqueViolation

from siyu.lib.sql import statements
from siyu.lib.wire import Uuids, copy, days, packed

from .log import PART
from .message import Message

_sql = statements("siyu.facts", "pump")

SEEN_DAYS = 7  # a message id is known this long; imported rows and natural keys for ever
EPOCH_DAYS = 8  # more than SEEN_DAYS: a repetition lies in its own epoch or in the one before


def arrive(cursor: Cursor, items: list[Message], clock: datetime, *, is_careful: bool) -> list[Message]:
    """The messages that are new, each with its clock: its receipt, in a replay its occurrence, never backwards.

    Repetitions are rare, so nobody asks for them: one of a day that is remembered fails the transaction (`is_repetition`), which
    then begins anew, carefully.
    """
    wanted: dict[bytes, Message] = {}
    for item in items:
        if not item.code:
            wanted.setdefault(item.mark, item)
    by_day = _by_day(wanted)
    for mark in _seen(cursor, by_day, is_careful):
        del wanted[mark]
    keyed: dict[bytes, Message] = {}
    for item in wanted.values():
        if item.key:
            keyed.setdefault(item.key, item)
    known = _known_keys(cursor, keyed)
    _remember(cursor, by_day)
    arriving: list[Message] = []
    for item in wanted.values():
        if item.key and (item.key in known or keyed[item.key] is not item):
            continue
        if item.at > clock:
            clock = item.at
        item.seq, item.clock = len(arriving), clock
        arriving.append(item)
    return arriving


def is_repetition(error: BaseException) -> bool:
    """Whether a transaction failed because a message of it came before."""
    cause = error if isinstance(error, UniqueViolation) else error.__cause__
    return isinstance(cause, UniqueViolation) and (cause.diag.table_name or "").startswith("facts_seen")


def _by_day(wanted: dict[bytes, Message]) -> dict[date, list[bytes]]:
    """The marks by the day of their receipt."""
    by_day: dict[date, list[bytes]] = {}
    envelope, marks = -1, []
    for mark, item in wanted.items():
        if item.envelope != envelope:
            envelope, marks = item.envelope, by_day.setdefault(item.received_at.date(), [])
        marks.append(mark)
    return by_day


def _seen(cursor: Cursor, by_day: dict[date, list[bytes]], is_careful: bool) -> set[bytes]:
    """The messages that came before. Those of this epoch are only asked for with care, and then need not be remembered again."""
    seen: set[bytes] = set()
    for day, marks in by_day.items():
        epoch = epoch_of(day)
        columns: dict[str, Any] = {"epoch": epoch, "from_day": day - timedelta(days=SEEN_DAYS)}
        if epoch_of(columns["from_day"]) < epoch and _is_any(cursor, _sql.has_seen, columns):
            seen |= _marks(cursor, _sql.seen_before, {**columns, "messages": packed(Uuids, marks)})
        if is_careful:
            again = _marks(cursor, _sql.seen_messages, {**columns, "messages": packed(Uuids, marks)})
            by_day[day] = [mark for mark in marks if mark not in again]
            seen |= again
    return seen


def _is_any(cursor: Cursor, statement: LiteralString, columns: dict[str, Any]) -> bool:
    cursor.execute(statement, columns)
    return cursor.fetchone() == (True,)


def _marks(cursor: Cursor, statement: LiteralString, columns: dict[str, Any]) -> set[bytes]:
    cursor.execute(statement, columns)
    return {row[0].bytes for row in cursor.fetchall()}


def _remember(cursor: Cursor, by_day: dict[date, list[bytes]]) -> None:
    """From now on these messages have come. What nobody waits for is handed over behind what somebody does."""
    for day, marks in by_day.items():
        head, tail = pack(">hiii", 3, 4, epoch_of(day), 16), pack(">ii", 4, days(day))
        marks.sort()
        for start in range(0, len(marks), PART):
            copy(cursor, _sql.copy_seen, [head, (tail + head).join(marks[start : start + PART]), tail])


def _known_keys(cursor: Cursor, keys: Collection[bytes]) -> set[bytes]:
    if not keys:
        return set()
    cursor.execute(_sql.remember_keys, {"keys": packed(Uuids, list(keys))})
    return set(keys) - {row[0].bytes for row in cursor.fetchall()}


def epoch_of(day: date) -> int:
    """The run of days whose message ids lie in one partition."""
    return day.toordinal() // EPOCH_DAYS
