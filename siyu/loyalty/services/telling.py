"""The facts that tell of moves of value which somebody asked for, recorded with them in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from psycopg import Cursor

from siyu.facts.rules import Derived, Handle, Incoming
from siyu.facts.services import record, source_of
from siyu.members.services import Carrier, carriers
from siyu.merchant.rules import Actor

from ..rules import News
from .asked import Asked
from .value_items import Receipt

NAMES = {
    "grant": "value.granted",
    "import": "value.granted",
    "spend": "value.spent",
    "capture": "value.spent",
    "hold": "value.held",
    "void": "value.released",
    "give_back": "value.returned",
    "take_back": "value.taken_back",
    "transfer": "value.transferred",
    "adjust": "value.adjusted",
}


class Move(NamedTuple):
    """A move that was made: by whom and when, what was asked, and what is answered."""

    by: Actor
    at: datetime
    asked: Asked
    receipt: Receipt


class Followed(NamedTuple):
    """Moves of tier that followed from what somebody asked for under a key."""

    by: Actor
    key: str
    at: datetime
    news: Sequence[News]


def tell(cursor: Cursor, moves: Sequence[Move], named: Mapping[int, Carrier]) -> None:
    """One fact for each move, said of a handle of the member; those of one source arrive together, at the latest of their instants."""
    facts: dict[str, list[Incoming]] = {}
    for move in moves:
        if move.asked.kind in NAMES and move.receipt.member_id in named:
            facts.setdefault(source_of(move.by), []).append(_fact(move, named[move.receipt.member_id].handle))
    for source, own in facts.items():
        record(own, source=source, received_at=max(one.occurred_at for one in own), cursor=cursor)


def _fact(move: Move, handle: Handle) -> Incoming:
    _, at, asked, receipt = move
    properties = {"unit": receipt.unit, "amount": receipt.amount, "balance": receipt.balance, "key": asked.key}
    properties |= {"because": asked.because.kind, "ref": asked.because.ref, "words": asked.because.words}
    if receipt.deduct_minor:
        properties["deduct_minor"] = receipt.deduct_minor
    name = NAMES[asked.kind]
    return Incoming(name=name, occurred_at=at, message=f"{name}:{asked.key}", handles=[handle], properties=properties)


def tell_news(by: Actor, news: Sequence[Derived], key: str, now: datetime) -> None:
    """What followed from something that was asked for under a key: a fact each, the same however often it is told."""
    named = carriers([one.member_id for one in news])
    facts = []
    for place, one in enumerate(news):
        if one.member_id in named:
            message = blake2b(f"{key}|{place}|{one.name}|{one.discriminator}".encode(), digest_size=16).hexdigest()
            handle = named[one.member_id].handle
            facts.append(Incoming(name=one.name, occurred_at=one.at or now, message=message, handles=[handle], properties=one.properties))
    if facts:
        record(facts, source=source_of(by), received_at=now)
