"""What happens to a batch inside its transaction: the named steps of a fact's life, in order."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings as django_settings
from django.utils.module_loading import import_string
from psycopg import Connection, Cursor

from siyu.lib.clock import EPOCH, business_day
from siyu.lib.sql import array, statements
from siyu.merchant.queries import SettingsBook

from .intake import Item, message_hash, quarantine_columns
from .log import append
from .personal import Vault, columns, conceal
from .rules import MAX_DEPTH, Batch, Derived, Fact, FactError, Handle, Incoming
from .services import BATCH_LOCK, source_id

_sql = statements("siyu.facts", "pump")
_inbox = statements("siyu.facts", "inbox")

SEEN_DAYS = 7  # a message id is known this long; imported rows and natural keys for ever
EPOCH_DAYS = 8  # more than SEEN_DAYS: a repetition lies in its own epoch or in the one before
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


class Arriving(msgspec.Struct):
    """A message that is new, as the resolver sees it: it fills in the handle's and the member's number."""

    position: int  # among the items of the batch, for `Cut`
    incoming: Incoming
    message: UUID
    clock: datetime
    source_id: int
    received_at: datetime
    handles: list[Handle] = []
    handle_hash: UUID | None = None
    identity_id: int | None = None
    member_id: int | None = None


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
    items: list[Item],
    clock: datetime,
    book: SettingsBook,
    *,
    due_until: datetime | None = None,
    due_from: datetime | None = None,
) -> Handled:
    """Take items through all steps (or, without items, run due work up to `due_until`) in the caller's transaction."""
    with Cursor(connection) as cursor:  # binds on the server: plans are kept and arrays travel in binary, unlike with Django's own cursor
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [BATCH_LOCK])
        refused = [(item, FactError(item.code, item.because)) for item in items if item.code]
        if refused:
            cursor.execute(_inbox.quarantine, quarantine_columns(refused))
        arriving = _arrive(cursor, items, clock)
        handled = Handled(clock=clock, refused=len(refused), facts=len(arriving), repeated=len(items) - len(refused) - len(arriving))
        if arriving or due_until is not None:
            until = arriving[-1].clock if arriving else due_until or clock
            batch = _make_batch(cursor, arriving, until, book)
            if due_until is not None:
                _run_due(cursor, batch, min(due_until, (due_from or due_until) + DUE_SPAN))
            else:
                _react(cursor, batch, wired("REACTIONS"))
            _finish(cursor, batch)
            handled.clock, handled.derived = max(clock, batch.until), len(batch.derived)
        if items or handled.clock > clock:
            cursor.execute(_sql.advance, {"clock": handled.clock, "quarantined": handled.refused, "repeated": handled.repeated})
        return handled


def _arrive(cursor: Cursor, items: list[Item], clock: datetime) -> list[Arriving]:
    """The messages that are new, each with its clock: its receipt, in a replay its occurrence, never backwards."""
    wanted: dict[UUID, int] = {}
    keys: dict[UUID, UUID] = {}
    for position, item in enumerate(items):
        if item.incoming is not None and not item.code:
            wanted.setdefault(message_hash(item.incoming.message), position)
    fresh = _unseen(cursor, items, wanted)
    for message, position in wanted.items():
        if message in fresh and (key := items[position].incoming.key):  # type: ignore[union-attr]
            keys.setdefault(message_hash(key), message)
    known = _known_keys(cursor, keys)
    keyed = {message for key, message in keys.items() if key not in known}
    arriving = []
    for message, position in wanted.items():
        item = items[position]
        incoming = item.incoming
        if incoming is None or message not in fresh or (incoming.key and message not in keyed):
            continue
        clock = max(clock, incoming.occurred_at if incoming.is_replay else item.received_at)
        arriving.append(Arriving(position, incoming, message, clock, item.source_id, item.received_at))
    return arriving


def _unseen(cursor: Cursor, items: list[Item], wanted: dict[UUID, int]) -> set[UUID]:
    by_day: dict[date, list[UUID]] = {}
    for message, position in wanted.items():
        by_day.setdefault(items[position].received_at.date(), []).append(message)
    fresh: set[UUID] = set()
    for day, messages in by_day.items():
        columns = {"day": day, "epoch": epoch_of(day), "from_day": day - timedelta(days=SEEN_DAYS), "messages": array(messages)}
        cursor.execute(_sql.seen_before, columns)
        seen = {row[0] for row in cursor.fetchall()}
        cursor.execute("SAVEPOINT unseen")
        cursor.execute(_sql.remember_messages, columns)
        if cursor.rowcount < len(messages):  # some came before: which ones?
            cursor.execute("ROLLBACK TO SAVEPOINT unseen")
            cursor.execute(_sql.seen_messages, columns)
            seen |= {row[0] for row in cursor.fetchall()}
            cursor.execute(_sql.remember_messages, columns)
        cursor.execute("RELEASE SAVEPOINT unseen")
        fresh |= set(messages) - seen
    return fresh


def _known_keys(cursor: Cursor, keys: dict[UUID, UUID]) -> set[UUID]:
    if not keys:
        return set()
    cursor.execute(_sql.remember_keys, {"keys": array(keys)})
    return keys.keys() - {row[0] for row in cursor.fetchall()}


