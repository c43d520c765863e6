"""Handles → people, inside the pump: each message in turn finds, creates, attaches or merges, exactly as if it came alone.

Everything is decided in memory over what one SELECT each brought, then written set by set. Only where a limit is at
stake are a component's links replayed in order of time (`components`); such a message begins a batch of its own.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Cursor

from siyu.facts.batch import Arriving, Cut
from siyu.facts.rules import Batch, Merged
from siyu.lib.crypto import encrypt_text, lookup_hash
from siyu.lib.sql import array, copy, escape, statements

from . import components
from .components import Claim
from .replay import Settling, absorb, load_component, member_line, settle
from .rules import Policy, policy_of

_sql = statements("siyu.members", "resolver")


class _Handle(msgspec.Struct):
    id: int
    kind: str
    hash: UUID
    person: "_Person"
    value: str = ""  # of a new one, to be written
    first_seen: datetime | None = None  # of a new one
    origin: int = 0

    @property
    def member(self) -> "_Person":
        """Whose handle it is, merges of this batch included."""
        while self.person.became is not None:
            self.person = self.person.became
        return self.person

    @property
    def is_alone(self) -> bool:
        """New, and not yet anybody's."""
        return bool(self.value) and not self.person.handles and self.person.became is None


class _Person(msgspec.Struct):
    id: int
    is_identified: bool = False
    source_id: int = 0
    created_at: datetime | None = None  # of a new one
    handles: dict[int, str] | None = None  # number → kind; loaded only for people whom a new link touches
    became: "_Person | None" = None


class _Pool(msgspec.Struct):
    """What is known while a batch is resolved."""

    policy: Policy
    by_hash: dict[UUID, _Handle]
    people: dict[int, _Person]
    claims: dict[tuple[int, int], Claim]  # links between handles of this batch, as they stand
    constrained: set[int]  # handles that some conflict or refusal touches
    new_handles: list[_Handle] = []
    new_people: list[_Person] = []
    new_claims: dict[tuple[int, int], tuple[Claim, str]] = {}
    identified: dict[int, int] = {}  # member → source that first named the person
    merges: list[tuple[Arriving, _Person, _Person, dict[str, Any]]] = []


def resolve(cursor: Cursor, arriving: Sequence[Arriving], batch: Batch) -> tuple[list[Merged], dict[int, int]]:
    """Fill in handle and member of each message; returns the merges (each just before the message in its place) and who became whom."""
    policy = policy_of(batch.settings, batch.until.date())
    named = _normal_handles(arriving, policy)
    pool = _load(cursor, arriving, named, policy)
    for place, (arrived, handles) in enumerate(zip(arriving, named, strict=True)):
        if handles:
            _resolve_one(cursor, pool, arrived, handles, is_first=place == 0)
    places = {arrived.position: place for place, arrived in enumerate(arriving)}
    return _write(cursor, pool, places)


def handles_of(cursor: Cursor, members: Sequence[int]) -> dict[int, tuple[int, UUID]]:
    """The oldest handle of each member: its number and its hash."""
    cursor.execute(_sql.handles_of, {"members": list(members)})
    return {member: (handle, hash_) for member, handle, hash_ in cursor.fetchall()}


def _normal_handles(arriving: Sequence[Arriving], policy: Policy) -> list[list[tuple[str, str, UUID]]]:
    """Kind, normal value and keyed hash of each message's handles; those that name nobody are left out."""
    hashes: dict[tuple[str, str], UUID] = {}
    named = []
    for arrived in arriving:
        own = []
        for kind, value in arrived.incoming.handles[:10]:
            normal = policy.normal(kind, value)
            if normal is not None:
                key = (kind, normal)
                if (known := hashes.get(key)) is None:
                    known = hashes[key] = lookup_hash(kind, normal)
                own.append((kind, normal, known))
        named.append(own)
        if own:
            arrived.handle_hash = own[0][2]
    return named


def _load(cursor: Cursor, arriving: Sequence[Arriving], named: list[list[tuple[str, str, UUID]]], policy: Policy) -> _Pool:
    wanted = {handle[2] for handles in named for handle in handles}
    pool = _Pool(policy=policy, by_hash={}, people={}, claims={}, constrained=set())
    if not wanted:
        return pool
    cursor.execute(_sql.find_identities, {"hashes": array(wanted)})
    for number, hash_, kind, member in cursor.fetchall():
        person = pool.people.get(member) or pool.people.setdefault(member, _Person(member))
        pool.by_hash[hash_] = _Handle(number, kind, hash_, person)
    _load_linked(cursor, pool, [pair for pair in zip(arriving, named, strict=True) if pair[0].incoming.proof and len(pair[1]) > 1])
    _number_new(cursor, pool, named)
    return pool


