"""News that reactions add to a batch: facts of our own, each in its place behind its cause, with an id that a repetition cannot double."""

from bisect import bisect_left
from hashlib import blake2b
from operator import attrgetter
from uuid import UUID

from psycopg import Cursor

from siyu.lib.clock import EPOCH, business_day
from siyu.lib.sql import statements
from siyu.lib.wire import microseconds
from siyu.lib.wired import imported, table

from .log import append, content, row
from .rules import MAX_DEPTH, Batch, Derived, Fact, FactError
from .services import source_id

_sql, _inbox = statements("siyu.facts", "pump"), statements("siyu.facts", "inbox")

_seq = attrgetter("seq")
OWN_SOURCE = "siyu"  # of derived facts
SPARE = 100  # ids kept in reserve; what is not used is never used
LEAST_SHARE, MOST_SHARE = 0.25, 5.0  # of derived facts to others, for which ids are drawn beforehand
_share = LEAST_SHARE  # what it was in the batch before


def reserve(cursor: Cursor, count: int) -> range:
    """A run of so many ids of facts, and as many more as reactions are likely to need."""
    run = int(count * (1 + _share)) + SPARE
    cursor.execute(_sql.reserve_ids, {"count": run})
    first = cursor.fetchone()[0]  # type: ignore[index]
    return range(first, first + run)


def numbers(cursor: Cursor, batch: Batch, count: int) -> int:
    """The first of a run of so many of the batch's ids."""
    if len(batch.numbers) < count:
        batch.numbers = reserve(cursor, count)
    first, batch.numbers = batch.numbers[0], batch.numbers[count:]
    return first


def place(cursor: Cursor, batch: Batch, derived: list[Derived]) -> None:
    """Put derived facts into the batch: each right behind its cause, due news before the first fact whose clock comes later.

    They are logged at once: the log is written while the reactions above go on.
    """
    number = numbers(cursor, batch, len(derived))
    own = batch.own_source = batch.own_source or _own_source(cursor)
    handles = _handles(cursor, {news.member_id: batch.owner(news.member_id) for news in derived if not _is_of_its_cause(news)})
    clocks = [fact.clock for fact in batch.facts] if any(news.cause is None for news in derived) else []
    places = _Places(batch.facts)
    behind: dict[int, list[Fact]] = {}
    ahead: dict[int, list[Fact]] = {}
    before = len(batch.derived)
    for offset, news in enumerate(derived):
        fact = _derive(batch, news, number + offset, own, handles)
        if news.cause is not None:
            behind.setdefault(places.after(news.cause), []).append(fact)
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
    new = batch.derived[before:]
    append(cursor, [row(fact.id, fact.identity_id, _content(fact)) for fact in new])
    batch.put(placed + batch.facts[done:], new)


class _Places(dict[int, int]):
    """By its id, the place after a fact. A sender's is found by its number in the order; for others all are numbered."""

    def __init__(self, facts: list[Fact]) -> None:
        self.facts = facts

    def after(self, fact: Fact) -> int:
        place = bisect_left(self.facts, fact.seq, key=_seq)
        if place < len(self.facts) and self.facts[place].id == fact.id:
            return place + 1
        if not self:
            self.update((other.id, place) for place, other in enumerate(self.facts, 1))
        return self[fact.id]


def _own_source(cursor: Cursor) -> int:
    cursor.execute(_inbox.find_source, {"name": OWN_SOURCE})
    found = cursor.fetchone()
    return found[0] if found else source_id(OWN_SOURCE)


def _handles(cursor: Cursor, members: dict[int, int]) -> dict[int, tuple[int, UUID]]:
    if not members:
        return {}
    return imported(table("RESOLVER")).handles_of(cursor, members)


def _derive(batch: Batch, news: Derived, number: int, own: int, handles: dict[int, tuple[int, UUID]]) -> Fact:
    cause = news.cause
    if cause is None:
        return _of_time(batch, news, number, own, handles)
    if cause.depth >= MAX_DEPTH:
        raise FactError("fact.depth", f"{news.name}: facts cause facts more than {MAX_DEPTH} times over")
    handle = cause.identity_id if _is_of_its_cause(news) else handles.get(news.member_id, (None, None))[0]
    mark = cause.mark.hex()  # as a UUID is printed, without making one: it costs as much as all the rest
    return Fact(
        seq=cause.seq,
        id=number,
        name=news.name,
        occurred_at=cause.occurred_at,
        received_at=cause.received_at,
        clock=cause.clock,
        business_day=cause.business_day,
        source_id=own,
        identity_id=handle,
        member_id=news.member_id,
        properties=news.properties,
        mark=_mark(news, f"{mark[:8]}-{mark[8:12]}-{mark[12:16]}-{mark[16:20]}-{mark[20:]}"),
        cause_id=cause.id,
        depth=cause.depth + 1,
        is_historical=cause.is_historical,
    )


def _of_time(batch: Batch, news: Derived, number: int, own: int, handles: dict[int, tuple[int, UUID]]) -> Fact:
    """News that no fact caused: it happened at its own instant, to the member's oldest handle."""
    at = news.at or EPOCH
    handle, handle_hash = handles.get(news.member_id, (None, ""))
    return Fact(
        seq=0,
        id=number,
        name=news.name,
        occurred_at=at,
        received_at=at,
        clock=at,
        business_day=business_day(at, batch.zone),
        source_id=own,
        identity_id=handle,
        member_id=news.member_id,
        properties=news.properties,
        mark=_mark(news, f"{at.isoformat()}|{handle_hash}"),
        depth=1,
    )


def _mark(news: Derived, origin: str) -> bytes:
    """The id of its message: the same news of the same origin has the same."""
    return blake2b(f"{news.reaction}|{news.name}|{origin}|{news.discriminator}".encode(), digest_size=16).digest()


def _is_of_its_cause(news: Derived) -> bool:
    """Whether the news is of the member whose fact caused it: when one gives back what another bought, it is not."""
    return news.cause is not None and news.cause.member_id == news.member_id


def expect(came: int, derived: int) -> None:
    """So many facts came in a batch and brought so many others: the next is likely to be like it."""
    global _share
    if came:
        _share = min(max(1.1 * derived / came, LEAST_SHARE), MOST_SHARE)


def _content(fact: Fact) -> bytes:
    return content(
        fact.name,
        microseconds(fact.occurred_at),
        microseconds(fact.received_at),
        fact.business_day,
        fact.source_id,
        fact.mark,
        fact.properties,
        fact.cause_id,
        fact.depth,
    )
