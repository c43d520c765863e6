"""Benefits and paid membership as a member sees and decides them."""

from uuid import uuid4

import pytest
from django.apps import apps

from siyu.lib.clock import utc_now
from siyu.membership.queries.plans import member_plan
from siyu.membership.services.benefits import BenefitAsk, publish_benefit, use_benefit
from siyu.membership.services.plans import PlanPayment, pay_plan, publish_plan
from siyu.merchant.queries import today
from siyu.merchant.rules import SYSTEM

from .visiting import live, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    """小月 (普通), who has free shipping twice a month, with silver's early access above her, and two plans on sale."""
    live()
    now, day = utc_now(), today(utc_now())
    shipping = {"terms": {"fee_minor": 1_200}, "quota": {"times": 2, "per": "month"}, "sources": [{"by": "tier", "codes": ["bronze"]}]}
    publish_benefit(SYSTEM, "shipping", "free_shipping", "包邮券", shipping, day, today=day, now=now)
    early = {"terms": {"hours": 24}, "trial_days": 3, "sources": [{"by": "tier", "codes": ["silver"]}]}
    publish_benefit(SYSTEM, "early", "early_access", "提前购", early, day, today=day, now=now)
    year = {"price_minor": 36_500, "days": 365, "sku": "VIP-Y", "rank": 1, "trial": {"days": 7}, "words": "全年包邮"}
    publish_plan(SYSTEM, "year", "年卡", year, day, today=day, now=now)
    paid = {"price_minor": 73_000, "days": 365, "sku": "VIP-B", "rank": 2, "trial": {"days": 7, "price_minor": 100}}
    publish_plan(SYSTEM, "black", "黑金卡", paid, day, today=day, now=now)
    return signed_in()


def test_what_is_left_of_a_benefit_and_why_one_has_it(client):
    use_benefit(SYSTEM, [BenefitAsk(client.who.pk, "shipping", "order 1", because="order 1")], utc_now())
    page = client.get("/m/benefits").content.decode()
    for words in ("包邮券", "1 use left", "used 1 of 2", "with your tier", "提前购", "Silver"):
        assert words in page


def test_a_benefit_of_the_next_tier_is_tried_once(client):
    assert "Yours to try until" in client.post("/m/benefits/early/trial", follow=True).content.decode()
    assert "to try" in client.get("/m/benefits").content.decode()
    client.post("/m/benefits/early/trial")
    assert apps.get_model("membership.BenefitGrant").objects.count() == 1
    assert 'class="word error"' in client.post("/m/benefits/nothing/trial", follow=True).content.decode()


def test_a_plan_shows_days_and_savings_and_its_renewal_is_cancelled_and_resumed(client):
    pay_plan(SYSTEM, [PlanPayment(client.who.pk, "year", 36_500, "p1", "till 7", auto_renew=True)], utc_now())
    page = client.get("/m/plans").content.decode()
    assert "年卡" in page
    assert "365" in page
    first, key = client.get("/m/plans").context["key"], uuid4()
    assert first != key

    for _ in range(2):
        client.post("/m/plans/renewal", {"key": key})
    assert member_plan(client.who.pk, utc_now()).standing.state == "cancelled"
    assert "Your membership goes on" in client.post("/m/plans/renewal", {"resume": "1", "key": uuid4()}, follow=True).content.decode()
    client.post("/m/plans/renewal", {"key": uuid4()})
    assert member_plan(client.who.pk, utc_now()).standing.state == "cancelled"


def test_a_free_trial_begins_here_and_a_paid_one_in_the_shop(client):
    page = client.get("/m/plans").content.decode()
    assert page.count("for nothing") == 1
    assert 'class="word error"' in client.post("/m/plans/black/trial", follow=True).content.decode()
    client.post("/m/plans/year/trial")
    client.post("/m/plans/year/trial")
    assert member_plan(client.who.pk, utc_now()).standing.state == "trial"
    assert "for nothing" not in client.get("/m/plans").content.decode()
    assert 'class="word error"' in client.post("/m/plans/none/trial", follow=True).content.decode()


def test_without_a_plan_nothing_can_be_cancelled(client):
    assert 'class="word error"' in client.post("/m/plans/renewal", {"key": uuid4()}, follow=True).content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_both_pages_speak_the_members_language(client, language):
    client.cookies["django_language"] = language
    assert ("With Silver also" if language == "en" else "升级到银卡还可享") in client.get("/m/benefits").content.decode()
    assert ("Paid membership" if language == "en" else "付费会员") in client.get("/m/plans").content.decode()
