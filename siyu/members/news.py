"""What the log is told of members who became one, or two again: behind the fact that brought it; of what staff decided, in its time."""

from collections.abc import Sequence
from datetime import datetime

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived, Fact, Merged
from siyu.lib.sql import array, statements

from .queries.lines import ends

_sql = statements("siyu.members", "news")


def of_batch(batch: Batch) -> list[Derived]:
    """What the facts of a batch brought about."""
    merges = [*batch.settled, *batch.merges]  # only the first message of a batch replays claims, before it merges anybody else
    if not merges:
        return []
    first: dict[int, int] = {}  # of the merges that one fact caused
    for place, merge in enumerate(merges):
        first.setdefault(merge.seq, place)
    causes = {fact.seq: fact for fact in batch.facts if fact.seq in first}
    return [
        _told(merge, merge.survivor_id, str(place - first[merge.seq]), cause=causes[merge.seq])
        for place, merge in enumerate(merges)
        if merge.seq in causes
    ]


def keep(cursor: Cursor, merges: Sequence[Merged]) -> None:
    """Let the pump tell what no fact brought about."""
    columns = {"merges": array(merge.merge_id for merge in merges), "at": [merge.clock for merge in merges]}
    cursor.execute(_sql.keep, {**columns, "undone": [merge.is_undone for merge in merges]})


def due(cursor: Cursor, batch: Batch, most: int) -> list[Derived]:
    """What was kept up to an instant, of at most so many; each is told of who its survivor has become."""
    cursor.execute(_sql.take, {"until": batch.until, "limit": most})
    merges = [
        Merged(seq=-1, clock=at, survivor_id=survivor, loser_id=loser, merge_id=number, is_undone=is_undone)
        for _, at, is_undone, number, survivor, loser in sorted(cursor.fetchall())
    ]
    batch.move("members", {merge.survivor_id for merge in merges})
    owners = ends(cursor, {merge.survivor_id for merge in merges})
    return [_told(merge, owners[merge.survivor_id], str(merge.merge_id), at=merge.clock) for merge in merges]


def next_due(cursor: Cursor) -> datetime | None:
    """The earliest instant of what is kept."""
    cursor.execute(_sql.next_due)
    row = cursor.fetchone()
    return row[0] if row else None


def _told(merge: Merged, member: int, discriminator: str, *, cause: Fact | None = None, at: datetime | None = None) -> Derived:
    return Derived(
        name="member.unmerged" if merge.is_undone else "member.merged",
        reaction="members.see",
        member_id=member,
        properties={"survivor": merge.survivor_id, "loser": merge.loser_id, "merge": merge.merge_id},
        cause=cause,
        at=at,
        discriminator=discriminator,
    )
