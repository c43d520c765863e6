"""Fee income and renewals: months add up to what was paid and not paid back, however it was refunded, upgraded or merged."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from siyu.facts.pump import pump
from siyu.membership.queries.plans import income, member_plan, plan_views, renewals
from siyu.membership.services.benefits import BenefitAsk, publish_benefit, use_benefit
from siyu.membership.services.plans import PlanPayment, PlanRefund, pay_plan, publish_plan, refund_plan
from siyu.merchant.rules import SYSTEM, WHOLE, Scope

from .scene import DAY_BEFORE, LI, START, buys, days, gets_back, install_plans, is_the_same_as, member

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def plans() -> None:
    install_plans()


def all_months(**more) -> list:
    return income(date(2026, 1, 1), date(2028, 12, 31), SHANGHAI, **more)


def test_a_fee_is_earned_by_its_days_and_paid_at_once() -> None:
    buys("ann", "VIP-Y", 36_500, "1")  # 2 March

    months = {one.month: one for one in all_months()}

    assert (months[date(2026, 3, 1)].recognised_minor, months[date(2026, 3, 1)].paid_minor) == (3_000, 36_500)
    assert months[date(2026, 4, 1)].recognised_minor == 3_000
    assert months[date(2027, 3, 1)].recognised_minor == 100
    assert sum(one.recognised_minor for one in months.values()) == 36_500


def test_what_is_earned_is_what_was_paid_and_not_paid_back_whatever_happens() -> None:
    buys("ann", "VIP-Y", 36_501, "1")
    buys("bea", "VIP-Y", 39_999, "2", START + days(40))
    gets_back("ann", 12_345, "1", START + days(50))
    buys("ann", "VIP-B", 70_001, "3", START + days(60))
    is_the_same_as("ann", "bea", START + days(90))
    pay_plan(LI, [PlanPayment(member("ann"), "month", 2_999, "k1", "cash")], START + days(95))
    refund_plan(LI, [PlanRefund(member("ann"), "r1", "angry", 2_000)], START + days(100))
    pump(START + days(900))

    months = all_months()

    cash = sum(one.paid_minor for one in months), sum(one.refunded_minor for one in months)
    assert sum(one.recognised_minor for one in income(date(2026, 1, 1), date(2033, 12, 31), SHANGHAI)) == cash[0] - cash[1]
    assert cash[0] == 36_501 + 39_999 + 70_001 + 2_999


def test_renewals_count_periods_that_ended_and_those_that_went_on() -> None:
    buys("ann", "VIP-M", 3_000, "1")
    buys("ann", "VIP-M", 3_000, "2", START + days(20))
    buys("bea", "VIP-M", 3_000, "3")
    buys("cat", "VIP-T", 0, "4")
    buys("cat", "VIP-Y", 36_500, "5", START + days(3))

    counted = {(one.plan, one.kind): (one.ended, one.followed) for one in renewals(date(2026, 3, 1), date(2026, 4, 15))}

    assert counted == {("month", "paid"): (2, 1), ("year", "trial"): (1, 1)}


def test_members_are_counted_by_plan_and_state_within_the_scope() -> None:
    buys("ann", "VIP-M", 3_000, "1")
    buys("bea", "VIP-T", 0, "2")

    assert {view.plan.code: view.states for view in plan_views()} == {"year": {"trial": 1}, "month": {"active": 1}, "black": {}}
    assert all(view.members == 0 for view in plan_views(Scope(store_ids=())))
    assert sum(one.recognised_minor + one.paid_minor for one in all_months(scope=Scope(store_ids=()))) == 0
    assert WHOLE.is_whole


def test_savings_and_the_refund_count_the_benefits_used() -> None:
    definition = {"terms": {"service": "Fitting", "worth_minor": 5_000}}
    publish_benefit(SYSTEM, "fitting", "free_service", "Fitting", definition, DAY_BEFORE, today=DAY_BEFORE, now=START)
    terms = {"price_minor": 36_500, "days": 365, "benefits": ["fitting"], "refund": {"full_days": 7, "less_used": True}, "sku": "FIT"}
    publish_plan(SYSTEM, "fit", "Fit", terms, DAY_BEFORE, today=DAY_BEFORE, now=START)
    buys("ann", "FIT", 36_500, "1")
    who = member("ann")
    assert member_plan(who, START + days(3)).refund.amount_minor == 36_500  # nothing used, within a week

    use_benefit(LI, [BenefitAsk(who, "fitting", "u1")], START + days(1))

    after = member_plan(who, START + days(100))
    assert (after.saved_minor, after.days_left) == (5_000, 265)
    assert (after.refund.value_minor, after.refund.used_minor, after.refund.amount_minor) == (26_500, 5_000, 21_500)


def test_another_plan_costs_its_price_less_the_rest() -> None:
    buys("ann", "VIP-Y", 36_500, "1")

    switches = {one.plan: one for one in member_plan(member("ann"), START + days(100)).switches}

    assert (switches["black"].credit_minor, switches["black"].to_pay_minor) == (26_500, 46_500)
    assert (switches["month"].at_once, switches["month"].to_pay_minor) == (True, 0)
