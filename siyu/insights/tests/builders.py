"""A hand-made pool, written as rows: measures are read-only, so their tests say exactly what lies in the tables."""

from datetime import UTC, date, datetime
from itertools import count
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import connections

from siyu.loyalty.rules import entry_key

SHANGHAI = ZoneInfo("Asia/Shanghai")
_numbers = count(1)


def at(text: str) -> datetime:
    """`2026-03-02 10:00` on the merchant's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def model(name: str):
    return apps.get_model(name).objects


def source() -> int:
    return model("facts.Source").get_or_create(name="test")[0].pk


def store(name: str):
    return model("merchant.Store").create(code=name, name=name)


def shop():
    return model("merchant.Shop").get_or_create(code="web", defaults={"name": "Web shop"})[0]


def assistant(name: str):
    return model("merchant.Staff").create(username=name, name=name, role="shop_assistant", reach="own")


def person(first_seen: str, *, identified: str | None = None, store=None, assistant=None, merged=False):
    """A member first seen at an instant, named (by phone) at another, with the roll-up of one sight."""
    seen = at(first_seen)
    member = model("members.Member").create(
        public_id=uuid4().hex, is_identified=identified is not None, created_at=seen, store=store, assistant=assistant, source_id=source()
    )
    handle(member, "anonymous_id", seen)
    if identified:
        handle(member, "phone", at(identified))
    if merged:
        model("members.Member").filter(pk=member.pk).update(merged_into=person(first_seen))
        return member
    day = seen.astimezone(SHANGHAI).date()
    model("members.Rollup").create(member=member, first_seen=seen, last_seen=seen, last_seen_day=day, facts=1)
    return member


def handle(member, kind: str, seen: datetime):
    return model("members.Identity").create(kind=kind, hash=uuid4(), value=b"x", member=member, origin=member, first_seen=seen)


def of(member) -> int:
    """The member's first handle."""
    return model("members.Identity").filter(member=member).order_by("id").first().pk


def buys(member, *times: str, amount: int = 1000, store=None) -> list:
    """Paid orders, and the sums that the order book keeps of them."""
    orders = []
    for text in times:
        paid = at(text)
        orders.append(
            model("orders.Order").create(
                shop=shop(), number=str(next(_numbers)), identity_id=of(member) if member else None, store=store, source_id=source(),
                amount_minor=amount, placed_at=paid, paid_at=paid, paid_day=paid.astimezone(SHANGHAI).date(),
            )
        )  # fmt: skip
    if member:
        paid_at = sorted(model("orders.Order").filter(identity__member=member).values_list("paid_at", flat=True))
        sums = {"orders": len(paid_at), "revenue_minor": amount, "first_paid_at": paid_at[0], "last_paid_at": paid_at[-1]}
        model("orders.Statistics").update_or_create(member=member, defaults=sums)
    return orders


def refund(order, day: str, amount: int) -> None:
    when = at(day)
    model("orders.Refund").create(
        shop=shop(), order_number=order.number, key=uuid4().hex, order=order, source_id=source(), amount_minor=amount,
        occurred_at=when, business_day=when.astimezone(SHANGHAI).date(), message=uuid4(),
    )  # fmt: skip


def line(order, sku: str, amount: int, quantity: int = 1) -> None:
    product = model("orders.Product").get_or_create(sku=sku, defaults={"name": sku.title(), "changed_at": order.paid_at})[0]
    number = model("orders.Line").filter(order=order).count() + 1
    model("orders.Line").create(order=order, number=number, product=product, quantity=quantity, unit_price=1, amount_minor=amount)


def fact(member, name: str, when: str, depth: int = 0) -> None:
    """A row of the log, as the owner: the application's role adds them only through the pump."""
    happened = at(when)
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO facts_log (id, occurred_at, received_at, business_day, name, source_id, identity_id, message, properties, depth)"
            " VALUES (nextval('facts_id'), %s, %s, %s, %s, %s, %s, %s, '{}', %s)",
            [happened, happened, happened.astimezone(SHANGHAI).date(), name, source(), of(member), uuid4(), depth],
        )


def comes_by(member, channel: str, when: str) -> None:
    found = model("acquisition.Channel").get_or_create(code=channel, defaults={"name": channel, "created_by": "x", "created_at": at(when)})[
        0
    ]
    touch = {"first_channel": found, "first_at": at(when), "first_message": uuid4(), "last_channel": found, "last_at": at(when)}
    model("acquisition.Attribution").create(member=member, last_message=uuid4(), **touch)


def earns(member, day: date, points: int, kind: str = "earn") -> None:
    account = model("loyalty.Account").get_or_create(unit="points", origin=member, defaults={"owner": member})[0]
    model("loyalty.Entry").create(
        account=account, unit="points", debit="issued", credit="pending", amount=points, kind=kind, posted_at=at("2026-01-01"),
        business_day=day, key=entry_key(day, kind, uuid4().hex),
    )  # fmt: skip


def lives(member, stage: str = "", activity: str = "", rung: str = "stranger") -> None:
    model("members.Lifecycle").create(member=member, pool_stage=stage, activity=activity, rung=rung)


def holds(member, tier: str) -> None:
    model("loyalty.Standing").create(member=member, tier=tier, growth=0, since=at("2026-01-01"))


def tier(code: str, name: str, rank: int, version: int = 1) -> None:
    model("loyalty.Tier").create(code=code, name=name, rank=rank, threshold=rank * 100, from_day=date(2026, 1, 1), version=version)
