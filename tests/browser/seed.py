"""A pool small enough to make in a second and varied enough to see every picture drawn."""

from datetime import UTC, datetime, timedelta
from random import Random

from siyu.insights.tests import builders as pool

CHANNELS = ("douyin", "store", "wechat-article", "referral")
NAMES = {"douyin": "抖音", "store": "门店扫码", "wechat-article": "公众号文章", "referral": "老客推荐"}
PEOPLE = 48


def _at(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days)).astimezone(pool.SHANGHAI).strftime("%Y-%m-%d %H:%M")


def seed() -> None:
    """People who came over four months; most are known, many bought, some again; the newest three days ago."""
    dice = Random(7)
    pool.model("facts.Source").get_or_create(name="demo", defaults={"badge": "公开教学数据"})
    stores = [pool.store(name) for name in ("朝阳大悦城店", "徐汇日月光店", "天河正佳店")]
    _tiers()
    for number in range(PEOPLE):
        came = 3 + number * 2.4
        person = pool.person(_at(came), identified=_at(came - dice.random()) if number % 5 else None, store=stores[number % 3])
        if number % 6:
            pool.comes_by(person, CHANNELS[number % 4], _at(came))
        _life(dice, person, number, came, stores[number % 3])
    for code, name in NAMES.items():
        pool.model("acquisition.Channel").filter(code=code).update(name=name)


def _tiers() -> None:
    pool.model("loyalty.Tier").all().delete()
    for rank, (code, name) in enumerate((("basic", "普卡"), ("silver", "银卡"), ("gold", "金卡"))):
        pool.tier(code, name, rank)


def _life(dice: Random, person, number: int, came: float, store) -> None:
    pool.fact(person, "page.viewed", _at(came))
    if not number % 5:
        return
    buys = number % 4
    if buys:
        times = sorted(_at(max(3.0, came - 1 - 20 * turn * dice.random())) for turn in range(buys))
        for order in pool.buys(person, *times, amount=dice.randrange(3_000, 60_000), store=store):
            pool.line(order, f"SKU-{number % 7}", order.amount_minor)
        pool.earns(person, (datetime.now(UTC) - timedelta(3)).date(), 120)
    stage = "silent" if came < 30 else "growing" if came < 90 else "active"
    pool.lives(
        person, stage, ("active", "drowsy", "lost")[number % 3] if buys else "", ("friend", "buyer", "repeat_buyer", "repeat_buyer")[buys]
    )
    pool.holds(person, ("basic", "silver", "gold")[buys % 3])
