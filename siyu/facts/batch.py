"""What happens to a batch inside its transaction: the named steps of a fact's life, in order."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from struct import pack
from typing import Any, LiteralString
from uuid import UUID

import msgspec
from django.conf import settings as django_settings
from django.db import connection as django_connection
from django.utils.module_loading import import_string
from psycopg import Connection, Cursor
from psycopg.errors import UniqueViolation

from siyu.lib.clock import EPOCH, business_day
from siyu.lib.lane import Lane, whenever
from siyu.lib.sql import statements
from siyu.lib.wire import Uuids, copy, days, microseconds, packed
from siyu.merchant.queries import SettingsBook

from .intake import Envelope, open_message, quarantine_columns
from .log import append, content, row
from .message import Message
from .rules import MAX_DEPTH, Batch, Derived, Fact, FactError
from .services import BATCH_LOCK, source_id

_sql = statements("siyu.facts", "pump")
_inbox = statements("siyu.facts", "inbox")

SEEN_DAYS = 7  # a message id is known this long; imported rows and natural keys for ever
EPOCH_DAYS = 8  # more than SEEN_DAYS: a repetition lies in its own epoch or in the one before
WORTH_A_THREAD = 200  # messages, for the statements nobody waits for to be executed beside
DUE_SPAN = timedelta(days=1)  # of the due work of one transaction, so that settings and zone of its day hold
OWN_SOURCE = "siyu"  # of derived facts


class Cut(Exception):
    """The batch must end before item `at`: what that message changes moves history that the messages before it still write."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


class Handled(msgspec.Struct):
    """What one transaction did, and the clock it reached."""

    clock: datetime
    facts: int = 0
    derived: int = 0
    repeated: int = 0
    refused: int = 0


@lru_cache(maxsize=8)
def wired(table: str) -> list[Any]:
    """The entries of a table of `wiring`, imported."""
    return [_imported(path) for path in import_string(f"{django_settings.WIRING}.{table}")]


def _imported(path: str) -> Any:
    try:
        return import_string(path)
    except ImportError:
        from importlib import import_module

        return import_module(path)


def handle(
    connection: Connection,
    items: list[Message],
    clock: datetime,
    book: SettingsBook,
    *,
    due_until: datetime | None = None,
    due_from: datetime | None = None,
) -> Handled:
    """Take items through all steps (or, without items, run due work up to `due_until`) in the caller's transaction."""
    with Lane(connection, is_worth_a_thread=len(items) >= WORTH_A_THREAD) as lane, django_connection.execute_wrapper(_in_turn(lane)):
        cursor = lane.cursor  # binds on the server: plans are kept and arrays travel in binary, unlike with Django's own
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [BATCH_LOCK])
        refused = [(item, FactError(item.code, item.because)) for item in items if item.code]
        if refused:
            set_aside(cursor, refused, book)
        arriving = _arrive(cursor, items, clock)
        handled = Handled(clock=clock, refused=len(refused), facts=len(arriving), repeated=len(items) - len(refused) - len(arriving))
        if arriving or due_until is not None:
            until = arriving[-1].clock if arriving else due_until or clock
            batch = _make_batch(cursor, arriving, until, book)
            if due_until is not None:
                _run_due(cursor, batch, min(due_until, (due_from or due_until) + DUE_SPAN))
            else:
                _react(cursor, batch, wired("REACTIONS"))
            _conclude(cursor, batch)
            _finish(cursor, batch)
            handled.clock, handled.derived = max(clock, batch.until), len(batch.derived)
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
    rows = []
    for message, error in refused:
        cursor.execute(_inbox.reopen, {"id": message.envelope})
        envelope = Envelope(*cursor.fetchone(), book.currency(message.received_at.date()))  # type: ignore[call-arg, misc]
        rows.append((open_message(envelope, message.handled - 1), error))
    cursor.execute(_inbox.quarantine, quarantine_columns(rows))


def _arrive(cursor: Cursor, items: list[Message], clock: datetime) -> list[Message]:
    """The messages that are new, each with its clock: its receipt, in a replay its occurrence, never backwards."""
    wanted: dict[bytes, Message] = {}
    for position, item in enumerate(items):
        if not item.code:
            item.position, item.identity_id, item.member_id = position, None, None
            wanted.setdefault(item.mark, item)
    for mark in _seen(cursor, wanted):
        del wanted[mark]
    keyed: dict[bytes, Message] = {}
    for item in wanted.values():
        if item.key:
            keyed.setdefault(item.key, item)
    known = _known_keys(cursor, keyed)
    arriving = []
    for item in wanted.values():
        if item.key and (item.key in known or keyed[item.key] is not item):
            continue
        item.clock = clock = max(clock, item.at)
        arriving.append(item)
    return arriving