def _load_linked(cursor: Cursor, pool: _Pool, linked: list[tuple[Arriving, list[tuple[str, str, UUID]]]]) -> None:
    """Known links of the batch's pairs; and all handles and open conflicts of the people whom a new link touches."""
    pairs = {pair for _, handles in linked for pair in _pairs(pool, handles) if pair is not None}
    if pairs:
        cursor.execute(_sql.known_links, {"left": array([left for left, _ in pairs]), "right": array([right for _, right in pairs])})
        for row in cursor.fetchall():
            pool.claims[(row[0], row[1])] = Claim(*row)
    touched = {
        known.member.id
        for arrived, handles in linked
        if any(_is_news(pool, pair, arrived) for pair in _pairs(pool, handles))
        for _, _, hash_ in handles
        if (known := pool.by_hash.get(hash_)) is not None
    }
    if touched:
        _load_people(cursor, pool, touched)


def _is_news(pool: _Pool, pair: tuple[int, int] | None, arrived: Arriving) -> bool:
    known = pool.claims.get(pair) if pair else None
    return known is None or (arrived.incoming.occurred_at, arrived.message) < known.order


def _pairs(pool: _Pool, handles: list[tuple[str, str, UUID]]) -> list[tuple[int, int] | None]:
    """The pairs a message links: its first handle with each other; None where one is new."""
    first = pool.by_hash.get(handles[0][2])
    pairs: list[tuple[int, int] | None] = []
    for _, _, hash_ in handles[1:]:
        other = pool.by_hash.get(hash_)
        pairs.append(_pair(first, other) if first is not None and other is not None else None)
    return pairs


def _pair(one: _Handle, other: _Handle) -> tuple[int, int]:
    return (one.id, other.id) if one.id < other.id else (other.id, one.id)


def _load_people(cursor: Cursor, pool: _Pool, members: set[int]) -> None:
    cursor.execute(_sql.people, {"members": list(members)})
    handles: list[int] = []
    for member, is_identified, _public, number, kind in cursor.fetchall():
        person = pool.people.get(member) or pool.people.setdefault(member, _Person(member))
        person.is_identified = is_identified
        person.handles = {**(person.handles or {}), number: kind}
        handles.append(number)
    cursor.execute(_sql.links_of, {"ids": handles})
    for row in cursor.fetchall():
        claim = Claim(*row)
        pool.claims[(claim.left, claim.right)] = claim
        if claim.state != "joined":
            pool.constrained |= {claim.left, claim.right}


def _number_new(cursor: Cursor, pool: _Pool, named: list[list[tuple[str, str, UUID]]]) -> None:
    """Numbers for the handles and people that the batch brings, in order of appearance."""
    new = {handle[2]: handle for handles in named for handle in handles if handle[2] not in pool.by_hash}
    if not new:
        return
    cursor.execute(_sql.reserve_identities, {"count": len(new)})
    numbers = [row[0] for row in cursor.fetchall()]
    cursor.execute(_sql.reserve_members, {"count": len(new)})
    people = [row[0] for row in cursor.fetchall()]
    for (hash_, (kind, value, _)), number, person in zip(new.items(), numbers, people, strict=True):
        pool.by_hash[hash_] = _Handle(number, kind, hash_, _Person(person, handles={}), value)


def _resolve_one(cursor: Cursor, pool: _Pool, arrived: Arriving, handles: list[tuple[str, str, UUID]], *, is_first: bool) -> None:
    first = pool.by_hash[handles[0][2]]
    used = [pool.by_hash[hash_] for _, _, hash_ in (handles if arrived.incoming.proof else handles[:1])]
    for handle in used:
        if handle.value and handle.first_seen is None:
            handle.first_seen = arrived.incoming.occurred_at
            pool.new_handles.append(handle)
    for other in used[1:]:
        if other is first:
            continue
        if first.is_alone and not other.is_alone:
            _link(cursor, pool, arrived, other, first, is_first=is_first)
        else:
            _settle(pool, arrived, first)
            _link(cursor, pool, arrived, first, other, is_first=is_first)
        _settle(pool, arrived, other)
    _settle(pool, arrived, first)
    arrived.identity_id = first.id
    arrived.member_id = first.member.id


