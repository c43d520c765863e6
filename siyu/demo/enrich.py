"""More to do and to have for members of the demo, and what some of them did with it: their redemptions stand at every step."""

from datetime import datetime
from random import Random

from django.db import connection

from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.membership.rules.mall import Address
from siyu.membership.services import mall
from siyu.membership.services.honours import award_badge, judge_badge, publish_badge, set_ritual
from siyu.membership.services.mall import GiftTerms
from siyu.membership.services.tasks import publish_task
from siyu.merchant.queries import today
from siyu.merchant.rules import SYSTEM

from .nicknames import phone, real_name

_sql = statements("siyu.demo", "showcase")
GUESTS = 60  # members who redeem something
STREETS = ("人民路 18 号 2 单元 601", "建设大道 205 号", "滨河花园 7 幢 1203", "解放西路 66 号 3 楼", "翠湖小区 12 栋 402")
CITIES = ("上海市 浦东新区", "杭州市 西湖区", "南京市 鼓楼区", "苏州市 姑苏区", "宁波市 鄞州区")
CODES = 200


def enrich(now: datetime) -> None:
    """Two gifts, tasks and rituals more, badges given to who earned them in the year, and redemptions. Part of a transaction."""
    _gifts(now)
    _tasks(now)
    _badges(now)
    set_ritual(SYSTEM, "joined", "入会 %(years)s 周年", "感谢一路同行，送上一份周年心意。", [_points(88)], now=now)
    set_ritual(SYSTEM, "first_order", "首单 %(years)s 周年", "还记得您的第一单吗？", [_points(66)], now=now)
    set_ritual(SYSTEM, "tier_up", "恭喜晋级%(tier)s", "新等级的权益已经为您开通。", [], now=now)
    _redeem(now)


def _gifts(now: datetime) -> None:
    terms = GiftTerms(
        name="奶茶兑换券", description="全国门店通用，兑换后即得券码。", points=380, limit_each=2, limit_period="month", sort=10
    )
    mall.create_gift(SYSTEM, "milk_tea", "voucher", terms, now=now)
    mall.add_codes(SYSTEM, "milk_tea", [f"NC{Random(f'code:{number}').randrange(10**9):09d}" for number in range(CODES)], now=now)
    card = GiftTerms(name="补签卡", points=50, limit_each=3, limit_period="month", sort=11, rewards=[{"kind": "make_up_card", "amount": 1}])
    mall.create_gift(SYSTEM, "make_up_card", "reward", card, now=now)
    for code in ("milk_tea", "make_up_card"):
        mall.put_on_sale(SYSTEM, code, on=True, now=now)


def _tasks(now: datetime) -> None:
    day = today(now)
    review = {"trigger": "product.reviewed", "steps": [{"target": 1, "rewards": [_points(30)]}], "claim": "automatic"}
    publish_task(SYSTEM, "first_review", "首次评价", review, day, today=day, now=now, description="写下第一条商品评价。", sort=2)
    share = {"trigger": "product.shared", "counts": "days", "period": "week", "steps": [{"target": 3, "rewards": [_points(15)]}]}
    publish_task(SYSTEM, "share_three", "每周分享", share, day, today=day, now=now, description="一周内有三天分享好物。", sort=3)


def _badges(now: datetime) -> None:
    spend = {"measure": "spend", "levels": [{"threshold": 100_000, "name": "千元户"}, {"threshold": 500_000, "name": "五千元户"}]}
    publish_badge(SYSTEM, "big_spender", "邻里大户", spend, now=now, description="累计消费。", icon="diamond", colour="purple", sort=2)
    tier = {"measure": "tier", "levels": [{"threshold": 2, "name": "金卡"}, {"threshold": 3, "name": "铂金"}]}
    publish_badge(SYSTEM, "golden", "金尊会员", tier, now=now, description="升至金卡、铂金。", icon="crown", sort=3)
    publish_badge(
        SYSTEM,
        "founder",
        "创始会员",
        {"measure": "hand", "levels": [{"threshold": 0}]},
        now=now,
        description="首批会员。",
        icon="flag",
        sort=4,
    )
    for code in ("loyal", "steady", "big_spender", "golden"):
        judge_badge(SYSTEM, code, now=now)
    award_badge(SYSTEM, _guests(20), "founder", 1, "首批会员", now=now)


def _redeem(now: datetime) -> None:
    """Some redeem; of what they redeem a part is shipped, fetched, cancelled, and a part still waits."""
    for number, member in enumerate(_guests(GUESTS)):
        random = Random(f"redeem:{number}")
        gift, way = random.choice(
            (("kettle", "ship"), ("tea", "ship"), ("tea", "pick_up"), ("bag", "pick_up"), ("milk_tea", ""), ("eggs", "pick_up"))
        )
        address = Address(real_name(random), phone(random, 2_000_000 + number), random.choice(CITIES), random.choice(STREETS))
        try:
            made = mall.redeem(SYSTEM, member, gift, f"demo:{number}", now, delivery=way, address=address if way == "ship" else None)
        except Refusal:  # not enough points for it
            continue
        fate = random.random()
        if way and fate < 0.1:
            mall.cancel(SYSTEM, made.number, "不想要了", now)
        elif way == "ship" and fate < 0.6:
            mall.ship(SYSTEM, made.number, random.choice(("顺丰", "中通", "京东物流")), f"SF{random.randrange(10**12):012d}", now)
        elif way == "pick_up" and fate < 0.6:
            mall.hand_over(SYSTEM, made.pick_up_code, now)


def _guests(count: int) -> list[int]:
    """Members with many points, the same every time."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.guests, {"limit": count})
        return [row[0] for row in cursor.fetchall()]


def _points(amount: int) -> dict[str, object]:
    return {"kind": "points", "amount": amount}
