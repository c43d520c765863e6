"""Facts, handles and batches for tests of the order book; what does not matter has a default."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import connection, transaction

from siyu.facts.rules import Batch, Fact
from siyu.merchant.queries import settings_book
from siyu.orders.reactions import book

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


def at(hours: float) -> datetime:
    """An instant so many hours after noon of the first day."""
    return NOON + timedelta(hours=hours)


def source(name: str = "shop") -> int:
    return apps.get_model("facts", "Source").objects.get_or_create(name=name)[0].pk


def member(**columns: Any) -> int:
    """A person without handles."""
    values = {"public_id": uuid4().hex, "is_identified": True, "created_at": NOON, "source_id": source()} | columns
    return apps.get_model("members", "Member").objects.create(**values).pk


def handle(member_id: int | None = None) -> int:
    """A handle of a member, or of a new one."""
    person = member_id or member()
    values = {"kind": "user_id", "hash": uuid4(), "value": b"", "member_id": person, "origin_id": person, "first_seen": NOON}
    return apps.get_model("members", "Identity").objects.create(**values).pk


def owner(identity_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT member_id FROM members_identity WHERE id = %s", [identity_id])
        return cursor.fetchone()[0]


def move(identity_id: int, member_id: int) -> None:
    """Re-point a handle, as a merge or its undo does."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE members_identity SET member_id = %s WHERE id = %s", [member_id, identity_id])


def fact(name: str, occurred_at: datetime, identity_id: int | None = None, /, message: int = 0, **properties: Any) -> Fact:
    """A fact as reactions see it; order facts are of shop `s` and number `1` unless told."""
    if name.startswith("order.") and name != "order.adjusted":
        properties = {"shop": "s", "order_number": "1"} | properties
    return Fact(
        seq=0,
        id=0,
        name=name,
        occurred_at=occurred_at,
        received_at=occurred_at,
        clock=occurred_at,
        business_day=occurred_at.astimezone(ZONE).date(),
        source_id=properties.pop("source", None) or source(),
        identity_id=identity_id,
        member_id=None if identity_id is None else owner(identity_id),
        properties=properties,
        mark=(UUID(int=message) if message else uuid4()).bytes,
        is_historical=properties.pop("is_historical", False),
    )


def batch_of(facts: Sequence[Fact]) -> Batch:
    until = max((fact.clock for fact in facts), default=NOON)
    return Batch(facts=list(facts), until=until, zone=ZONE, settings=settings_book(), currency="CNY")


def tell(*batches: Iterable[Fact]) -> None:
    """Let the book react to batches, each in a transaction of its own."""
    for facts in batches:
        with transaction.atomic(), connection.cursor() as cursor:
            book(cursor.cursor, batch_of(list(facts)))


def rows(query: str, *params: Any) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchall()
