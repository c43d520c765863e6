"""What the program says of members: known at once to whoever asks in this transaction, and told as a fact like any other."""

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from psycopg import Cursor

from siyu.facts.intake import digest
from siyu.facts.personal import Vault, conceal
from siyu.facts.rules import Incoming
from siyu.facts.services import record
from siyu.lib.crypto import lookup_hash

from ..reactions import keep_traits, name_members
from .carriers import Carrier, carriers
from .people import touch

IDENTIFIED = "member.identified"
_pair, _moment = itemgetter(0, 1), itemgetter(3, 4)


class Saying(NamedTuple):
    """A trait of a member and its value (None clears it), when it was said, and the key by which it is said once."""

    member_id: int
    trait: str
    value: Any
    at: datetime
    key: str

    @property
    def traits(self) -> dict[str, Any]:
        return {self.trait: self.value}


class Kept(NamedTuple):
    """A trait of a handle, as the message of a mark says it."""

    identity_id: int
    trait: str
    value: Any
    at: datetime
    mark: bytes


def say(cursor: Cursor, sayings: Sequence[Saying], *, source: str, zone: ZoneInfo, now: datetime) -> list[Kept]:
    """Say traits of members, of the oldest handle of each; who has none that can be told is left out.

    They are kept now, as the pump will keep them when the facts that tell of them have their turn: those find nothing to change.
    """
    known = carriers([one.member_id for one in sayings])
    sayings = [one for one in sayings if one.member_id in known]
    if not sayings:
        return []
    record([_fact(one, known[one.member_id]) for one in sayings], source=source, received_at=now)
    newest = {_pair(one): one for one in sorted((_kept(one, known[one.member_id], zone) for one in sayings), key=_moment)}
    kept = [newest[pair] for pair in sorted(newest) if pair[1] != "tags"]
    if kept:
        keep_traits(cursor, [(one.identity_id, one.trait, msgspec.json.encode(one.value), one.at, one.mark) for one in kept])
    members = {one.member_id for one in sayings}
    if any(one.trait == "nickname" for one in kept):
        name_members(cursor, members)
    touch(cursor, members)
    return kept


def _fact(one: Saying, carrier: Carrier) -> Incoming:
    told = {"traits": one.traits}
    return Incoming(name=IDENTIFIED, occurred_at=one.at, message=one.key, key=one.key, handles=[carrier.handle], properties=told)


def _kept(one: Saying, carrier: Carrier, zone: ZoneInfo) -> Kept:
    """What looks personal is kept as its token; what is behind that comes with the fact."""
    told = conceal(IDENTIFIED, {"traits": one.traits}, lookup_hash(*carrier.handle).bytes, Vault(), zone)
    return Kept(carrier.id, one.trait, told["traits"][one.trait], one.at, digest(one.key))
