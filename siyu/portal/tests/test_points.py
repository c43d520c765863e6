"""Points in plain words, and why each of them is there."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from siyu.loyalty.queries import Reason
from siyu.members.services import card_code, read_card
from siyu.portal.entries import line_of, story_of
from siyu.portal.pages.home import qr

from .visiting import live, lived, signed_in

TODAY = date(2026, 5, 20)


def entry(kind: str, amount: int, **more):
    """An entry as the ledger tells it."""
    moves = {"earn": "issued available", "mature": "pending available", "expire": "available expired", "reverse_earn": "available revoked"}
    moves |= {"spend": "available spent", "hold": "available held", "capture": "held spent", "give_back": "spent available"}
    debit, credit = {**moves, "settle": "available debt", "owe": "debt revoked", "gift": "issued available"}[kind].split()
    usual = {
        "debit": debit, "credit": credit, "because": "",
        "id": 1, "posted_at": datetime(2026, 5, 5, 6, tzinfo=UTC), "business_day": date(2026, 5, 5), "unit": "points", "kind": kind,
        "amount": amount, "rule_code": "", "rule_name": "", "rule_version": None, "fact_name": "", "order_number": "",
        "multiplier": Decimal(1), "available_at": None, "expires_at": None, "is_waiting": False, "fact_id": None, "shop": "", "tier": "",
        "origin_id": 1,
    }  # fmt: skip
    return Reason(**{**usual, **more})


@pytest.mark.parametrize(
    ("language", "told", "expected"),
    [
        ("en", entry("earn", 32, order_number="A-1", is_waiting=True, available_at=datetime(2026, 5, 12, tzinfo=UTC)),
         ("+32", "For order of 5 May", "available after 12 May")),
        ("zh-hans", entry("earn", 32, order_number="A-1", is_waiting=True, available_at=datetime(2026, 5, 12, tzinfo=UTC)),
         ("+32", "5月5日的订单", "5月12日后可用")),
        ("en", entry("earn", 32, order_number="A-1", is_waiting=True),
         ("+32", "For order of 5 May", "available some days after you receive the order")),
        ("en", entry("reverse_earn", -15, order_number="A-1"), ("−15", "Refund of an order, 5 May", "Taken back")),
        ("zh-hans", entry("reverse_earn", -15, order_number="A-1"), ("−15", "5月5日订单退款", "退款扣回")),
        ("en", entry("earn", 5, rule_name="签到积分", fact_name="member.checked_in"), ("+5", "签到积分", "")),
        ("en", entry("expire", -7), ("−7", "Expired", "")),
        ("zh-hans", entry("gift", 50), ("+50", "等级礼", "")),
        ("en", entry("mature", 32), ("32", "Now to spend", "")),
        ("en", entry("spend", -800, because="热水壶 × 1"), ("−800", "热水壶 × 1", "Spent")),
        ("en", entry("hold", -800, because="热水壶 × 1"), ("800", "热水壶 × 1", "Set aside")),
        ("zh-hans", entry("capture", 800, because="热水壶 × 1"), ("−800", "热水壶 × 1", "使用")),
        ("en", entry("give_back", 800, because="退货"), ("+800", "退货", "Given back")),
        ("en", entry("settle", 40), ("40", "Paid back what you owed", "")),
        ("en", entry("owe", 40, because="盘点"), ("−40", "盘点", "Owed after a correction")),
        ("en", entry("capture", -10, business_day=date(2025, 5, 5)), ("−10", "Spent", "")),
    ],
)  # fmt: skip
def test_an_entry_reads_as_a_sentence(language, told, expected):
    with translation.override(language):
        line = line_of(told, TODAY)
    assert (line.amount, line.title, line.note) == expected


def test_an_order_of_another_year_says_which():
    with translation.override("en"):
        assert line_of(entry("earn", 1, order_number="A", business_day=date(2025, 12, 31)), TODAY).title == "For order of 31 Dec 2025"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_why_tells_fact_rule_and_result(language):
    live()
    client = signed_in(language=language)
    lines = client.get("/m/points").context["lines"]
    page = client.get(f"/m/points/{lines[0].id}").content.decode()
    rule = "Points for purchases" if language == "en" else "消费积分"
    for words in ("A-1002", rule, "¥1.00", "300"):
        assert words in page
    assert ("You paid an order: A-1002" if language == "en" else "支付订单：A-1002") in page
    assert ("points: 1 for every ¥1.00" if language == "en" else "每消费 ¥1.00 得 1 积分") in page


def test_a_story_has_a_cause_even_where_only_time_passed():
    with translation.override("en"):
        story = story_of(entry("expire", -7), TODAY, "points")
    assert [title for title, _, _ in story.steps] == ["What happened", "What came of it"]
    assert story.steps[0][1] == "Time passed"


@pytest.mark.django_db
def test_the_card_shows_points_and_a_code_that_staff_can_read():
    live()
    client = signed_in()
    page = client.get("/m/")
    assert page.context["purse"].pending == 300
    shown = page.context["card_code"]
    assert read_card(shown, page.context["shown_at"]) == client.who.pk
    assert shown in client.get("/m/code").content.decode()
    assert "<svg" in str(page.context["qr"])


def test_a_card_is_drawn_without_naming_another_host():
    drawn = str(qr(card_code(1, datetime(2026, 5, 5, tzinfo=UTC))))
    assert drawn.startswith("<svg")
    assert "http" not in drawn.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.django_db
def test_a_member_without_anything_is_told_what_to_do():
    live()
    client = signed_in("阿杰")
    lived()
    assert "No points yet" in client.get("/m/points").content.decode()
    assert "No orders yet" in client.get("/m/orders").content.decode()
    assert client.get("/m/tier").context["progress"].percent == 0


@pytest.mark.django_db
def test_what_expires_soon_is_said_with_its_last_day():
    from datetime import timedelta

    from siyu.lib.clock import days_after, utc_now
    from siyu.loyalty.services import Because, Grant, grant
    from siyu.merchant.queries import settings_book, today
    from siyu.merchant.rules import SYSTEM
    from siyu.portal.words import day_words

    live()
    client, now = signed_in(), utc_now()
    ends = days_after(now, 10, settings_book().zone(now.date()))
    grant(SYSTEM, [Grant(client.who.pk, "points", 66, "soon", Because("gift", "1", "限时积分"), expires_at=ends)], now)
    with translation.override("en"):
        last = day_words(today(now) + timedelta(days=9), today(now))
    assert f"66 points expire on {last}" in client.get("/m/points").content.decode()