def _settle(pool: _Pool, arrived: Arriving, handle: _Handle) -> None:
    """A new handle that no link attached to somebody is a person of its own."""
    if not handle.is_alone:
        return
    person = handle.person
    person.created_at = arrived.clock
    person.source_id = arrived.source_id
    person.handles = {handle.id: handle.kind}
    person.is_identified = pool.policy.kind(handle.kind).is_strong
    handle.origin = person.id
    pool.people[person.id] = person
    pool.new_people.append(person)


def _link(cursor: Cursor, pool: _Pool, arrived: Arriving, one: _Handle, other: _Handle, *, is_first: bool) -> None:
    """One claim: attach a handle of which nothing was ever said, merge two people, or let time decide between claims."""
    pair = _pair(one, other)
    known = pool.claims.get(pair)
    claim = Claim(*pair, arrived.incoming.occurred_at, arrived.message, known.state if known else "joined")
    if known is not None and (known.order <= claim.order or known.state == "refused"):
        return
    ends = (one.kind, other.kind)
    if not _is_constrained(pool, one, other):
        if one.member is other.member:
            return _keep(pool, claim, arrived)
        may = components.may_join(_kinds(one.member), [other.kind] if other.is_alone else _kinds(other.member), ends, pool.policy)
        if known is None and may:
            if other.is_alone:
                _attach(pool, arrived, one.member, other)
            else:
                _merge(pool, arrived, one, other, claim)
            return _keep(pool, claim, arrived)
    _settle(pool, arrived, other)
    _judge(cursor, pool, arrived, one, other, claim, is_first=is_first)


def _kinds(person: _Person) -> list[str]:
    return list((person.handles or {}).values())


def _is_constrained(pool: _Pool, *handles: _Handle) -> bool:
    return bool(pool.constrained) and any(number in pool.constrained for handle in handles for number in handle.member.handles or ())


def _keep(pool: _Pool, claim: Claim, arrived: Arriving) -> None:
    pool.claims[(claim.left, claim.right)] = claim
    pool.new_claims[(claim.left, claim.right)] = (claim, arrived.incoming.proof)
    if claim.state != "joined":
        pool.constrained |= {claim.left, claim.right}


def _attach(pool: _Pool, arrived: Arriving, person: _Person, handle: _Handle) -> None:
    handle.person, handle.origin = person, person.id
    person.handles = {**(person.handles or {}), handle.id: handle.kind}
    _identify(pool, arrived, person, handle.kind)


def _identify(pool: _Pool, arrived: Arriving, person: _Person, kind: str) -> None:
    if not person.is_identified and pool.policy.kind(kind).is_strong:
        person.is_identified = True
        person.source_id = arrived.source_id
        pool.identified.setdefault(person.id, arrived.source_id)


def _merge(pool: _Pool, arrived: Arriving, one: _Handle, other: _Handle, claim: Claim) -> None:
    """The identified person survives, of two alike the one we knew first."""
    survivor, loser = sorted((one.member, other.member), key=lambda person: (not person.is_identified, person.id))
    moved = sorted(loser.handles or ())
    evidence = {
        "link": {"left": claim.left, "right": claim.right, "kinds": [one.kind, other.kind], "message": str(claim.message)},
        "proof": arrived.incoming.proof,
        "occurred_at": claim.occurred_at.isoformat(),
        "moved": moved,
    }
    survivor.handles = {**(survivor.handles or {}), **(loser.handles or {})}
    if loser.is_identified and not survivor.is_identified:
        _identify(pool, arrived, survivor, "user_id")
    loser.became = survivor
    pool.merges.append((arrived, survivor, loser, evidence))


def _judge(cursor: Cursor, pool: _Pool, arrived: Arriving, one: _Handle, other: _Handle, claim: Claim, *, is_first: bool) -> None:
    """A limit is at stake. The newest claim of its component is decided by what stands; an earlier one replays the component."""
    component = load_component(cursor, [one.id, other.id])
    near = component.members.keys() | {one.id, other.id} | set(one.member.handles or ()) | set(other.member.handles or ())
    orders = [kept.order for kept in component.claims] + [kept.order for pair, (kept, _) in pool.new_claims.items() if near & set(pair)]
    if all(order < claim.order for order in orders):
        joins = one.member is other.member
        if not joins and components.may_join(_kinds(one.member), _kinds(other.member), (one.kind, other.kind), pool.policy):
            _merge(pool, arrived, one, other, claim)
            joins = True
        _keep(pool, claim._replace(state="joined" if joins else "conflict"), arrived)
        return
    if not is_first:
        raise Cut(arrived.position)
    _keep(pool, claim, arrived)
    _flush(cursor, pool)
    because = "an earlier proof arrived: the links of these handles were replayed in order of time"
    owners = settle(cursor, [one.id, other.id], pool.policy, Settling(arrived.clock, "rule", because, arrived.source_id))
    for handle in pool.by_hash.values():
        if handle.id in owners:
            owner = owners[handle.id]
            handle.person = pool.people[owner] = _Person(owner) if pool.people.get(owner) is None else pool.people[owner]
            handle.person.became = None
    _load_people(cursor, pool, set(owners.values()))


