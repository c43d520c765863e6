"""What staff do by hand in a browser, wide and narrow: corrections, granted tiers, units, moving in, and a member's card at the counter."""

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import connection

from siyu.facts.imports.options import Options
from siyu.facts.imports.services import run
from siyu.facts.pump import pump
from siyu.lib.clock import utc_now
from siyu.loyalty.services import Adjust, Because, adjust, grant_tier
from siyu.members.services import card_code
from siyu.membership.services.benefits import BenefitGift, grant_benefit, publish_benefit
from siyu.membership.services.honours import publish_badge
from siyu.merchant.queries import today
from siyu.merchant.rules import SYSTEM

from .seed import seed
from .test_console import NAMELESS, fits

FILE = """手机号,积分,有效期,会员等级,等级有效期,勋章
13800000001,120,2036-12-31,gold,2036-12-31,元老、勇士
13800000002,80,,钻石,,
13800000003,1.5,,,,
"""
GONE: dict[str, str] = {}
PAGES = ("loyalty/corrections", "loyalty/units", "loyalty/units/points/edit", "loyalty/units/new", "loyalty/moving-in/{import}",
         "imports/{import}", "members/{anna}?tab=points", "members/{anna}/value/correct", "members/{anna}/tier/grant")  # fmt: skip


def fill() -> None:
    """A pool into which members have moved, with a correction that waits and a tier that was granted."""
    seed()
    now, day = utc_now(), today(utc_now())
    publish_badge(SYSTEM, "elder", "元老", {"measure": "hand", "levels": [{"threshold": 1}]}, now=now)
    wash = {"terms": {"service": "免费洗护"}, "quota": {"times": 2, "per": "month"}}
    publish_benefit(SYSTEM, "wash", "free_service", "免费洗护", wash, day, today=day, now=now)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "老会员.csv"
        path.write_text(FILE, encoding="utf-8")
        GONE["import"] = str(run(path, Options("moving_in"), by=SYSTEM, now=now).id)
    pump(now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT m.id, m.public_id FROM loyalty_tierfloor f JOIN members_member m ON m.id = f.owner_id")
        anna, GONE["anna"] = cursor.fetchone()
    grant_tier(SYSTEM, anna, "gold", date(day.year + 1, 6, 30), "贵宾补偿", now=now)
    adjust(SYSTEM, [Adjust(anna, "points", 20_000, "desk:1", Because("adjustment", "desk:1", "活动补发积分"))], now)
    grant_benefit(SYSTEM, [BenefitGift(anna, "wash", "gift:1", "贵宾补偿")], now)
    GONE["number"] = str(anna)


@pytest.fixture(scope="module")
def seeding() -> Callable[[], None]:
    return fill


@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_the_screen_and_name_their_fields(visit: Callable, path: str) -> None:
    page = visit("/" + path.format(**GONE))

    assert fits(page)
    assert page.evaluate(NAMELESS) == []


def test_a_card_at_the_counter_uses_a_benefit(visit: Callable) -> None:
    page = visit("/mall/scan")
    page.get_by_label("会员码").fill(card_code(int(GONE["number"]), utc_now()))
    page.get_by_role("button", name="查询").click()

    page.get_by_text("免费洗护").first.wait_for()
    page.get_by_role("button", name="使用").first.click()
    page.get_by_text("已使用").first.wait_for()
    assert fits(page)
