"""The facts that tell of moves of value which somebody asked for, recorded with them in one transaction."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b

from psycopg import Cursor

from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.lib.crypto import decrypt_text
from siyu.lib.sql import statements
from siyu.merchant.rules import Actor

from ..reactions import news_of
from ..rules import Book
from .asked import Asked
from .value_items import Receipt

_sql = statements("siyu.loyalty", "services")
SOURCES = {"member": "member_centre", "staff": "console", "api_key": "api", "system": "services"}
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


def tell(cursor: Cursor, by: Actor, asked: Mapping[str, Asked], done: Mapping[str, Receipt], book: Book, now: datetime) -> None:
    """One fact for each move, said of a handle of the member, and one for each tier that followed."""
    news = news_of(book.programme, book.news)
    members = {receipt.member_id for receipt in done.values()} | {one.member_id for one in news}
    cursor.execute(_sql.handles, {"members": sorted(members)})
    handles = {member: Handle(kind, decrypt_text(value)) for member, kind, value in cursor.fetchall()}
    facts = []
    for key, one in asked.items():
        receipt = done[key]
        if (name := NAMES.get(one.kind)) is None or receipt.member_id not in handles:
            continue
        properties = {"unit": receipt.unit, "amount": receipt.amount, "balance": receipt.balance, "key": key}
        properties |= {"because": one.because.kind, "ref": one.because.ref, "words": one.because.words}
        if receipt.deduct_minor:
            properties["deduct_minor"] = receipt.deduct_minor
        facts.append(
            Incoming(name=name, occurred_at=now, message=f"{name}:{key}", handles=[handles[receipt.member_id]], properties=properties)
        )
    for place, told in enumerate(news):
        if told.member_id in handles:
            message = blake2b(f"{next(iter(asked))}|{place}|{told.name}|{told.discriminator}".encode(), digest_size=16).hexdigest()
            handle = handles[told.member_id]
            facts.append(
                Incoming(name=told.name, occurred_at=told.at or now, message=message, handles=[handle], properties=told.properties)
            )
    if facts:
        record(facts, source=SOURCES.get(by.kind, "services"), received_at=now)
