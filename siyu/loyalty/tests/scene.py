"""A small pool lived through the real pump: what reading tests and the corruption of single rows start from."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.db import connection

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.run import Report
from siyu.facts.services import record
from siyu.lib.crypto import lookup_hash
from siyu.loyalty.services import install_default_programme
from siyu.merchant.rules import SYSTEM

START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # midday in Shanghai
FIRST_DAY = date(2026, 1, 1)
_messages = count(1)


def install() -> None:
    install_default_programme(SYSTEM, FIRST_DAY)


def happens(name: str, who: str, at: datetime = START, proof: str = "", also: str = "", **properties: Any) -> Report:
    """One fact, received when it occurs, and pumped."""
    handles = [Handle("anonymous_id", handle) for handle in (who, also) if handle]
    fact = Incoming(name=name, occurred_at=at, message=f"scene{next(_messages)}", handles=handles, proof=proof, properties=properties)
    record([fact], source="web", received_at=at)
    report = pump(at)
    assert (report.stopped, report.quarantined) == ("", 0)
    return report


def pays(who: str, amount_minor: int, order: str, at: datetime = START, **more: Any) -> None:
    happens("order.paid", who, at, shop="web", order_number=order, amount_minor=amount_minor, **more)


def gets_back(who: str, amount_minor: int, order: str, at: datetime = START, **more: Any) -> None:
    happens("order.refunded", who, at, shop="web", order_number=order, amount_minor=amount_minor, **more)


def receives(who: str, order: str, at: datetime = START) -> None:
    happens("order.received", who, at, shop="web", order_number=order)


def is_the_same_as(who: str, other: str, at: datetime = START) -> None:
    happens("member.aliased", who, at, proof="alias", also=other)


def days(number: float) -> timedelta:
    return timedelta(days=number)


def member(who: str) -> int:
    """The member a handle belongs to now."""
    return rows("SELECT member_id FROM members_identity WHERE hash = %s", [lookup_hash("anonymous_id", who)])[0][0]


def rows(statement: str, arguments: list[Any] | None = None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return cursor.fetchall()
