"""What was decided about people, written set by set."""

from struct import Struct

import msgspec
from psycopg import Cursor

from siyu.facts.rules import Merged
from siyu.lib import wire
from siyu.lib.crypto import encrypt_text, lookup_digest
from siyu.lib.lane import Promise
from siyu.lib.sql import statements

from ..locking import lock_early
from ..replay import absorb, mark_merged, member_row, merge_numbers
from ..rules import BY_RULE, ONE_LINK
from .pool import Known, Person, Pool

_sql = statements("siyu.members", "resolver")
_HANDLE = Struct(">hiqiqiqiqi16si")  # columns; id, member_id, origin_id, first_seen, hash; length of the kind


def write(cursor: Cursor, pool: Pool) -> tuple[list[Merged], dict[int, int]]:
    finals = {loser.id: survivor.id for _, survivor, loser, _ in pool.merges}
    merging = {person.id for _, *pair, _ in pool.merges if pair[1].created_at is None for person in pair if person.created_at is None}
    locked = lock_early(cursor, merging)  # before anything of theirs is looked at, so that nothing is given to one who is no more
    pool.named += [person for person in pool.new_people if person.is_identified]
    pool.named += [pool.people.get(member) or Person(member) for member in pool.identified]
    pool.extended += [handle.member for handle in pool.new_handles]
    if pool.new_people:
        _write_people(cursor, pool)
    if pool.new_handles:
        _write_handles(cursor, pool)
    if pool.identified:
        columns = {"ids": list(pool.identified), "sources": list(pool.identified.values())}
        cursor.execute(_sql.mark_identified, columns)
    if pool.new_claims:
        _write_claims(cursor, pool)
    return (_write_merges(cursor, pool, locked) if pool.merges else []), finals


def flush(cursor: Cursor, pool: Pool) -> None:
    """Write what is new so far, so that a replay finds all of it in its tables. Who became one by it is left to the replay, too, which
    has the same links: what is merged here would be told to rooms that then hear of the replay."""
    for _, _, loser, _ in pool.merges:
        loser.became = None
    pool.merges = []
    write(cursor, pool)
    for handle in pool.new_handles:
        handle.value, handle.first_seen = "", None
    pool.new_people, pool.new_handles, pool.new_claims, pool.identified = [], [], {}, {}


def final(person: Person) -> Person:
    while person.became is not None:
        person = person.became
    return person


def _write_people(cursor: Cursor, pool: Pool) -> None:
    rows = []
    for new in pool.new_people:
        assert new.created_at is not None
        rows.append(member_row(new.id, new.is_identified, new.created_at, new.source_id, new.became.id if new.became else None))
    wire.copy(cursor, _sql.add_members, rows)


def _write_handles(cursor: Cursor, pool: Pool) -> None:
    rows = [_handle(handle) for handle in pool.new_handles]
    wire.copy(cursor, _sql.add_identities, rows)


def _handle(new: Known) -> bytes:
    assert new.first_seen is not None
    kind, value = new.kind.encode(), encrypt_text(new.value)
    tail = b"\0\0\0\x10" + lookup_digest("phone tail", new.value[-4:]) if new.kind == "phone" else wire.NULL
    whose = _HANDLE.pack(8, 8, new.id, 8, new.member.id, 8, new.origin, 8, wire.microseconds(new.first_seen), 16, new.hash, len(kind))
    return b"".join((whose, kind, len(value).to_bytes(4, "big"), value, tail))


def _write_claims(cursor: Cursor, pool: Pool) -> None:
    claims = sorted(pool.new_claims.items())
    columns = {
        "left": [left for (left, _), _ in claims],
        "right": [right for (_, right), _ in claims],
        "occurred_at": [claim.occurred_at for _, (claim, _) in claims],
        "message": [claim.message for _, (claim, _) in claims],
        "proof": [proof for _, (_, proof) in claims],
        "state": [claim.state for _, (claim, _) in claims],
    }
    cursor.execute(_sql.keep_links, columns)


def _write_merges(cursor: Cursor, pool: Pool, locked: Promise | None) -> list[Merged]:
    merges = pool.merges
    numbers = merge_numbers(cursor, len(merges))
    cursor.execute(
        _sql.log_merges,
        {
            "ids": numbers,
            "survivor": [survivor.id for _, survivor, _, _ in merges],
            "loser": [loser.id for _, _, loser, _ in merges],
            "at": [arrived.clock for arrived, _, _, _ in merges],
            "by": [BY_RULE] * len(merges),
            "because": [ONE_LINK] * len(merges),
            "evidence": [msgspec.json.encode(evidence).decode() for _, _, _, evidence in merges],
        },
    )
    known = [(survivor, loser) for _, survivor, loser, _ in merges if loser.created_at is None]
    if known:
        if locked is not None:
            locked.wait()
        losers = [loser.id for _, loser in known]
        cursor.execute(_sql.move_all_identities, {"losers": losers, "survivors": [final(loser).id for _, loser in known]})
        mark_merged(cursor, losers, [survivor.id for survivor, _ in known])
        absorb(cursor, [(final(loser).id, loser.id) for _, loser in known])
    return [
        Merged(
            seq=arrived.seq,
            clock=arrived.clock,
            survivor_id=survivor.id,
            loser_id=loser.id,
            merge_id=number,
        )
        for (arrived, survivor, loser, _), number in zip(merges, numbers, strict=True)
    ]
