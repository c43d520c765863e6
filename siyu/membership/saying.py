"""Facts that this room's services record: said of a handle of the member, by whoever acts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.lib.crypto import decrypt_text
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.merchant.rules import Actor

_sql = statements("siyu.membership", "holders")
SOURCES = {"member": "member_centre", "staff": "console", "api_key": "api", "system": "services"}


class Named(NamedTuple):
    """A handle: its number, and what the outside calls it."""

    id: int
    handle: Handle


def handles_of(members: Sequence[int]) -> dict[int, Named]:
    """A handle of each member. Refusal: `member.unknown` when one has none (it was merged, or erased)."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.handles, {"members": list(members)})
        found = {member: Named(number, Handle(kind, decrypt_text(value))) for member, number, kind, value in cursor.fetchall()}
    if missing := set(members) - found.keys():
        raise Refusal("member.unknown", "there is no member %(member)s", member=min(missing))
    return found


def fact(name: str, handle: Handle, at: datetime, key: str, properties: dict[str, Any]) -> Incoming:
    """One fact with a natural key: however often it is recorded, it happens once."""
    return Incoming(name=name, occurred_at=at, message=key, key=key, handles=[handle], properties=properties)


def tell(by: Actor, facts: Sequence[Incoming], now: datetime) -> None:
    """Record facts in the caller's transaction, under the source of whoever acts."""
    if facts:
        record(facts, source=SOURCES[by.kind], received_at=now)
