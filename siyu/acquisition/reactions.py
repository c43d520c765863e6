"""Arrivals of a batch: facts that say through which channel their person came. First and last touch commute with any order of arrival."""

from collections.abc import Iterable
from typing import NamedTuple

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived, Fact
from siyu.lib.sql import statements
from siyu.merchant.rules import SYSTEM

from .rules import AUTOMATIC_PREFIX, MARKS, OTHER, Match, channel_code, claim_of

_sql = statements("siyu.acquisition", "attribution")
MAX_AUTOMATIC = 500  # channels made by facts; what would be one more goes to `other`


class Touch(NamedTuple):
    """An arrival as first and last touch compare it."""

    at: tuple  # (occurrence, message)
    channel_id: int
    code: str


def attribute(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """Write the batch's arrivals and bring their members' first and last channel up to date. Without arrivals it asks nothing."""
    marked = [fact for fact in batch.facts if not MARKS.isdisjoint(fact.properties)]
    claims = [(fact, claim) for fact in marked if (claim := claim_of(fact)) is not None]
    if not claims:
        return None
    matches = [Match(*row) for row in cursor.execute(_sql.matches).fetchall()] if any(not claim.channel for _, claim in claims) else []
    codes = [channel_code(claim, matches) for _, claim in claims]
    channels = _channels(cursor, zip(codes, (fact for fact, _ in claims), strict=True))
    touches = [
        (fact, Touch((fact.occurred_at, fact.message), channels[code], claim.code))
        for (fact, claim), code in zip(claims, codes, strict=True)
    ]
    _arrive(cursor, touches)
    _attribute(cursor, batch, touches)
    return None


def restate(cursor: Cursor, members: list[int]) -> None:
    """Take these members' attribution afresh from the arrivals of their handles."""
    cursor.execute(_sql.forget, {"members": members})
    cursor.execute(_sql.restate, {"members": members})


def _channels(cursor: Cursor, named: Iterable[tuple[str, Fact]]) -> dict[str, int]:
    """The id of every code: unknown ones become channels in the order of the facts that name them, until there are too many."""
    first: dict[str, Fact] = {}
    for code, fact in named:
        first.setdefault(code, fact)
    known: dict[str, int] = dict(cursor.execute(_sql.find_channels, {"codes": list(first)}).fetchall())
    missing = [code for code in first if code not in known]
    if not missing:
        return known
    row = cursor.execute(_sql.count_automatic, {"maker": SYSTEM.name, "other": OTHER}).fetchone()
    room = max(MAX_AUTOMATIC - (row[0] if row else 0), 0)
    made = {code: first[code].clock for code in [code for code in missing if code != OTHER][:room]}
    if without_room := [code for code in missing if code not in made]:
        made[OTHER] = first[without_room[0]].clock
    names = [code.removeprefix(AUTOMATIC_PREFIX) for code in made]
    cursor.execute(_sql.add_channels, {"code": list(made), "name": names, "created_at": list(made.values()), "maker": SYSTEM.name})
    known |= dict(cursor.execute(_sql.find_channels, {"codes": list(made)}).fetchall())
    return {code: known.get(code) or known[OTHER] for code in first}


def _arrive(cursor: Cursor, touches: Iterable[tuple[Fact, Touch]]) -> None:
    rows = [(fact.identity_id, touch.channel_id, touch.code, fact.occurred_at, fact.message) for fact, touch in touches]
    names = ("identity_id", "channel_id", "code", "occurred_at", "message")
    cursor.execute(_sql.arrive, dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def _attribute(cursor: Cursor, batch: Batch, touches: Iterable[tuple[Fact, Touch]]) -> None:
    first: dict[int, Touch] = {}
    last: dict[int, Touch] = {}
    for fact, touch in touches:
        if fact.member_id is None:
            continue
        member = batch.owner(fact.member_id)
        first[member] = min(touch, first.get(member, touch))
        last[member] = max(touch, last.get(member, touch))
    members = sorted(first)
    batch.touched["acquisition.attribution"] = set(members)
    columns: dict[str, list] = {"member_id": members}
    for side, touched in (("first", first), ("last", last)):
        columns |= {
            f"{side}_channel_id": [touched[member].channel_id for member in members],
            f"{side}_code": [touched[member].code for member in members],
            f"{side}_at": [touched[member].at[0] for member in members],
            f"{side}_message": [touched[member].at[1] for member in members],
        }
    if members:
        cursor.execute(_sql.attribute, columns)
