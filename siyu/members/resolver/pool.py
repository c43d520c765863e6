"""What is known of handles and people while a batch is resolved: a few SELECTs bring it, everything else happens in memory."""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
from psycopg import Cursor, OperationalError

from siyu.facts.message import Message, NamedHandle
from siyu.facts.rules import Merged
from siyu.lib.lane import Question
from siyu.lib.sql import statements
from siyu.lib.wire import Uuids, packed

from ..components import Claim
from ..rules import Policy

_sql = statements("siyu.members", "resolver")
_hash = attrgetter("hash")


class Known(msgspec.Struct, gc=False):  # never part of a circle
    id: int
    kind: str
    hash: bytes
    person: "Person"
    value: str = ""  # of a new one, to be written
    first_seen: datetime | None = None  # of a new one
    origin: int = 0

    @property
    def member(self) -> "Person":
        """Whose handle it is, merges of this batch included."""
        while self.person.became is not None:
            self.person = self.person.became
        return self.person

    @property
    def is_unheard_of(self) -> bool:
        """New, and no message of the batch was said of it yet."""
        return self.first_seen is None and bool(self.value)

    @property
    def is_alone(self) -> bool:
        """New, and not yet anybody's."""
        return bool(self.value) and not self.person.handles and self.person.became is None


class Person(msgspec.Struct, gc=False):
    id: int
    is_identified: bool = False
    source_id: int = 0
    created_at: datetime | None = None  # of a new one
    handles: dict[int, str] | None = None  # number → kind; loaded only for people whom a new link touches
    became: "Person | None" = None


class Pool(msgspec.Struct):
    """What is known while a batch is resolved."""

    policy: Policy
    by_hash: dict[bytes, Known]
    people: dict[int, Person]
    claims: dict[tuple[int, int], Claim]  # links between handles of this batch, as they stand
    constrained: set[int]  # handles that some conflict or refusal touches
    new_handles: list[Known] = []
    new_people: list[Person] = []
    new_claims: dict[tuple[int, int], tuple[Claim, str]] = {}
    identified: dict[int, int] = {}  # member → source that first named the person
    named: list[Person] = []  # who is new as a person that a handle names
    extended: list[Person] = []  # who has a new handle
    merges: list[tuple[Message, Person, Person, dict[str, Any]]] = []
    settled: list[Merged] = []  # by a replay


class Asked(NamedTuple):
    """Which handles were asked for, because of how many messages: in their order, and as they stand in the index."""

    messages: int
    handles: list[NamedHandle]
    sorted: list[NamedHandle]
    known: Question


def ask(cursor: Cursor, messages: Sequence[Message]) -> Asked:
    """Ask which handles of messages are known."""
    handles = list({handle.hash: handle for message in messages for handle in message.handles}.values())
    asked = sorted(handles, key=_hash)  # neighbours are found together
    hashes = packed(Uuids, list(map(_hash, asked)))
    return Asked(len(messages), handles, asked, Question(cursor, _sql.find_identities, {"hashes": hashes}, binary=True))


def load(cursor: Cursor, arriving: Sequence[Message], policy: Policy, asked: Asked) -> Pool:
    wanted = asked.handles
    pool = Pool(policy=policy, by_hash={}, people={}, claims={}, constrained=set())
    if not wanted:
        return pool
    for place, number, member in asked.known.fetchall():
        person = pool.people.get(member) or pool.people.setdefault(member, Person(member))
        handle = asked.sorted[place - 1]
        pool.by_hash[handle.hash] = Known(number, handle.kind, handle.hash, person)
    _load_linked(cursor, pool, [arrived for arrived in arriving if arrived.proof and len(arrived.handles) > 1])
    _number_new(cursor, pool, [handle for handle in wanted if handle.hash not in pool.by_hash])
    return pool


def _load_linked(cursor: Cursor, pool: Pool, linked: list[Message]) -> None:
    """Known links of the batch's pairs; and all handles and open conflicts of the people whom a new link touches."""
    linking = [(arrived, _pairs(pool, arrived.handles)) for arrived in linked]
    pairs = {pair for _, linked_pairs in linking for pair in linked_pairs if pair is not None}
    if pairs:
        cursor.execute(_sql.known_links, {"left": [left for left, _ in pairs], "right": [right for _, right in pairs]})
        for row in cursor.fetchall():
            pool.claims[(row[0], row[1])] = Claim(*row)
    touched = {
        known.member.id
        for arrived, linked_pairs in linking
        if any(_is_news(pool, pair, arrived) for pair in linked_pairs)
        for handle in arrived.handles
        if (known := pool.by_hash.get(handle.hash)) is not None
    }
    if touched:
        load_people(cursor, pool, touched)


def _is_news(pool: Pool, pair: tuple[int, int] | None, arrived: Message) -> bool:
    known = pool.claims.get(pair) if pair else None
    return known is None or (arrived.occurred_at, arrived.message) < known.order


def _pairs(pool: Pool, handles: list[NamedHandle]) -> list[tuple[int, int] | None]:
    """The pairs a message links: its first handle with each other; None where one is new."""
    first = pool.by_hash.get(handles[0].hash)
    pairs: list[tuple[int, int] | None] = []
    for handle in handles[1:]:
        other = pool.by_hash.get(handle.hash)
        pairs.append(pair_of(first, other) if first is not None and other is not None else None)
    return pairs


def pair_of(one: Known, other: Known) -> tuple[int, int]:
    return (one.id, other.id) if one.id < other.id else (other.id, one.id)


def load_people(cursor: Cursor, pool: Pool, members: set[int]) -> None:
    cursor.execute(_sql.people, {"members": list(members)})
    handles: list[int] = []
    for member, is_identified, _public, number, kind in cursor.fetchall():
        person = pool.people.get(member) or pool.people.setdefault(member, Person(member))
        person.is_identified = is_identified
        person.handles = {**(person.handles or {}), number: kind}
        handles.append(number)
    cursor.execute(_sql.links_of, {"ids": handles})
    for row in cursor.fetchall():
        claim = Claim(*row)
        pool.claims[(claim.left, claim.right)] = claim
        if claim.state != "joined":
            pool.constrained |= {claim.left, claim.right}


def _number_new(cursor: Cursor, pool: Pool, new: Sequence[NamedHandle]) -> None:
    """Numbers for the handles and people that the batch brings, in order of appearance."""
    if not new:
        return
    cursor.execute(_sql.reserve_identities, {"count": len(new)})
    number, person, is_run = cursor.fetchone()  # type: ignore[misc]
    if not is_run:
        raise OperationalError("somebody else drew numbers for handles or members while this batch did: it is tried again")
    for place, handle in enumerate(new):
        pool.by_hash[handle.hash] = Known(number + place, handle.kind, handle.hash, Person(person + place, handles={}), handle.value)
