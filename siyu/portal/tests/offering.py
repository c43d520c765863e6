"""What a merchant offers in the tests of the member centre: check-ins with a ladder, a task, gifts, a badge, a leaderboard."""

from datetime import timedelta

from siyu.lib.clock import utc_now
from siyu.loyalty.services import Because, Grant, grant
from siyu.membership.services import mall, tasks
from siyu.membership.services.check_in import publish_check_in
from siyu.membership.services.honours import publish_badge, publish_board, refresh_boards
from siyu.membership.services.mall import GiftTerms
from siyu.merchant.queries import today
from siyu.merchant.rules import SYSTEM


def points(member_id: int, amount: int = 1_000) -> None:
    """Points to spend at once."""
    grant(SYSTEM, [Grant(member_id, "points", amount, f"welcome:{member_id}:{amount}", Because("welcome", "1", "新人礼"))], utc_now())


def gift(code: str = "kettle", name: str = "热水壶", *, stock: int | None = 3, price: int = 800, kind: str = "physical", **terms) -> None:
    """A gift on sale."""
    delivery = terms.pop("delivery", ["ship", "pick_up"] if kind == "physical" else [])
    mall.create_gift(SYSTEM, code, kind, GiftTerms(name=name, points=price, delivery=delivery, **terms), now=utc_now(), stock=stock)
    mall.put_on_sale(SYSTEM, code, on=True, now=utc_now())


def offer() -> None:
    """Everything."""
    now, day = utc_now(), today(utc_now())
    rungs = [{"day": 1, "rewards": [{"kind": "points", "amount": 2}]}, {"day": 7, "rewards": [{"kind": "points", "amount": 50}]}]
    ladder = {"steps": rungs, "is_cyclic": True, "make_up": {"within_days": 7, "per_month": 3, "price_points": 20}}
    publish_check_in(SYSTEM, ladder, day, today=day, now=now)
    reading = {"trigger": "page.viewed", "steps": [{"target": 1, "rewards": [{"kind": "points", "amount": 10}]}], "period": "day"}
    tasks.publish_task(SYSTEM, "read", "看一篇好文", reading, day, today=day, now=now, description="每天读一篇")
    gift()
    gift("tea", "龙井茶", stock=None, price=200, delivery=["pick_up"])
    gift("sold", "保温杯", stock=0, price=10)
    publish_badge(
        SYSTEM, "buyer", "回头客", {"measure": "orders", "levels": [{"threshold": 2, "name": "铜"}]}, now=now, description="买两次"
    )
    publish_board(SYSTEM, "month", "本月消费榜", {"measure": "spend", "period": "month"}, day - timedelta(days=60), now=now)
    refresh_boards(now)
