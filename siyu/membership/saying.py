"""Facts that this room's services record: said of a handle of the member, by whoever acts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record, source_of
from siyu.lib.refusal import Refusal
from siyu.members.services import Carrier, carriers
from siyu.merchant.rules import Actor


def handles_of(members: Sequence[int]) -> dict[int, Carrier]:
    """A handle of each member. Refusal: `member.unknown` when one has none (it was merged, or erased)."""
    found = carriers(members)
    if missing := set(members) - found.keys():
        raise Refusal("member.unknown", "there is no member %(member)s", member=min(missing))
    return found


def fact(name: str, handle: Handle, at: datetime, key: str, properties: dict[str, Any]) -> Incoming:
    """One fact with a natural key: however often it is recorded, it happens once."""
    return Incoming(name=name, occurred_at=at, message=key, key=key, handles=[handle], properties=properties)


def tell(by: Actor, facts: Sequence[Incoming], now: datetime) -> None:
    """Record facts in the caller's transaction, under the source of whoever acts."""
    if facts:
        record(facts, source=source_of(by), received_at=now)
