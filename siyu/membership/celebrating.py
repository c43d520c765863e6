"""Rituals: on an occasion a member finds a card in the member centre, and gets what the ritual gives."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from psycopg import Cursor

from siyu.facts.rules import Batch, Derived
from siyu.lib.sql import statements
from siyu.loyalty.queries import ladder
from siyu.loyalty.rewards import Because, Reward, give
from siyu.merchant.rules import SYSTEM

_sql = statements("siyu.membership", "honours")
TIER_CHANGED, TIER_UP = "tier.changed", "tier_up"


class Occasion(NamedTuple):
    """Something to celebrate with a member; `key` makes it happen once, `values` fill the words."""

    occasion: str
    origin: int
    owner: int
    at: datetime
    key: str
    values: dict[str, Any]


class Ritual(NamedTuple):
    """What is done: a card, shown for so many days, and rewards."""

    title: str
    words: str
    rewards: list[dict[str, Any]]
    days: int


def greet(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """Celebrate who reached a higher tier in this batch."""
    moved = [fact for fact in batch.named(TIER_CHANGED) if fact.member_id is not None and not fact.is_historical]
    if not moved or TIER_UP not in _rituals(cursor):
        return None
    steps = {day: {step.code: step for step in ladder(day)} for day in {fact.business_day for fact in moved}}
    occasions = []
    for fact in moved:
        known = steps[fact.business_day]
        before, after = known.get(fact.properties.get("from", "")), known.get(fact.properties.get("to", ""))
        if after is not None and after.rank > (before.rank if before is not None else 0):
            member = fact.member_id or 0
            values = {"tier": after.name, "years": 0}
            occasions.append(Occasion(TIER_UP, member, batch.owner(member), fact.clock, fact.message.hex, values))
    celebrate(cursor, occasions)
    return None


def _rituals(cursor: Cursor) -> dict[str, Ritual]:
    """What is done on each occasion that is celebrated at all."""
    cursor.execute(_sql.rituals)
    return {name: Ritual(title, words, msgspec.json.decode(rewards), days) for name, title, words, rewards, days in cursor.fetchall()}


def celebrate(cursor: Cursor, occasions: Sequence[Occasion]) -> None:
    """Make the cards and give the rewards of the rituals that are on; each occasion once."""
    rituals = _rituals(cursor) if occasions else {}
    found = [(one, rituals[one.occasion]) for one in occasions if one.occasion in rituals]
    if not found:
        return
    cursor.execute(
        _sql.add_cards,
        {
            "origins": [one.origin for one, _ in found],
            "owners": [one.owner for one, _ in found],
            "occasions": [one.occasion for one, _ in found],
            "titles": [ritual.title % one.values for one, ritual in found],
            "words": [ritual.words % one.values for one, ritual in found],
            "ats": [one.at for one, _ in found],
            "untils": [one.at + timedelta(days=ritual.days) for one, ritual in found],
            "keys": [UUID(bytes=blake2b(f"{one.occasion}|{one.key}".encode(), digest_size=16).digest()) for one, _ in found],
        },
    )
    for one, ritual in found:
        because = Because("ritual", f"{one.occasion}:{one.key}", ritual.title % one.values)
        key = f"ritual:{one.occasion}:{one.key}"
        give(SYSTEM, [Reward(one.owner, terms, f"{key}:{number}", because) for number, terms in enumerate(ritual.rewards)], one.at)
