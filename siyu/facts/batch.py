"""What happens to a batch inside its transaction: the named steps of a fact's life, in order."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection as django_connection
from psycopg import Connection, Cursor

from siyu.lib.beside import reader_of
from siyu.lib.lane import Lane
from siyu.lib.sql import statements
from siyu.lib.wire import Uuids, packed
from siyu.lib.wired import imported, table, wired
from siyu.merchant.queries import SettingsBook

from .arriving import arrive
from .deriving import expect, numbers, place, reserve
from .intake import Envelope, Item, open_messages, quarantine_columns
from .log import append, row
from .message import Message
from .rules import Alone, Batch, Derived, Fact, FactError
from .services import BATCH_LOCK

_sql = statements("siyu.facts", "pump")
_inbox = statements("siyu.facts", "inbox")

WORTH_A_THREAD = 200  # messages, for the statements nobody waits for to be executed beside
_CELL = ("business_day", "name", "source_id")  # by what facts are counted
_cell, (_day, _name, _source) = attrgetter(*_CELL), map(attrgetter, _CELL)
_clock = attrgetter("clock")
SET_ASIDE = 500  # refused messages of one statement: each repeats what its batch says for all
DUE_SPAN = timedelta(days=1)  # of the due work of one transaction, so that settings and zone of its day hold


class Cut(Exception):
    """The batch must end before a message: what it changes moves history that the messages before it still write."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.seq)
        self.message = message


class Handled(msgspec.Struct):
    """What one transaction did, and the clock it reached."""

    clock: datetime
    facts: int = 0
    derived: int = 0
    repeated: int = 0
    refused: int = 0
    moved: int = 0


def handle(
    connection: Connection,
    items: list[Message],
    clock: datetime,
    book: SettingsBook,
    *,
    is_careful: bool = False,
    due_until: datetime | None = None,
    due_from: datetime | None = None,
    alone: Alone | None = None,
) -> Handled:
    """Take items through all steps (or, without items, run due work up to `due_until`, of a room `alone` if it says so) in the caller's
    transaction.

    Raises what `arriving.is_repetition` knows when an item came before, unless it `is_careful`.
    """
    is_worth_it = len(items) >= WORTH_A_THREAD
    is_outermost = not django_connection.savepoint_ids  # of another transaction around it the reader would see nothing
    reader, early = (reader_of(connection), reader_of(connection, "early")) if is_worth_it and is_outermost else (None, None)
    with (
        Lane(connection, is_worth_a_thread=is_worth_it, reader=reader, early=early) as lane,
        django_connection.execute_wrapper(_in_turn(lane)),
    ):
        cursor = lane.cursor  # binds on the server: plans are kept and arrays travel in binary, unlike with Django's own
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [BATCH_LOCK])
        ids = reserve(cursor, len(items)) if items else range(0)  # now, while nothing is under way that it would have to wait for
        asked = imported(table("RESOLVER")).ask(cursor, items) if is_worth_it else None  # answered while repetitions are looked for
        refused = [(item, FactError(item.code, item.because)) for item in items if item.code]
        if refused:
            set_aside(cursor, refused, book)
        arriving = arrive(cursor, items, clock, is_careful=is_careful)
        handled = Handled(clock=clock, refused=len(refused), facts=len(arriving), repeated=len(items) - len(refused) - len(arriving))
        if arriving or due_until is not None:
            until = arriving[-1].clock if due_until is None else min(due_until, (due_from or due_until) + DUE_SPAN)
            batch = _make_batch(cursor, arriving, until, book, ids, asked)
            batch.alone = alone
            if due_until is not None:
                _run_due(cursor, batch)
            else:
                _react(cursor, batch, wired("REACTIONS"))
            _conclude(cursor, batch)
            _count_daily(cursor, batch)
            handled.clock, handled.derived, handled.moved = max(clock, batch.until), len(batch.derived), batch.moved
        if items:
            consume(cursor, items)
        if items or handled.clock > clock:
            cursor.execute(_sql.advance, {"clock": handled.clock, "quarantined": handled.refused, "repeated": handled.repeated})
        return handled


def _in_turn(lane: Lane) -> Callable[..., Any]:
    """Services that a reaction calls use Django's cursor: theirs too comes after what must come before it."""

    def execute(execute: Callable[..., Any], query: str, params: Any, many: bool, context: Any) -> Any:
        with lane.turn(query):
            return execute(query, params, many, context)

    return execute


