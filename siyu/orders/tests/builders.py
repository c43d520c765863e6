"""Facts, handles and batches for tests of the order book; what does not matter has a default."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

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
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO facts_source (name, title, badge) VALUES (%s, '', '')"
            " ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id",
            [name],
        )
        return cursor.fetchone()[0]


def member(**columns: Any) -> int:
    """A person without handles."""
    values = {"is_identified": True, "store_id": None, "assistant_id": None, "nickname": ""} | columns
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO members_member (public_id, is_identified, created_at, nickname, source_id, store_id, assistant_id)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id",
            [uuid4().hex, values["is_identified"], NOON, values["nickname"], source(), values["store_id"], values["assistant_id"]],
        )
        return cursor.fetchone()[0]


def handle(member_id: int | None = None) -> int:
    """A handle of a member, or of a new one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO members_identity (kind, hash, value, member_id, first_seen) VALUES ('user_id', %s, '', %s, %s) RETURNING id",
            [uuid4(), member_id or member(), NOON],
        )
        return cursor.fetchone()[0]


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
        message=UUID(int=message) if message else uuid4(),
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
