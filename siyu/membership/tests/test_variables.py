"""Templates speak of a paid plan while it runs, and of the benefits held."""

from datetime import date

import pytest

from siyu.membership.services.benefits import BenefitGift, grant_benefit, publish_benefit
from siyu.merchant.queries import today
from siyu.merchant.rules import SYSTEM
from siyu.touches.variables import known, values_of

from .scene import START, buys, days, happens, install_plans, member

pytestmark = pytest.mark.django_db
PLAN = {name for name in known() if name.startswith("plan.")}


def test_a_plan_is_told_while_it_runs_with_its_last_day() -> None:
    install_plans()
    buys("ann", "VIP-M", 3_000, "1")
    happens("page.viewed", "bea")
    ann, bea = member("ann"), member("bea")

    said = values_of([ann, bea], PLAN, START)

    assert said[ann] == {"plan.name": "month", "plan.ends_on": date(2026, 4, 1), "plan.days_left": 31}
    assert said[bea] == {}
    assert values_of([ann], PLAN, START + days(30))[ann]["plan.days_left"] == 1
    assert values_of([ann], PLAN, START + days(31))[ann] == {}


def test_benefits_held_are_named() -> None:
    happens("page.viewed", "ann")
    happens("page.viewed", "bea")
    ann, bea = member("ann"), member("bea")
    wash = {"terms": {"service": "免费洗护"}, "quota": {"times": 2, "per": "month"}}
    publish_benefit(SYSTEM, "wash", "free_service", "免费洗护", wash, today(START), today=today(START), now=START)
    grant_benefit(SYSTEM, [BenefitGift(ann, "wash", "gift:1", "贵宾补偿")], START)

    said = values_of([ann, bea], {"benefit.names", "benefit.count"}, START)

    assert (said[ann], said[bea]) == ({"benefit.names": "免费洗护", "benefit.count": 1}, {"benefit.count": 0})
