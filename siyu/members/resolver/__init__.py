"""Handles → people, inside the pump: each message in turn finds, creates, attaches or merges, exactly as if it came alone.

Everything is decided in memory over what one SELECT each brought (`pool`), message by message (`claims`), then written set
by set (`writing`). Only where a limit is at stake are a component's links replayed in order of time (`members.components`);
such a message begins a batch of its own.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from psycopg import Cursor

from siyu.facts.message import Message
from siyu.facts.rules import Batch, Merged
from siyu.lib.sql import statements

from ..rules import policy_of
from .claims import hear
from .pool import Asked, ask, load
from .writing import final, write

__all__ = ["ask", "handles_of", "resolve"]
_sql = statements("siyu.members", "resolver")


def resolve(cursor: Cursor, arriving: Sequence[Message], batch: Batch, asked: Asked | None = None) -> tuple[list[Merged], dict[int, int]]:
    """Fill in handle and member of each message; returns the merges (each just before the message in its place) and who became whom.

    `asked`: what these messages had `ask` ask, if all of them arrived.
    """
    policy = policy_of(batch.settings, batch.until.date())
    pool = load(cursor, arriving, policy, asked if asked and asked.messages == len(arriving) else ask(cursor, arriving))
    for arrived in arriving:
        if arrived.handles:
            first = pool.by_hash[arrived.handles[0].hash]
            if (first.first_seen is None and first.value) or arrived.proof:
                hear(cursor, pool, arrived, first, is_first=arrived.seq == 0)
            person = first.person
            arrived.identity_id = first.id
            arrived.member_id = person.id if person.became is None else first.member.id
    merges, finals = write(cursor, pool)
    batch.settled = pool.settled
    batch.new_handles = {handle.id for handle in pool.new_handles}
    batch.newcomers = {person.id for person in pool.new_people} - finals.keys() - set(finals.values())
    batch.touched = {"": {final(person).id for person in pool.named}, "members.identities": {final(person).id for person in pool.extended}}
    return merges, finals


def handles_of(cursor: Cursor, members: Mapping[int, int]) -> dict[int, tuple[int, UUID]]:
    """Member → the oldest handle that came with it: its number and its hash. `members`: each with who it has become.

    Which handle that is no later merge changes, so it is the same however a batch is cut.
    """
    cursor.execute(_sql.handles_of, {"members": list(members), "owners": list(members.values())})
    return {member: (handle, hash_) for member, handle, hash_ in cursor.fetchall()}
