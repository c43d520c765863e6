"""What was decided about people, written set by set."""

import msgspec
from psycopg import Cursor

from siyu.facts.rules import Merged
from siyu.lib.crypto import encrypt_text, lookup_hash
from siyu.lib.sql import array, copy, escape, statements

from ..replay import absorb, member_line
from .pool import Person, Pool

_sql = statements("siyu.members", "resolver")


def write(cursor: Cursor, pool: Pool, places: dict[int, int]) -> tuple[list[Merged], dict[int, int]]:
    finals = {loser.id: survivor.id for _, survivor, loser, _ in pool.merges}
    pool.named += [person for person in pool.new_people if person.is_identified]
    pool.named += [pool.people.get(member) or Person(member) for member in pool.identified]
    pool.extended += [handle.member for handle in pool.new_handles]
    if pool.new_people:
        _write_people(cursor, pool)
    if pool.new_handles:
        _write_handles(cursor, pool)
    if pool.identified:
        cursor.execute(_sql.mark_identified, {"ids": list(pool.identified), "sources": list(pool.identified.values())})
    if pool.new_claims:
        _write_claims(cursor, pool)
    return (_write_merges(cursor, pool, places) if pool.merges else []), finals


def flush(cursor: Cursor, pool: Pool) -> None:
    """Write what is new so far, so that a replay finds all of it in its tables."""
    write(cursor, pool, {})
    for handle in pool.new_handles:
        handle.value, handle.first_seen = "", None
    pool.new_people, pool.new_handles, pool.new_claims, pool.identified = [], [], {}, {}


def final(person: Person) -> Person:
    while person.became is not None:
        person = person.became
    return person


def _write_people(cursor: Cursor, pool: Pool) -> None:
    copy(
        cursor,
        _sql.add_members,
        [member_line(p.id, p.is_identified, p.created_at, p.source_id, p.became.id if p.became else None) for p in pool.new_people],
    )


def _write_handles(cursor: Cursor, pool: Pool) -> None:
    lines = []
    for handle in pool.new_handles:
        tail = lookup_hash("phone tail", handle.value[-4:]).hex if handle.kind == "phone" else "\\N"
        lines.append(
            f"{handle.id}\t{escape(handle.kind)}\t{handle.hash.hex()}\t\\\\x{encrypt_text(handle.value).hex()}\t{tail}\t{handle.member.id}\t"
            f"{handle.origin}\t{handle.first_seen}\n"
        )
    copy(cursor, _sql.add_identities, lines)


def _write_claims(cursor: Cursor, pool: Pool) -> None:
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


def _write_merges(cursor: Cursor, pool: Pool, places: dict[int, int]) -> list[Merged]:
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
        cursor.execute(_sql.move_all_identities, {"losers": losers, "survivors": [final(loser).id for _, loser in known]})
        cursor.execute(_sql.mark_merged, {"losers": losers, "survivors": [survivor.id for survivor, _ in known]})
        absorb(cursor, [(final(loser).id, loser.id) for _, loser in known])
    return [
        Merged(seq=places[arrived.position], clock=arrived.clock, survivor_id=survivor.id, loser_id=loser.id, merge_id=number)
        for (arrived, survivor, loser, _), number in zip(merges, numbers, strict=True)
    ]
