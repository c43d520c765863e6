"""The facts that tell of moves of value which somebody asked for, recorded with them in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b

from psycopg import Cursor

from siyu.facts.rules import Derived, Incoming
from siyu.facts.services import record, source_of
from siyu.members.services import Carrier, carriers
from siyu.merchant.rules import Actor

from ..reactions import news_of
from ..rules import Book
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


def tell(
    cursor: Cursor,
    by: Actor,
    asked: Mapping[str, Asked],
    done: Mapping[str, Receipt],
    book: Book,
    named: Mapping[int, Carrier],
    now: datetime,
) -> None:
    """One fact for each move, said of a handle of the member, and one for each tier that followed."""
    facts = []
    for key, one in asked.items():
        receipt = done[key]
        if (name := NAMES.get(one.kind)) is None or receipt.member_id not in named:
            continue
        properties = {"unit": receipt.unit, "amount": receipt.amount, "balance": receipt.balance, "key": key}
        properties |= {"because": one.because.kind, "ref": one.because.ref, "words": one.because.words}
        if receipt.deduct_minor:
            properties["deduct_minor"] = receipt.deduct_minor
        handle = named[receipt.member_id].handle
        facts.append(Incoming(name=name, occurred_at=now, message=f"{name}:{key}", handles=[handle], properties=properties))
    if facts:
        record(facts, source=source_of(by), received_at=now, cursor=cursor)
    if book.news:
        tell_news(by, news_of(book.programme, book.news), next(iter(asked)), now)


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