def _seen(cursor: Cursor, wanted: dict[bytes, Message]) -> set[bytes]:
    """The messages that came before; from now on all of them have."""
    by_day: dict[date, list[bytes]] = {}
    for mark, item in wanted.items():
        by_day.setdefault(item.received_at.date(), []).append(mark)
    seen: set[bytes] = set()
    for day, marks in by_day.items():
        epoch = epoch_of(day)
        columns: dict[str, Any] = {"epoch": epoch, "from_day": day - timedelta(days=SEEN_DAYS)}
        if epoch_of(columns["from_day"]) < epoch and _is_any(cursor, _sql.has_seen, columns):
            seen |= _marks(cursor, _sql.seen_before, {**columns, "messages": packed(Uuids, marks)})
        cursor.execute("SAVEPOINT unseen")
        try:
            _remember(cursor, epoch, day, marks)
        except UniqueViolation:  # some came before: which ones?
            cursor.execute("ROLLBACK TO SAVEPOINT unseen")
            again = _marks(cursor, _sql.seen_messages, {**columns, "messages": packed(Uuids, marks)})
            _remember(cursor, epoch, day, [mark for mark in marks if mark not in again])
            seen |= again
        cursor.execute("RELEASE SAVEPOINT unseen")
    return seen


def _is_any(cursor: Cursor, statement: LiteralString, columns: dict[str, Any]) -> bool:
    cursor.execute(statement, columns)
    return cursor.fetchone() == (True,)


def _marks(cursor: Cursor, statement: LiteralString, columns: dict[str, Any]) -> set[bytes]:
    cursor.execute(statement, columns)
    return {row[0].bytes for row in cursor.fetchall()}


def _remember(cursor: Cursor, epoch: int, day: date, marks: list[bytes]) -> None:
    head, tail = pack(">hiii", 3, 4, epoch, 16), pack(">ii", 4, days(day))
    copy(cursor, _sql.copy_seen, [head + mark + tail for mark in sorted(marks)])


def _known_keys(cursor: Cursor, keys: Collection[bytes]) -> set[bytes]:
    if not keys:
        return set()
    cursor.execute(_sql.remember_keys, {"keys": packed(Uuids, list(keys))})
    return set(keys) - {row[0].bytes for row in cursor.fetchall()}


def epoch_of(day: date) -> int:
    """The run of days whose message ids lie in one partition."""
    return day.toordinal() // EPOCH_DAYS


def _make_batch(cursor: Cursor, arriving: list[Message], until: datetime, book: SettingsBook) -> Batch:
    """Resolve handles, write the batch and the log."""
    today = until.date()
    zone = book.zone(today)
    batch = Batch(facts=[], until=until, zone=zone, settings=book, currency=book.currency(today))
    if not arriving:
        return batch
    resolver = import_string(f"{django_settings.WIRING}.RESOLVER")
    batch.merges, batch.finals = _imported(resolver).resolve(cursor, arriving, batch)
    cursor.execute(_sql.reserve_ids, {"count": len(arriving)})
    first = cursor.fetchone()[0]  # type: ignore[index]
    batch.facts = [_fact(message, seq, first + seq) for seq, message in enumerate(arriving)]
    _keep_personal(cursor, arriving)
    append(cursor, [row(fact.id, fact.identity_id, message.content) for fact, message in zip(batch.facts, arriving, strict=True)])
    return batch


def _fact(message: Message, seq: int, number: int) -> Fact:
    return Fact(
        seq=seq,
        id=number,
        name=message.name,
        occurred_at=message.occurred_at,
        received_at=message.received_at,
        clock=message.clock,
        business_day=message.business_day,
        source_id=message.source_id,
        identity_id=message.identity_id,
        member_id=message.member_id,
        properties=message.properties,
        message=message.message,
        is_historical=message.is_historical,
    )


def _keep_personal(cursor: Cursor, arriving: Sequence[Message]) -> None:
    """The encrypted values behind tokens; the same value said again of the same handle has the same token."""
    said = {row[0]: (*row, message.handles[0][2] if message.handles else b"") for message in arriving for row in message.personal}
    if said:
        tokens, kinds, values, handles = map(list, zip(*said.values(), strict=True))
        columns = {"token": tokens, "kind": kinds, "value": values, "handle": handles}
        whenever(cursor, "facts_personal", lambda lane: lane.execute(_sql.keep_personal, columns))


def _react(cursor: Cursor, batch: Batch, reactions: list[Callable[[Cursor, Batch], list[Derived] | None]]) -> None:
    for reaction in reactions:
        if derived := reaction(cursor, batch):
            place(cursor, batch, derived)


def _run_due(cursor: Cursor, batch: Batch, until: datetime) -> None:
    """What time alone changes; the news of a room is seen by the reactions that stand above it."""
    batch.until = until
    reactions = wired("REACTIONS")
    for module in wired("DUE"):
        if derived := module.due(cursor, batch):
            place(cursor, batch, derived)
            _react(cursor, batch, reactions[_above(module.__name__, reactions) :])
        batch.facts = []


