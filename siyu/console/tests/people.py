"""A small pool lived through the real pump, for the tests of the pages about people: a buyer, and one who was only seen."""

from datetime import UTC, datetime, timedelta

from django.apps import apps
from django.test import Client

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record, source_id
from siyu.loyalty.services import install_default_programme
from siyu.merchant.rules import SYSTEM

NOW = datetime.now(UTC).replace(microsecond=0)
PHONE, OTHER_PHONE = "+8613800138000", "+8613900139111"


def fact(name: str, user: str, days: float, message: str, /, **properties) -> Incoming:
    return Incoming(
        name=name,
        occurred_at=NOW - timedelta(days=days),
        message=message,
        handles=[Handle("user_id", user)],
        properties=properties,
        is_replay=True,
    )


def known(user: str, phone: str, nickname: str, days: float) -> Incoming:
    return Incoming(
        name="member.identified",
        occurred_at=NOW - timedelta(days=days),
        message=f"known {user}",
        handles=[Handle("user_id", user), Handle("phone", phone)],
        proof="identify",
        properties={"traits": {"nickname": nickname, "name": "林小月", "city": "杭州"}},
        is_replay=True,
    )


def order(user: str, number: str, days: float, amount: int) -> Incoming:
    lines = [{"sku": "T1", "name": "龙井", "quantity": "1", "unit_price": str(amount / 100), "amount_minor": amount}]
    return fact(
        "order.paid",
        user,
        days,
        f"paid {number}",
        shop="web",
        order_number=number,
        amount_minor=amount,
        currency="CNY",
        is_in_store=True,
        lines=lines,
    )


def live() -> None:
    """小月 came by douyin and bought twice; 阿杰 was only seen."""
    source_id("lesson", badge="公开教学数据")
    install_default_programme(SYSTEM, NOW.date() - timedelta(days=100), now=NOW)
    facts = [
        known("u2", OTHER_PHONE, "阿杰", 50),
        known("u1", PHONE, "小月", 40),
        fact("pool.joined", "u1", 39, "joined", channel="douyin", code="q7"),
        order("u1", "A-1001", 20, 20_000),
        order("u1", "A-1002", 6, 30_000),
        fact("consent.given", "u1", 5, "yes", purpose="marketing", channel="sms", proof="form 3"),
    ]
    record(sorted(facts, key=lambda one: one.occurred_at), source="lesson", received_at=NOW)
    report = pump(NOW)
    assert not report.quarantined, "the pool of the tests must be sound"


def member(nickname: str):
    return apps.get_model("members.Member").objects.get(nickname=nickname)


def visitor(role: str = "owner", reach: str = "all", language: str = "en", **more) -> Client:
    """A browser in which a staff member of a role is logged in; `staff` is who."""
    people = apps.get_model("merchant.Staff").objects
    staff = people.create(username=f"{role}{people.count()}", name="Lin", role=role, reach=reach, language=language, **more)
    client = Client()
    client.force_login(staff)
    client.staff = staff
    return client


def audited(verb: str):
    return list(apps.get_model("merchant.Audit").objects.filter(verb=verb))