def _flush(cursor: Cursor, pool: _Pool) -> None:
    """Write what is new so far, so that a replay finds all of it in its tables."""
    _write(cursor, pool, {})
    for handle in pool.new_handles:
        handle.value, handle.first_seen = "", None
    pool.new_people, pool.new_handles, pool.new_claims, pool.identified = [], [], {}, {}


def _write(cursor: Cursor, pool: _Pool, places: dict[int, int]) -> tuple[list[Merged], dict[int, int]]:
    finals = {loser.id: survivor.id for _, survivor, loser, _ in pool.merges}
    if pool.new_people:
        _write_people(cursor, pool)
    if pool.new_handles:
        _write_handles(cursor, pool)
    if pool.identified:
        cursor.execute(_sql.mark_identified, {"ids": list(pool.identified), "sources": list(pool.identified.values())})
    if pool.new_claims:
        _write_claims(cursor, pool)
    return (_write_merges(cursor, pool, places) if pool.merges else []), finals


def _final(person: _Person) -> _Person:
    while person.became is not None:
        person = person.became
    return person


def _write_people(cursor: Cursor, pool: _Pool) -> None:
    copy(
        cursor,
        _sql.add_members,
        [member_line(p.id, p.is_identified, p.created_at, p.source_id, p.became.id if p.became else None) for p in pool.new_people],
    )


def _write_handles(cursor: Cursor, pool: _Pool) -> None:
    lines = []
    for handle in pool.new_handles:
        tail = lookup_hash("phone tail", handle.value[-4:]).hex if handle.kind == "phone" else "\\N"
        lines.append(
            f"{handle.id}\t{escape(handle.kind)}\t{handle.hash.hex}\t\\\\x{encrypt_text(handle.value).hex()}\t{tail}\t{handle.member.id}\t"
            f"{handle.origin}\t{handle.first_seen}\n"
        )
    copy(cursor, _sql.add_identities, lines)


def _write_claims(cursor: Cursor, pool: _Pool) -> None:
    claims = sorted(pool.new_claims.items())
    cursor.execute(
        _sql.keep_links,
        {
            "left": array([left for (left, _), _ in claims]),
            "right": array([right for (_, right), _ in claims]),
            "occurred_at": [claim.occurred_at for _, (claim, _) in claims],
            "message": array([claim.message for _, (claim, _) in claims]),
            "proof": [proof for _, (_, proof) in claims],
            "state": [claim.state for _, (claim, _) in claims],
        },
    )


def _write_merges(cursor: Cursor, pool: _Pool, places: dict[int, int]) -> list[Merged]:
    merges = pool.merges
    cursor.execute(
        _sql.log_merges,
        {
            "survivor": [survivor.id for _, survivor, _, _ in merges],
            "loser": [loser.id for _, _, loser, _ in merges],
            "at": [arrived.clock for arrived, _, _, _ in merges],
            "by": ["rule"] * len(merges),
            "because": ["one link joins their handles"] * len(merges),
            "evidence": [msgspec.json.encode(evidence).decode() for _, _, _, evidence in merges],
        },
    )
    numbers = [row[0] for row in cursor.fetchall()]
    known = [(survivor, loser) for _, survivor, loser, _ in merges if loser.created_at is None]
    if known:
        losers = [loser.id for _, loser in known]
        cursor.execute(_sql.move_all_identities, {"losers": losers, "survivors": [_final(loser).id for _, loser in known]})
        cursor.execute(_sql.mark_merged, {"losers": losers, "survivors": [survivor.id for survivor, _ in known]})
        absorb(cursor, [(_final(loser).id, loser.id) for _, loser in known])
    return [
        Merged(seq=places[arrived.position], clock=arrived.clock, survivor_id=survivor.id, loser_id=loser.id, merge_id=number)
        for (arrived, survivor, loser, _), number in zip(merges, numbers, strict=True)
    ]
