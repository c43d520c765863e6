"""Check-in, tasks, honours and the mall in a browser, wide and narrow: nothing is cut off, and the counter hands a gift over."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from playwright.sync_api import expect

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.lib.clock import utc_now
from siyu.loyalty.services import Because, Grant, grant
from siyu.membership.services.check_in import check_in, publish_check_in
from siyu.membership.services.honours import award_badge, publish_badge, publish_board, refresh_boards, set_ritual
from siyu.membership.services.mall import GiftTerms, add_codes, create_gift, put_on_sale, redeem
from siyu.membership.services.tasks import publish_task
from siyu.membership.tests.counter import HOME
from siyu.merchant.queries import today
from siyu.merchant.rules import SYSTEM

from .seed import seed
from .test_console import NAMELESS, fits

PAGES = ("check-in", "member-tasks", "member-tasks/first_review", "member-tasks/new", "badges", "badges/founder", "leaderboards/check_ins",
         "rituals", "mall", "mall/gifts/thermos", "mall/new", "mall/redemptions", "mall/scan", "check-in/edit")  # fmt: skip
GONE: dict[str, str] = {}


def fill() -> None:
    """A pool with a mall, tasks and honours, and Anna who has something of each."""
    seed()
    now, day = utc_now(), today(utc_now())
    points = {"kind": "points", "amount": 5}
    steps = [{"day": 3, "rewards": [points]}, {"day": 7, "rewards": [points]}]
    publish_check_in(
        SYSTEM, {"steps": steps, "make_up": {"price_points": 10}}, day - timedelta(days=9), today=day - timedelta(days=9), now=now
    )
    review = {"trigger": "product.reviewed", "steps": [{"target": 1, "rewards": [points]}]}
    publish_task(SYSTEM, "first_review", "首次评价", review, day, today=day, now=now, description="写下第一条商品评价")
    publish_badge(SYSTEM, "founder", "创始会员", {"measure": "hand", "levels": [{"threshold": 0}]}, now=now, icon="crown")
    publish_board(SYSTEM, "check_ins", "签到榜", {"measure": "check_ins"}, day, now=now)
    set_ritual(SYSTEM, "joined", "入会 %(years)s 周年", "感谢一路同行", [points], now=now)
    create_gift(SYSTEM, "thermos", "physical", GiftTerms(name="不锈钢保温杯", points=100, delivery=["ship", "pick_up"]), now=now, stock=5)
    create_gift(SYSTEM, "tea", "voucher", GiftTerms(name="奶茶兑换券", points=50, limit_each=2, limit_period="month"), now=now)
    add_codes(SYSTEM, "tea", ["T-1", "T-2"], now=now)
    for code in ("thermos", "tea"):
        put_on_sale(SYSTEM, code, on=True, now=now)
    traits = {"traits": {"nickname": "安娜"}}
    record([Incoming(name="member.identified", occurred_at=now, message="a", handles=[Handle("user_id", "anna-deeds")], properties=traits)],
           source="web", received_at=now)  # fmt: skip
    pump(now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, public_id FROM members_member WHERE nickname = '安娜' ORDER BY id DESC LIMIT 1")
        anna, GONE["anna"] = cursor.fetchone()
    grant(SYSTEM, [Grant(anna, "points", 1_000, "opening", Because("test", "opening", "期初"))], now)
    check_in(SYSTEM, [anna], now)
    award_badge(SYSTEM, [anna], "founder", 1, "首批会员", now=now)
    GONE["code"] = redeem(SYSTEM, anna, "thermos", "a", now, delivery="pick_up").pick_up_code
    GONE["number"] = redeem(SYSTEM, anna, "thermos", "b", now, delivery="ship", address=HOME).number
    redeem(SYSTEM, anna, "tea", "c", now)
    pump(now)
    refresh_boards(now)


@pytest.fixture(scope="module")
def seeding() -> Callable[[], None]:
    return fill


def test_the_pages_fit_their_width(visit: Callable, width: str) -> None:
    for path in (*PAGES, f"mall/redemptions/{GONE['number']}", f"members/{GONE['anna']}?tab=membership"):
        page = visit(f"/{path}")
        expect(page.locator("h1, .page-title").first, path).to_be_visible()
        assert fits(page), path
        assert page.evaluate(NAMELESS) == [], path


def test_the_counter_hands_a_gift_over_once(visit: Callable, width: str) -> None:
    page = visit("/mall/scan")
    page.get_by_label("核销码").fill(GONE["code"].lower())
    page.get_by_role("button", name="查询").click()
    page.get_by_text("不锈钢保温杯 × 1").wait_for()
    hand = page.get_by_role("button", name="核销交付")
    if hand.count():
        hand.click()
        page.get_by_text("核销成功").wait_for()
    page.get_by_text("已交付").first.wait_for()
    expect(page.get_by_role("button", name="核销交付")).to_have_count(0)