def _conclude(cursor: Cursor, batch: Batch) -> None:
    """What is reckoned once, when everything else of the transaction is done: each sees the news of those before it."""
    if not batch.facts:  # due work leaves its news here
        batch.facts = list(batch.derived)
    for conclusion in wired("CONCLUSIONS"):
        if derived := conclusion(cursor, batch):
            place(cursor, batch, derived)


def _above(module: str, reactions: list[Any]) -> int:
    room = module.rsplit(".", 1)[0]
    return 1 + max(index for index, reaction in enumerate(reactions) if reaction.__module__.startswith(room + "."))


def place(cursor: Cursor, batch: Batch, derived: list[Derived]) -> None:
    """Put derived facts into the batch: each right behind its cause, due news before the first fact whose clock comes later."""
    cursor.execute(_sql.reserve_ids, {"count": len(derived)})
    number = cursor.fetchone()[0]  # type: ignore[index]
    own = source_id(OWN_SOURCE)
    handles = _handles(cursor, {news.member_id: batch.owner(news.member_id) for news in derived if not _is_of_its_cause(news)})
    clocks = [fact.clock for fact in batch.facts]
    places = {fact.id: place for place, fact in enumerate(batch.facts, 1)}
    behind: dict[int, list[Fact]] = {}
    ahead: dict[int, list[Fact]] = {}
    for offset, news in enumerate(derived):
        fact = _derive(batch, news, number + offset, own, handles)
        if news.cause is not None:
            behind.setdefault(places[news.cause.id], []).append(fact)
        else:
            place = bisect_left(clocks, fact.clock)
            fact.seq = batch.facts[place - 1].seq if place else -1
            ahead.setdefault(place, []).append(fact)
        batch.derived.append(fact)
    placed: list[Fact] = []
    done = 0
    for place in sorted(behind.keys() | ahead.keys()):
        placed += batch.facts[done:place]
        placed += behind.get(place, ())
        placed += sorted(ahead.get(place, ()), key=lambda news: news.clock)
        done = place
    batch.facts = placed + batch.facts[done:]


def _handles(cursor: Cursor, members: dict[int, int]) -> dict[int, tuple[int, UUID]]:
    if not members:
        return {}
    resolver = import_string(f"{django_settings.WIRING}.RESOLVER")
    return _imported(resolver).handles_of(cursor, members)


def _derive(batch: Batch, news: Derived, number: int, own: int, handles: dict[int, tuple[int, UUID]]) -> Fact:
    cause = news.cause
    if cause is not None and cause.depth >= MAX_DEPTH:
        raise FactError("fact.depth", f"{news.name}: facts cause facts more than {MAX_DEPTH} times over")
    at = cause.occurred_at if cause else news.at or EPOCH
    handle, handle_hash = handles.get(news.member_id, (None, ""))
    if cause and _is_of_its_cause(news):
        handle = cause.identity_id
    origin = str(cause.message) if cause else f"{at.isoformat()}|{handle_hash}"
    message = blake2b(f"{news.reaction}|{news.name}|{origin}|{news.discriminator}".encode(), digest_size=16).digest()
    return Fact(
        seq=cause.seq if cause else 0,
        id=number,
        name=news.name,
        occurred_at=at,
        received_at=cause.received_at if cause else at,
        clock=cause.clock if cause else at,
        business_day=cause.business_day if cause else business_day(at, batch.zone),
        source_id=own,
        identity_id=handle,
        member_id=news.member_id,
        properties=news.properties,
        message=UUID(bytes=message),
        cause_id=cause.id if cause else None,
        depth=cause.depth + 1 if cause else 1,
        is_historical=cause.is_historical if cause else False,
    )


def _is_of_its_cause(news: Derived) -> bool:
    """Whether the news is of the member whose fact caused it: when one gives back what another bought, it is not."""
    return news.cause is not None and news.cause.member_id == news.member_id


def _finish(cursor: Cursor, batch: Batch) -> None:
    """Log what reactions added, and count the day."""
    if batch.derived:
        append(cursor, [row(fact.id, fact.identity_id, _content(fact)) for fact in batch.derived])
    logged = [fact for fact in batch.facts if fact.depth == 0] + batch.derived
    if logged:
        counts = Counter((fact.business_day, fact.name, fact.source_id) for fact in logged)
        cells = sorted(counts.items())
        columns = {
            "day": [day for (day, _, _), _ in cells],
            "name": [name for (_, name, _), _ in cells],
            "source": [source for (_, _, source), _ in cells],
            "facts": [count for _, count in cells],
        }
        whenever(cursor, "facts_daily", lambda lane: lane.execute(_sql.count_daily, columns))


def _content(fact: Fact) -> bytes:
    return content(
        fact.name,
        microseconds(fact.occurred_at),
        microseconds(fact.received_at),
        fact.business_day,
        fact.source_id,
        fact.message.bytes,
        fact.properties,
        fact.cause_id,
        fact.depth,
    )
