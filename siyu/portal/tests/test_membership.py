"""Check in, do tasks, redeem gifts, be honoured: as a member does it in the member centre."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps

from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.lib.clock import utc_now
from siyu.loyalty.queries import balances
from siyu.membership.services import mall
from siyu.merchant.queries import today
from siyu.merchant.rules import SYSTEM

from . import offering
from .visiting import PHONE, live, lived, signed_in

pytestmark = pytest.mark.django_db
HOME = {"delivery": "ship", "name": "林小月", "phone": "13800138000", "region": "浙江省杭州市西湖区", "street": "龙井路 1 号"}


@pytest.fixture
def client():
    """小月 with a thousand points more, and everything on offer."""
    live()
    offering.offer()
    one = signed_in()
    offering.points(one.who.pk)
    return one


def redeem(client, code: str = "kettle", key=None, **form):
    return client.post(f"/m/mall/{code}", {"key": key or uuid4(), "quantity": 1, **form})


def spendable(client) -> int:
    return balances([client.who.pk])[client.who.pk]["points"].available


def newest():
    return apps.get_model("membership.Redemption").objects.latest("id")


def test_one_checks_in_once_a_day_however_often_one_presses(client):
    assert "Check in" in client.get("/m/check-in").content.decode()
    first = client.post("/m/check-in", follow=True).content.decode()
    again = client.post("/m/check-in", follow=True).content.decode()
    assert "Day 1 in a row! You get" in first
    assert "already" in again
    assert "Checked in today" in again
    lived()
    assert client.get("/m/check-in").context["view"].streak == 1


def test_a_missed_day_is_made_up_for_points_and_once(client):
    before, day = spendable(client), today(utc_now()) - timedelta(days=1)
    client.post("/m/check-in/make-up", {"day": str(day), "pay": "points"})
    client.post("/m/check-in/make-up", {"day": str(day), "pay": "points"})
    lived()
    assert before - spendable(client) == 20, "the ladder begins today, and pays nothing for yesterday"
    page = client.get(f"/m/check-in?month={day:%Y-%m}")
    assert next(one for one in page.context["view"].calendar if one.day == day).is_made_up


@pytest.mark.parametrize("form", [{}, {"day": "never"}, {"day": "2026-13-01"}])
def test_a_day_that_is_none_is_not_made_up(client, form):
    assert client.post("/m/check-in/make-up", form).status_code == 404


@pytest.mark.parametrize("month", ["", "2026-13", "1999-01", "2999-01", "x"])
def test_the_calendar_shows_only_months_that_were(client, month):
    shown = client.get(f"/m/check-in?month={month}").context["month"]
    this = today(utc_now()).replace(day=1)
    assert this - timedelta(days=740) <= shown <= this


def test_a_make_up_without_a_card_says_what_is_missing(client):
    day = today(utc_now()) - timedelta(days=1)
    page = client.post("/m/check-in/make-up", {"day": str(day), "pay": "card"}, follow=True).content.decode()
    assert 'class="word error"' in page


def test_a_task_is_done_claimed_and_taken_once(client):
    record(
        [Incoming(name="page.viewed", occurred_at=utc_now(), message="read 1", handles=[Handle("phone", PHONE)])],
        source="web",
        received_at=utc_now(),
    )
    lived()
    before = spendable(client)
    assert "waits for you" in client.get("/m/tasks").content.decode()
    assert "Yours:" in client.post("/m/tasks/read", follow=True).content.decode()
    assert "waits" in client.post("/m/tasks/read", follow=True).content.decode()
    assert spendable(client) - before == 10


def test_the_mall_shows_what_stands_against_each_gift(client):
    page = client.get("/m/mall").content.decode()
    assert "热水壶" in page
    assert "3 left" in page
    assert "not enough of this gift is left" in page
    assert "not enough" in client.get("/m/mall/sold").content.decode()
    assert client.get("/m/mall/nothing").status_code == 404


def test_a_gift_is_redeemed_once_by_a_form_sent_twice(client):
    before, key = spendable(client), uuid4()
    one, two = redeem(client, key=key, delivery="pick_up"), redeem(client, key=key, delivery="pick_up")
    assert one["Location"] == two["Location"] == f"/m/redemptions/{newest().number}"
    assert before - spendable(client) == 800
    page = client.get(one["Location"])
    assert page.context["own"].pick_up_code in page.content.decode()
    assert "<svg" in page.content.decode()
    assert "热水壶" in client.get("/m/redemptions").content.decode()


def test_the_key_of_a_form_is_the_members_own(client):
    offering.points(signed_in("阿杰").who.pk)
    other, key = signed_in("阿杰"), uuid4()
    redeem(client, key=key, delivery="pick_up")
    redeem(other, key=key, delivery="pick_up")
    assert apps.get_model("membership.Redemption").objects.values("owner_id").distinct().count() == 2


def test_an_address_is_asked_for_checked_and_shown_masked(client):
    assert "address" in redeem(client, delivery="ship").content.decode()
    answer = redeem(client, **HOME)
    page = client.get(answer["Location"]).content.decode()
    assert "龙井路 1 号" not in page
    assert "13800138000" not in page
    assert "林" in page


def test_what_cannot_be_redeemed_says_why_beside_the_form(client):
    assert "not enough" in redeem(client, "sold", delivery="pick_up").content.decode()
    assert "points are missing" in redeem(client, quantity=2, delivery="pick_up").content.decode()
    for wrong in ({"quantity": 0}, {"quantity": "x"}, {"delivery": "balloon"}, {"key": "no"}):
        assert redeem(client, **{"delivery": "pick_up", **wrong}).status_code == 200
    assert apps.get_model("membership.Redemption").objects.count() == 0


def test_a_gift_is_given_back_before_it_goes_out(client):
    before = spendable(client)
    number = re.search(r"redemptions/(\w+)", redeem(client, **HOME)["Location"])[1]
    page = client.post(f"/m/redemptions/{number}/cancel", follow=True).content.decode()
    assert "Your points are back" in page
    assert spendable(client) == before
    assert 'class="word error"' in client.post(f"/m/redemptions/{number}/cancel", follow=True).content.decode()


def test_a_gift_on_its_way_is_said_to_have_arrived(client):
    redeem(client, **HOME)
    mall.ship(SYSTEM, newest().number, "顺丰", "SF123", utc_now())
    page = client.get(f"/m/redemptions/{newest().number}").content.decode()
    assert "SF123" in page
    assert "Cancel" not in page
    client.post(f"/m/redemptions/{newest().number}/receive")
    assert newest().state == "received"


def test_nobody_sees_cancels_or_receives_what_is_another_members(client):
    redeem(client, **HOME)
    other, number = signed_in("阿杰"), newest().number
    assert other.get(f"/m/redemptions/{number}").status_code == 404
    other.post(f"/m/redemptions/{number}/cancel")
    assert other.post(f"/m/redemptions/{number}/receive").status_code == 404
    assert newest().state == "waiting"
    assert other.get("/m/redemptions").context["rows"] == []


def test_honours_show_badges_and_places_and_hide_the_name_that_wishes_it(client):
    page = client.get("/m/honours").content.decode()
    assert "回头客" in page
    assert "本月消费榜" in page
    client.post("/m/honours/shown")
    assert "Show my name" in client.get("/m/honours").content.decode()
    other = signed_in("阿杰")
    assert "小月" not in other.get("/m/honours").content.decode()
    client.post("/m/honours/shown", {"on": "1"})
    assert "Do not show my name" in client.get("/m/honours").content.decode()
