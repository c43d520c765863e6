"""What a batch of facts tells about people: roll-ups, traits, consents, tags; and the turning of the three clocks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from struct import Struct
from typing import Any

import msgspec
from psycopg import Cursor

from siyu.facts.rules import Batch, Derived, Fact
from siyu.lib import wire
from siyu.lib.sql import statements
from siyu.lib.wire import Uuids, packed

from . import clocks, news
from .rules import UNDATED, channel_meant, normal_word

_sql = statements("siyu.members", "reactions")
_SEEN = Struct(">hiqiqiqiiiq")  # columns; member_id, first_seen, last_seen, last_seen_day, facts
_TRAIT, _VALUE, _SAID = Struct(">hiqi"), Struct(">iB"), Struct(">iqi16s")  # columns; identity_id, name, value, occurred_at, message
_CONSENTS = ("consent.given", "consent.withdrawn")
MAX_TAGS = 50  # of one fact


def see(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """Roll up what was seen of each member, and keep what was said of them."""
    _roll_up(cursor, batch)
    identified = [fact for fact in batch.named("member.identified") if isinstance(fact.properties.get("traits"), dict)]
    if identified:
        _keep_traits(cursor, batch, identified)
        _keep_names_and_tags(cursor, batch, identified)
    if agreed := [fact for fact in batch.named(*_CONSENTS) if fact.identity_id is not None]:
        _keep_consents(cursor, agreed)
    return news.of_batch(batch)


def _roll_up(cursor: Cursor, batch: Batch) -> None:
    seen: dict[int, _Seen] = {}
    for fact in batch.facts:
        member = fact.member_id
        if member is None or fact.depth:
            continue
        if member in batch.finals:
            member = batch.owner(member)
        if (rollup := seen.get(member)) is None:
            seen[member] = _Seen(fact.occurred_at, fact.occurred_at, fact.business_day)
            continue
        rollup.facts += 1
        if fact.occurred_at > rollup.last:
            rollup.last = fact.occurred_at
        elif fact.occurred_at < rollup.first:
            rollup.first = fact.occurred_at
        if fact.business_day > rollup.day:
            rollup.day = fact.business_day
    if new := sorted(seen.keys() & batch.newcomers):
        wire.copy(cursor, _sql.see_first, [seen.pop(member).row(member) for member in new])
    if seen:
        members = sorted(seen)
        rows = [seen[member] for member in members]
        columns = {
            "members": members,
            "first": [row.first for row in rows],
            "last": [row.last for row in rows],
            "day": [row.day for row in rows],
            "facts": [row.facts for row in rows],
        }
        cursor.execute(_sql.see, columns)


@dataclass(slots=True)
class _Seen:
    """A member's part of a batch."""

    first: datetime
    last: datetime
    day: date
    facts: int = 1

    def row(self, member: int) -> bytes:
        """Of a member who was never seen before."""
        return _SEEN.pack(
            5, 8, member, 8, wire.microseconds(self.first), 8, wire.microseconds(self.last), 4, wire.days(self.day), 8, self.facts
        )


def _keep_traits(cursor: Cursor, batch: Batch, identified: Sequence[Fact]) -> None:
    newest: dict[tuple[int, str], tuple[Fact, Any]] = {}
    for fact in identified:
        for name, value in fact.properties["traits"].items():
            if fact.identity_id is None or name == "tags":
                continue
            held = newest.get((fact.identity_id, name))
            if held is None or (held[0].occurred_at, held[0].mark) < (fact.occurred_at, fact.mark):
                newest[(fact.identity_id, name)] = (fact, value)
    said: list[tuple[int, str, bytes, datetime, bytes]] = []
    first: list[tuple[int, str, bytes, datetime, bytes]] = []
    for (identity, name), (fact, value) in sorted(newest.items(), key=itemgetter(0)):
        trait = (identity, name, msgspec.json.encode(value), fact.occurred_at, fact.mark)
        (first if identity in batch.new_handles else said).append(trait)
    if first:
        wire.copy(cursor, _sql.keep_first_traits, [_trait_row(*trait) for trait in first])
    if said:
        keep_traits(cursor, said)


def keep_traits(cursor: Cursor, said: Sequence[tuple[int, str, bytes, datetime, bytes]]) -> None:
    """Keep traits, unless a newer saying is kept: handle, name (each pair once), value, when it was said and the mark of its message."""
    identities, names, values, instants, marks = map(list, zip(*said, strict=True))
    columns = {"identity": identities, "name": names, "value": [value.decode() for value in values], "occurred_at": instants}
    cursor.execute(_sql.keep_traits, {**columns, "message": packed(Uuids, marks)})


def _trait_row(identity: int, name: str, value: bytes, occurred_at: datetime, mark: bytes) -> bytes:
    """Of a handle of which nothing was said before."""
    named = name.encode()
    what = _VALUE.pack(1 + len(value), 1)  # length and form
    return b"".join((_TRAIT.pack(5, 8, identity, len(named)), named, what, value, _SAID.pack(8, wire.microseconds(occurred_at), 16, mark)))


def _keep_consents(cursor: Cursor, agreed: Sequence[Fact]) -> None:
    columns = {
        "identity": [fact.identity_id for fact in agreed],
        "purpose": [normal_word(str(fact.properties["purpose"])) for fact in agreed],
        "channel": [channel_meant(str(fact.properties.get("channel") or "")) for fact in agreed],
        "is_given": [fact.name == "consent.given" for fact in agreed],
        "occurred_at": [UNDATED if fact.properties.get("undated") is True else fact.occurred_at for fact in agreed],
        "proof": [str(fact.properties.get("proof") or "") for fact in agreed],
        "message": [fact.message for fact in agreed],
    }
    cursor.execute(_sql.keep_consents, columns)


def _keep_names_and_tags(cursor: Cursor, batch: Batch, identified: Sequence[Fact]) -> None:
    named, tagged = set(), []
    for fact in identified:
        if fact.member_id is None:
            continue
        traits = fact.properties["traits"]
        if "nickname" in traits:
            named.add(batch.owner(fact.member_id))
        tags = traits.get("tags")
        if isinstance(tags, list):
            names = [tag.strip()[:60] for tag in tags[:MAX_TAGS] if isinstance(tag, str) and tag.strip()]
            tagged += [(batch.owner(fact.member_id), name, fact.clock) for name in names]
    if named:
        name_members(cursor, named)
    if tagged:
        put_tags(cursor, tagged, "facts")


def name_members(cursor: Cursor, members: Collection[int]) -> None:
    """Call members as their newest nickname says."""
    cursor.execute(_sql.name_members, {"members": list(members)})


def put_tags(cursor: Cursor, tagged: Sequence[tuple[int, str, datetime]], by: str) -> None:
    """Put tags (made on first use) on members: (member, name, instant)."""
    names = sorted({name for _, name, _ in tagged})
    cursor.execute(_sql.make_tags, {"names": names, "now": tagged[0][2]})
    members, tags, instants = ([row[place] for row in tagged] for place in range(3))
    cursor.execute(_sql.put_tags, {"members": members, "names": tags, "at": instants, "by": by})


def turn_clocks(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """Turn the clocks of members whom facts or merges of the batch move, and of all whose time comes inside it."""
    return clocks.turn_batch(cursor, batch)
