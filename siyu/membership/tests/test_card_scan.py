"""The counter scans a member's card: who it is, masked, and a benefit used once."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from siyu.lib.clock import utc_now
from siyu.loyalty.services import install_default_programme
from siyu.loyalty.tests.scene import FIRST_DAY, rows
from siyu.members.services import card_code
from siyu.membership.services.benefits import BenefitGift, grant_benefit, publish_benefit
from siyu.membership.tests.test_deed_pages import anna, staff
from siyu.merchant.rules import SYSTEM, Role

pytestmark = pytest.mark.django_db


def test_a_card_shows_the_member_masked_and_uses_a_benefit_once() -> None:
    install_default_programme(SYSTEM, FIRST_DAY)
    number, desk = anna(), staff(Role.OWNER)
    twice_a_month = {"terms": {"service": "洗护"}, "quota": {"times": 2, "per": "month"}}
    publish_benefit(SYSTEM, "wash", "free_service", "洗护", twice_a_month, FIRST_DAY, today=FIRST_DAY, now=utc_now())
    grant_benefit(SYSTEM, [BenefitGift(number, "wash", "gift:1", "test")], utc_now())
    code = card_code(number, utc_now())

    page = desk.post(reverse("mall-scan"), {"code": code}).content.decode()

    assert "安娜" not in page
    assert "安" in page
    assert "500" in page
    key = re.search(r'name="benefit" value="wash"><input type="hidden" name="key" value="([^"]+)"', page)
    assert key is not None
    asked = {"code": code, "use": "1", "benefit": "wash", "key": key[1], "ref": "T1"}
    assert "Used." in desk.post(reverse("mall-scan"), asked).content.decode()
    desk.post(reverse("mall-scan"), asked)
    assert rows("SELECT count(*), sum(quantity) FROM membership_benefituse")[0] == (1, 1)


def test_an_old_or_foreign_card_is_refused_in_words() -> None:
    number, desk = anna(), staff()
    old = card_code(number, utc_now() - timedelta(minutes=10))

    assert "older than five minutes" in desk.post(reverse("mall-scan"), {"code": old}).content.decode()
    assert "not the code" in desk.post(reverse("mall-scan"), {"code": "MC" + "A" * 23 + "!"}).content.decode()


def test_outside_the_viewers_scope_there_is_no_link_to_the_member() -> None:
    number, clerk = anna(), staff(Role.SHOP_ASSISTANT)

    page = clerk.post(reverse("mall-scan"), {"code": card_code(number, utc_now())})

    assert page.status_code == 200
    assert reverse("member", args=[rows("SELECT public_id FROM members_member")[0][0]]) not in page.content.decode()
