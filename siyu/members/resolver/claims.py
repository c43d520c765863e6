"""One message's claims: attach a handle of which nothing was ever said, merge two people, or let time decide."""

import msgspec
from psycopg import Cursor

from siyu.facts.batch import Cut
from siyu.facts.message import Message

from .. import components
from ..components import Claim
from ..replay import Component, Settling, load_component, settle
from ..rules import BY_RULE, EARLIER_PROOF
from .pool import Known, Person, Pool, load_people, pair_of
from .writing import flush


def hear(cursor: Cursor, pool: Pool, arrived: Message, first: Known, *, is_first: bool) -> None:
    """What the message says of its handles: that they are somebody, and with a proof that they are one.

    Each is heard of when its turn comes: a claim before it may have to write what is known so far, and nobody would own it yet.
    """
    _hear_of(pool, arrived, first)
    for place, handle in enumerate(arrived.handles[1:] if arrived.proof else (), 1):
        other = pool.by_hash[handle.hash]
        if other is first:
            continue
        _hear_of(pool, arrived, other)
        if first.is_alone and not other.is_alone:
            _link(cursor, pool, arrived, other, first, place, is_first=is_first)
        else:
            _settle(pool, arrived, first)
            _link(cursor, pool, arrived, first, other, place, is_first=is_first)
        _settle(pool, arrived, other)
    _settle(pool, arrived, first)


def _hear_of(pool: Pool, arrived: Message, handle: Known) -> None:
    if handle.is_unheard_of:
        handle.first_seen = arrived.occurred_at
        pool.new_handles.append(handle)


def _settle(pool: Pool, arrived: Message, handle: Known) -> None:
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


def _link(cursor: Cursor, pool: Pool, arrived: Message, one: Known, other: Known, place: int, *, is_first: bool) -> None:
    """One claim: attach a handle of which nothing was ever said, merge two people, or let time decide between claims."""
    pair = pair_of(one, other)
    known = pool.claims.get(pair)
    claim = Claim(*pair, arrived.occurred_at, components.place_in(arrived.message, place), known.state if known else "joined")
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


def _kinds(person: Person) -> list[str]:
    return list((person.handles or {}).values())


def _is_constrained(pool: Pool, *handles: Known) -> bool:
    return bool(pool.constrained) and any(number in pool.constrained for handle in handles for number in handle.member.handles or ())


def _keep(pool: Pool, claim: Claim, arrived: Message) -> None:
    pool.claims[(claim.left, claim.right)] = claim
    pool.new_claims[(claim.left, claim.right)] = (claim, arrived.proof)
    if claim.state != "joined":
        pool.constrained |= {claim.left, claim.right}


def _attach(pool: Pool, arrived: Message, person: Person, handle: Known) -> None:
    handle.person, handle.origin = person, person.id
    person.handles = {**(person.handles or {}), handle.id: handle.kind}
    _identify(pool, arrived, person, handle.kind)


def _identify(pool: Pool, arrived: Message, person: Person, kind: str) -> None:
    if not person.is_identified and pool.policy.kind(kind).is_strong:
        person.is_identified = True
        person.source_id = arrived.source_id
        pool.identified.setdefault(person.id, arrived.source_id)


def _merge(pool: Pool, arrived: Message, one: Known, other: Known, claim: Claim) -> None:
    """The identified person survives, of two alike the one we knew first."""
    survivor, loser = sorted((one.member, other.member), key=lambda person: (not person.is_identified, person.id))
    moved = sorted(loser.handles or ())
    kinds = {one.id: one.kind, other.id: other.kind}
    evidence = components.evidence([claim._replace(proof=arrived.proof)], kinds, moved)
    survivor.handles = {**(survivor.handles or {}), **(loser.handles or {})}
    if loser.is_identified and not survivor.is_identified:
        _identify(pool, arrived, survivor, "user_id")
    loser.became = survivor
    pool.merges.append((arrived, survivor, loser, evidence))


def _judge(cursor: Cursor, pool: Pool, arrived: Message, one: Known, other: Known, claim: Claim, *, is_first: bool) -> None:
    """A limit is at stake. The newest claim of its component is decided by what stands; an earlier one replays the component."""
    component, near = _around(cursor, pool, {one.id, other.id, *(one.member.handles or ()), *(other.member.handles or ())})
    orders = [kept.order for kept in component.claims] + [kept.order for pair, (kept, _) in pool.new_claims.items() if near & set(pair)]
    if all(order < claim.order for order in orders):
        joins = one.member is other.member
        if not joins and components.may_join(_kinds(one.member), _kinds(other.member), (one.kind, other.kind), pool.policy):
            _merge(pool, arrived, one, other, claim)
            joins = True
        _keep(pool, claim._replace(state="joined" if joins else "conflict"), arrived)
        return
    if not is_first:
        raise Cut(arrived)
    _keep(pool, claim, arrived)
    flush(cursor, pool)
    owners, news = settle(cursor, [one.id, other.id], pool.policy, Settling(arrived.clock, BY_RULE, EARLIER_PROOF, arrived.source_id))
    pool.settled += [msgspec.structs.replace(merged, seq=arrived.seq) for merged in news]
    for handle in pool.by_hash.values():
        if handle.id in owners:
            owner = owners[handle.id]
            handle.person = pool.people[owner] = Person(owner) if pool.people.get(owner) is None else pool.people[owner]
            handle.person.became = None
    load_people(cursor, pool, set(owners.values()))


def _around(cursor: Cursor, pool: Pool, near: set[int]) -> tuple[Component, set[int]]:
    """The component of some handles, by the links of the tables and those of this batch, the refused ones too."""
    while True:
        component = load_component(cursor, sorted(near))
        wider = near | component.members.keys()
        wider |= {handle for pair in pool.new_claims if wider & set(pair) for handle in pair}
        if wider == near:
            return component, near
        near = wider