def epoch_of(day: date) -> int:
    """The run of days whose message ids lie in one partition."""
    return day.toordinal() // EPOCH_DAYS


def _make_batch(cursor: Cursor, arriving: list[Arriving], until: datetime, book: SettingsBook) -> Batch:
    """Resolve handles, replace personal values, write the batch and the log."""
    today = until.date()
    zone = book.zone(today)
    batch = Batch(facts=[], until=until, zone=zone, settings=book, currency=book.currency(today))
    if not arriving:
        return batch
    resolver = import_string(f"{django_settings.WIRING}.RESOLVER")
    batch.merges, batch.finals = _imported(resolver).resolve(cursor, arriving, batch)
    cursor.execute(_sql.reserve_ids, {"count": len(arriving)})
    first = cursor.fetchone()[0]  # type: ignore[index]
    vault = Vault()
    days = BusinessDays(book)
    for seq, arrived in enumerate(arriving):
        incoming = arrived.incoming
        batch.facts.append(
            Fact(
                seq=seq,
                id=first + seq,
                name=incoming.name,
                occurred_at=incoming.occurred_at,
                received_at=arrived.received_at,
                clock=arrived.clock,
                business_day=days.of(incoming.occurred_at),
                source_id=arrived.source_id,
                identity_id=arrived.identity_id,
                member_id=arrived.member_id,
                properties=conceal(incoming.name, incoming.properties, arrived.handle_hash, vault),
                message=arrived.message,
                is_historical=incoming.is_historical,
            )
        )
    if vault.rows:
        cursor.execute(_sql.keep_personal, columns(vault))
    append(cursor, batch.facts)
    return batch


class BusinessDays:
    """The merchant's day of each instant, remembered by quarters of an hour: no zone's midnight lies between them."""

    def __init__(self, book: SettingsBook) -> None:
        self.book = book
        self.known: dict[int, date] = {}

    def of(self, instant: datetime) -> date:
        quarter = int(instant.timestamp()) // 900
        if (day := self.known.get(quarter)) is None:
            day = self.known[quarter] = business_day(instant, self.book.zone(instant.date()))
        return day


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


def _above(module: str, reactions: list[Any]) -> int:
    room = module.rsplit(".", 1)[0]
    return 1 + max(index for index, reaction in enumerate(reactions) if reaction.__module__.startswith(room + "."))


def place(cursor: Cursor, batch: Batch, derived: list[Derived]) -> None:
    """Put derived facts into the batch: each right behind its cause, due news before the first fact whose clock comes later."""
    cursor.execute(_sql.reserve_ids, {"count": len(derived)})
    number = cursor.fetchone()[0]  # type: ignore[index]
    own = source_id(OWN_SOURCE)
    handles = _handles(cursor, [batch.owner(news.member_id) for news in derived if not _is_of_its_cause(news)])
    clocks = [fact.clock for fact in batch.facts]
    behind: dict[int, list[Fact]] = {}
    ahead: dict[int, list[Fact]] = {}
    for offset, news in enumerate(derived):
        fact = _derive(batch, news, number + offset, own, handles)
        if news.cause is not None:
            behind.setdefault(news.cause.id, []).append(fact)
        else:
            index = bisect_left(clocks, fact.clock)
            fact.seq = batch.facts[index - 1].seq if index else -1
            ahead.setdefault(index, []).append(fact)
        batch.derived.append(fact)
    placed: list[Fact] = []
    for index, fact in enumerate(batch.facts):
        placed += sorted(ahead.get(index, ()), key=lambda news: news.clock)
        placed.append(fact)
        placed += behind.get(fact.id, ())
    placed += sorted(ahead.get(len(batch.facts), ()), key=lambda news: news.clock)
    batch.facts = placed


def _handles(cursor: Cursor, members: list[int]) -> dict[int, tuple[int, UUID]]:
    if not members:
        return {}
    resolver = import_string(f"{django_settings.WIRING}.RESOLVER")
    return _imported(resolver).handles_of(cursor, members)


def _derive(batch: Batch, news: Derived, number: int, own: int, handles: dict[int, tuple[int, UUID]]) -> Fact:
    cause = news.cause
    if cause is not None and cause.depth >= MAX_DEPTH:
        raise FactError("fact.depth", f"{news.name}: facts cause facts more than {MAX_DEPTH} times over")
    at = cause.occurred_at if cause else news.at or EPOCH
    handle, handle_hash = handles.get(batch.owner(news.member_id), (None, ""))
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
        append(cursor, batch.derived)
    logged = [fact for fact in batch.facts if fact.depth == 0] + batch.derived
    if logged:
        counts = Counter((fact.business_day, fact.name, fact.source_id) for fact in logged)
        cells = sorted(counts.items())
        cursor.execute(
            _sql.count_daily,
            {
                "day": [day for (day, _, _), _ in cells],
                "name": [name for (_, name, _), _ in cells],
                "source": [source for (_, _, source), _ in cells],
                "facts": [count for _, count in cells],
            },
        )
