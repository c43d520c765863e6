"""Plans, orders that buy them, and members, through the real pump: what the tests of this room start from."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.db import connection

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.lib.crypto import lookup_hash
from siyu.membership.services.plans import publish_plan
from siyu.merchant.rules import SYSTEM, Actor

START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # midday in Shanghai
DAY_BEFORE = date(2026, 1, 1)
LI = Actor("staff", 1, "Li")
PLANS: dict[str, dict[str, Any]] = {
    "year": {"price_minor": 36_500, "days": 365, "sku": "VIP-Y", "rank": 1, "grace_days": 3, "trial": {"days": 7, "sku": "VIP-T"}},
    "month": {"price_minor": 3_000, "months": 1, "sku": "VIP-M", "rank": 1},
    "black": {"price_minor": 73_000, "days": 365, "sku": "VIP-B", "rank": 2, "notice_days": 9},
}
_messages = count(1)


def install_plans() -> None:
    for code, terms in PLANS.items():
        publish_plan(SYSTEM, code, code, terms, DAY_BEFORE, today=DAY_BEFORE, now=START)


def happens(name: str, who: str, at: datetime = START, proof: str = "", also: str = "", **properties: Any) -> None:
    """One fact, received when it occurs, and pumped."""
    handles = [Handle("anonymous_id", handle) for handle in (who, also) if handle]
    fact = Incoming(name=name, occurred_at=at, message=f"scene{next(_messages)}", handles=handles, proof=proof, properties=properties)
    record([fact], source="web", received_at=at)
    report = pump(at)
    assert (report.stopped, report.quarantined) == ("", 0)


def buys(who: str, sku: str, amount_minor: int, order: str, at: datetime = START, **more: Any) -> None:
    line = {"sku": sku, "quantity": 1, "amount_minor": amount_minor}
    happens("order.paid", who, at, shop="web", order_number=order, amount_minor=amount_minor, lines=[line], **more)


def gets_back(who: str, amount_minor: int, order: str, at: datetime, **more: Any) -> None:
    happens("order.refunded", who, at, shop="web", order_number=order, amount_minor=amount_minor, **more)


def is_the_same_as(who: str, other: str, at: datetime) -> None:
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


def told(prefix: str = "plan.") -> list[str]:
    """Names of the facts that were logged, in order."""
    return [row[0] for row in rows("SELECT name FROM facts_log WHERE starts_with(name, %s) ORDER BY id", [prefix])]
