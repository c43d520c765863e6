"""What members of the demo find in the member centre: a check-in ladder, tasks, gifts, badges, a leaderboard; and whom to sign in as."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection

from siyu.lib.crypto import decrypt_text
from siyu.lib.sql import statements
from siyu.membership.services import mall, tasks
from siyu.membership.services.check_in import publish_check_in
from siyu.membership.services.defaults import install_usual_benefits
from siyu.membership.services.honours import publish_badge, publish_board, refresh_boards
from siyu.membership.services.mall import GiftTerms
from siyu.membership.services.plans import publish_plan
from siyu.merchant.queries import today
from siyu.merchant.rules import SYSTEM

from .enrich import enrich
from .plans import sell_plans

_sql = statements("siyu.demo", "showcase")
# code, name, what it is, points, stock, how it reaches the member
GIFTS = (
    ("kettle", "不锈钢热水壶 1.5L", "304 不锈钢，自动断电，一年质保。", 1_500, 60, ["ship", "pick_up"]),
    ("tea", "明前龙井 50g", "杭州产区，罐装。", 900, 120, ["ship", "pick_up"]),
    ("bag", "帆布购物袋", "加厚棉帆布，可水洗。", 300, 500, ["pick_up"]),
    ("cup", "保温杯 500ml", "316 内胆，限量 20 只。", 2_400, 20, ["ship"]),
    ("eggs", "农家鲜鸡蛋 10 枚", "到店自提，当日有货。", 260, None, ["pick_up"]),
)
YEAR_CARD = {
    "price_minor": 9_900, "months": 12, "sku": "YEAR-CARD", "rank": 1, "trial": {"days": 7}, "benefits": ["free_shipping"],
    "grace_days": 3, "words": "全年包邮，生日双倍礼遇。", "words_en": "Free shipping all year.",
}  # fmt: skip
LADDER = ((1, 2), (3, 10), (7, 50), (14, 120), (30, 300))  # days in a row, points


class Guide(NamedTuple):
    """A member of the demo with something to see, and the phone that signs them in."""

    nickname: str
    phone: str


def furnish(now: datetime) -> None:
    """Offer something, by the services a merchant would use. Part of a transaction."""
    day = today(now)
    steps = [{"day": length, "rewards": [_points(points)]} for length, points in LADDER]
    make_up = {"within_days": 7, "per_month": 3, "price_points": 20}
    publish_check_in(SYSTEM, {"steps": steps, "is_cyclic": True, "make_up": make_up}, day, today=day, now=now)
    _tasks(now)
    begun = day - timedelta(days=180)  # what was used and paid over the last months is told of then
    install_usual_benefits(SYSTEM, begun, now=now)
    publish_plan(SYSTEM, "year_card", "年度会员", YEAR_CARD, begun, today=begun, now=now)
    for sort, (code, name, words, points, stock, delivery) in enumerate(GIFTS):
        terms = GiftTerms(name=name, description=words, points=points, delivery=delivery, limit_each=2, limit_period="month", sort=sort)
        mall.create_gift(SYSTEM, code, "physical", terms, now=now, stock=stock)
        mall.put_on_sale(SYSTEM, code, on=True, now=now)
    _honours(now)
    enrich(now)
    sell_plans(now)


def guide() -> Guide | None:
    """The member to look around as: the one with most points to spend among those whose phone is known."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.guide)
        row = cursor.fetchone()
    return Guide(row[0], decrypt_text(row[1])) if row else None


def _tasks(now: datetime) -> None:
    day = today(now)
    weekly = {"trigger": "member.checked_in", "counts": "days", "period": "week", "steps": [{"target": 5, "rewards": [_points(30)]}]}
    tasks.publish_task(
        SYSTEM, "week_of_five", "本周签到 5 天", weekly, day, today=day, now=now, description="一周内任意 5 天签到即可领取。"
    )
    steps = [{"target": 1, "rewards": [_points(50)]}, {"target": 3, "rewards": [_points(200)]}]
    monthly = {"trigger": "order.paid", "period": "month", "steps": steps}
    tasks.publish_task(
        SYSTEM, "month_of_orders", "本月购物", monthly, day, today=day, now=now, description="本月每完成一档，奖励更多。", sort=1
    )


def _honours(now: datetime) -> None:
    loyal = {
        "measure": "orders",
        "levels": [{"threshold": 10, "name": "铜"}, {"threshold": 50, "name": "银"}, {"threshold": 150, "name": "金"}],
    }
    publish_badge(SYSTEM, "loyal", "常来常往", loyal, now=now, description="累计完成 10、50、150 笔订单。")
    run = {"measure": "streak", "levels": [{"threshold": 7, "name": "一周"}, {"threshold": 30, "name": "一月"}]}
    publish_badge(SYSTEM, "steady", "风雨无阻", run, now=now, description="连续签到 7 天、30 天。", icon="flame", colour="orange")
    board = {"measure": "spend", "period": "month", "prizes": [{"first": 1, "last": 3, "rewards": [_points(500)]}]}
    publish_board(SYSTEM, "spend", "本月消费榜", board, today(now).replace(day=1), now=now)
    refresh_boards(now)


def _points(amount: int) -> dict[str, object]:
    return {"kind": "points", "amount": amount}
