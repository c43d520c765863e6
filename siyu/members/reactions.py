"""What a batch of facts tells about people: roll-ups, traits, consents, tags; and the turning of the three clocks."""

from collections.abc import Sequence
from datetime import datetime

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived, Fact
from siyu.lib.sql import statements

from . import clocks

_sql = statements("siyu.members", "reactions")
_CONSENTS = ("consent.given", "consent.withdrawn")
MAX_TAGS = 50  # of one fact


def see(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """Roll up what was seen of each member, and keep what was said of them."""
    cursor.execute(_sql.see)
    identified = batch.named("member.identified")
    if identified:
        _keep_traits(cursor, batch, identified)
    if any(fact.name in _CONSENTS for fact in batch.facts):
        cursor.execute(_sql.keep_consents)
    return _merge_news(batch)


def _keep_traits(cursor: Cursor, batch: Batch, identified: list[Fact]) -> None:
    cursor.execute(_sql.keep_traits)
    named, tagged = set(), []
    for fact in identified:
        traits = fact.properties.get("traits")
        if fact.member_id is None or not isinstance(traits, dict):
            continue
        if "nickname" in traits:
            named.add(batch.owner(fact.member_id))
        tags = traits.get("tags")
        if isinstance(tags, list):
            tagged += [
                (batch.owner(fact.member_id), tag.strip()[:60], fact.clock)
                for tag in tags[:MAX_TAGS]
                if isinstance(tag, str) and tag.strip()
            ]
    if named:
        cursor.execute(_sql.name_members, {"members": list(named)})
    if tagged:
        put_tags(cursor, tagged, "facts")


def put_tags(cursor: Cursor, tagged: Sequence[tuple[int, str, datetime]], by: str) -> None:
    """Put tags (made on first use) on members: (member, name, instant)."""
    names = sorted({name for _, name, _ in tagged})
    cursor.execute(_sql.make_tags, {"names": names, "now": tagged[0][2]})
    members, tags, instants = ([row[place] for row in tagged] for place in range(3))
    cursor.execute(_sql.put_tags, {"members": members, "names": tags, "at": instants, "by": by})


def _merge_news(batch: Batch) -> list[Derived]:
    causes = {fact.seq: fact for fact in batch.facts}
    first: dict[int, int] = {}  # of the merges that one fact caused
    for place, merge in enumerate(batch.merges):
        first.setdefault(merge.seq, place)
    return [
        Derived(
            name="member.merged",
            reaction="members.see",
            member_id=merge.survivor_id,
            properties={"survivor": merge.survivor_id, "loser": merge.loser_id, "merge": merge.merge_id},
            cause=causes[merge.seq],
            discriminator=str(place - first[merge.seq]),
        )
        for place, merge in enumerate(batch.merges)
        if merge.seq in causes
    ]


def turn_clocks(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """Turn the clocks of members whom facts or merges of the batch move, and of all whose time comes inside it."""
    return clocks.turn_batch(cursor, batch)