def set_aside(cursor: Cursor, refused: Sequence[tuple[Message, FactError]], book: SettingsBook) -> None:
    """Put messages into quarantine as they came; their envelopes still hold them."""
    for start in range(0, len(refused), SET_ASIDE):
        rows: list[tuple[Item, FactError]] = []
        for number, group in groupby(refused[start : start + SET_ASIDE], lambda one: one[0].envelope):
            those = list(group)
            cursor.execute(_inbox.reopen, {"id": number})
            envelope = Envelope(*cursor.fetchone(), book.currency(those[0][0].received_at.date()))  # type: ignore[call-arg, misc]
            items = open_messages(envelope, [message.handled - 1 for message, _ in those])
            rows += zip(items, [error for _, error in those], strict=True)
        cursor.execute(_inbox.quarantine, quarantine_columns(rows))


def consume(cursor: Cursor, items: Sequence[Message]) -> None:
    """Envelopes that are through are deleted; a partly handled one remembers how far."""
    if through := [item.envelope for item in items if item.is_last]:
        cursor.execute(_inbox.drop_handled, {"ids": through})
    if not items[-1].is_last:
        cursor.execute(_inbox.mark_handled, {"id": items[-1].envelope, "done": items[-1].handled})


def _make_batch(cursor: Cursor, arriving: list[Message], until: datetime, book: SettingsBook, ids: range, asked: Any) -> Batch:
    """Resolve handles, write the batch and the log."""
    today = until.date()
    zone = book.zone(today)
    batch = Batch(facts=[], until=until, zone=zone, settings=book, currency=book.currency(today), numbers=ids)
    if not arriving:
        return batch
    batch.merges, batch.finals = imported(table("RESOLVER")).resolve(cursor, arriving, batch, asked)
    first = numbers(cursor, batch, len(arriving))
    for number, message in enumerate(arriving, first):
        message.id = number
    batch.start(list[Fact](arriving))
    _keep_personal(cursor, arriving)
    append(cursor, [row(message.id, message.identity_id, message.content) for message in arriving])
    return batch


def _keep_personal(cursor: Cursor, arriving: Sequence[Message]) -> None:
    """The encrypted values behind tokens; the same value said again of the same handle has the same token."""
    saying = [message for message in arriving if message.personal]
    said = {row[0]: (*row, message.handles[0].hash if message.handles else b"") for message in saying for row in message.personal}
    if said:
        tokens, kinds, values, handles = map(list, zip(*(said[token] for token in sorted(said)), strict=True))
        whose = packed(Uuids, handles) if all(handles) else [UUID(bytes=handle) if handle else None for handle in handles]
        cursor.execute(_sql.keep_personal, {"token": tokens, "kind": kinds, "value": values, "handle": whose})


def _react(cursor: Cursor, batch: Batch, reactions: list[Callable[[Cursor, Batch], list[Derived] | None]]) -> None:
    for reaction in reactions:
        if derived := reaction(cursor, batch):
            place(cursor, batch, derived)


def _run_due(cursor: Cursor, batch: Batch) -> None:
    """What time alone changes; the news of a room is seen by the reactions that stand above it."""
    reactions = wired("REACTIONS")
    for room, path in table("DUE").items():
        if (batch.alone is None or batch.alone.room == room) and (derived := imported(path).due(cursor, batch)):
            place(cursor, batch, derived)
            _react(cursor, batch, reactions[_above(room, reactions) :])
        batch.start([])


def _conclude(cursor: Cursor, batch: Batch) -> None:
    """What is reckoned once, when everything else of the transaction is done: each sees the news of those before it."""
    if not batch.facts:  # due work leaves its news here, room by room
        batch.start(sorted(batch.derived, key=_clock))
    for conclusion in wired("CONCLUSIONS"):
        if derived := conclusion(cursor, batch):
            place(cursor, batch, derived)


def _above(room: str, reactions: list[Any]) -> int:
    app = f"siyu.{room.partition('.')[0]}."
    return 1 + max(index for index, reaction in enumerate(reactions) if reaction.__module__.startswith(app))


def _count_daily(cursor: Cursor, batch: Batch) -> None:
    """Count the day."""
    came = [fact for fact in batch.facts if fact.depth == 0]
    expect(len(came), len(batch.derived))
    if cells := sorted((_cells(came) + _cells(batch.derived)).items()):
        columns = {
            "day": [day for (day, _, _), _ in cells],
            "name": [name for (_, name, _), _ in cells],
            "source": [source for (_, _, source), _ in cells],
            "facts": [count for _, count in cells],
        }
        cursor.execute(_sql.count_daily, columns)


def _cells(facts: Sequence[Fact]) -> Counter[tuple[date, str, int]]:
    """How many facts of each day, name and source; mostly of one day and one source, when only names need counting."""
    days, sources = set(map(_day, facts)), set(map(_source, facts))
    if len(days) != 1 or len(sources) != 1:
        return Counter(map(_cell, facts))
    return Counter({(*days, name, *sources): count for name, count in Counter(map(_name, facts)).items()})
