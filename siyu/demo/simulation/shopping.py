"""Around an order: pages seen before it, delivery after it, and now and then a refund, whole or in parts."""

from datetime import timedelta
from random import Random
from typing import Any

from ..translate import Basket, Lines
from .diary import Diary
from .people import Person

BROWSES, REFUNDED, REFUNDED_WHOLE, AGAIN = 0.07, 0.025, 0.38, 0.12
REASONS = ("质量问题", "不想要了", "临期商品", "少件漏发", "价格有误", "买多了", "包装破损")


def surround(order: Basket, person: Person, lines: Lines, diary: Diary, prefix: str = "") -> None:
    """What happened before and after one order; `prefix` tells a simulated order's facts from the original's."""
    random = Random(f"order:{prefix}{order.number}")
    browse(order, person, lines, diary, random, prefix)
    deliver(order, person, diary, random)
    if order.amount_minor > 0 and random.random() < REFUNDED:
        refund(order, person, lines, diary, random)


def browse(order: Basket, person: Person, lines: Lines, diary: Diary, random: Random, prefix: str) -> None:
    """A member of the pool looks at something of the basket first, and mostly puts it into the cart."""
    if person.joined_at is None or random.random() >= BROWSES:
        return
    when = order.at - timedelta(minutes=random.randint(4, 50))
    if when <= max(person.joined_at, person.appeared_at):
        return
    sku = lines.of(order)[0]["sku"]
    properties, key = {"sku": sku}, f"{prefix}{order.number}"
    diary.write("product.viewed", when, person.handles, properties, key=f"viewed:{key}")
    if random.random() < 0.7:
        diary.write(
            "cart.added",
            when + timedelta(seconds=random.randint(20, 180)),
            person.handles,
            {**properties, "quantity": "1"},
            key=f"cart:{key}",
        )


def deliver(order: Basket, person: Person, diary: Diary, random: Random) -> None:
    """A delivered order leaves within the hours and arrives a day or so later."""
    if not order.is_delivered:
        return
    named = {"shop": order.shop, "order_number": order.number}
    shipped = order.at + timedelta(minutes=random.randint(30, 900))
    received = shipped + timedelta(minutes=random.randint(120, 2600))
    diary.write("order.shipped", shipped, person.handles, named, key=f"order.shipped:{order.shop}:{order.number}")
    diary.write("order.received", received, person.handles, named, key=f"order.received:{order.shop}:{order.number}")


def refund(order: Basket, person: Person, lines: Lines, diary: Diary, random: Random) -> None:
    """The whole, or one line and sometimes a second: never more than was paid."""
    when = order.at + timedelta(days=random.randint(1, 9), minutes=random.randint(-300, 300))
    bought = [(number, line) for number, line in enumerate(lines.of(order), 1) if line["amount_minor"] > 0]
    if random.random() < REFUNDED_WHOLE or len(bought) == 1:
        _give_back(order, person, diary, random, when, 1, order.amount_minor, [])
        return
    parts = random.sample(bought, 2 if len(bought) > 2 and random.random() < AGAIN else 1)
    for part, (number, line) in enumerate(parts, 1):
        returned = [{"number": number, "sku": line["sku"], "quantity": line["quantity"], "amount_minor": line["amount_minor"]}]
        _give_back(order, person, diary, random, when + timedelta(days=part - 1), part, line["amount_minor"], returned)


def _give_back(
    order: Basket, person: Person, diary: Diary, random: Random, when: Any, part: int, amount: int, returned: list[dict]
) -> None:
    properties = {
        "shop": order.shop,
        "order_number": order.number,
        "refund": f"R{order.number}-{part}",
        "amount_minor": amount,
        "currency": diary.currency,
        "because": random.choice(REASONS),
    }
    if returned:
        properties["lines"] = returned
    diary.write("order.refunded", when, person.handles, properties, key=f"order.refunded:{order.shop}:{order.number}:{part}")
