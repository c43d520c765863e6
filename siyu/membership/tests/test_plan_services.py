"""Paid membership by services and by orders: what is bought, told, cancelled, refunded, merged and parted again."""

from datetime import UTC, datetime

import pytest

from siyu.facts.pump import pump
from siyu.lib.refusal import Refusal
from siyu.members.services import merge_members, undo_merge
from siyu.membership.models import Plan, PlanEvent, Subscription
from siyu.membership.queries.plans import member_plan
from siyu.membership.services.plans import (
    PlanCancel,
    PlanPayment,
    PlanRefund,
    cancel_plan,
    pay_plan,
    publish_plan,
    refund_plan,
    resume_plan,
)

from .scene import DAY_BEFORE, LI, PLANS, START, buys, days, gets_back, happens, install_plans, is_the_same_as, member, rows, told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plans() -> None:
    install_plans()


def someone(who: str = "ann") -> int:
    happens("page.viewed", who)
    return member(who)


def paid(who: int, plan: str = "year", key: str = "k1", amount: int = 36_500, **more) -> PlanPayment:
    return PlanPayment(who, plan, amount, key, "payment 4711", **more)


def test_an_order_with_the_plans_sku_begins_it_and_the_next_one_renews_it() -> None:
    buys("ann", "VIP-Y", 36_500, "1")
    buys("ann", "VIP-Y", 36_500, "2", START + days(100))

    standing = Subscription.objects.get()
    assert (standing.owner_id, standing.state, (standing.until - standing.since).days) == (member("ann"), "active", 730)
    assert told() == ["plan.started", "plan.renewed"]


@pytest.mark.parametrize(
    ("lines", "amounts"),
    [
        ([("2", 6_000)], [3_000, 3_000]),
        ([("2.0", 6_000)], [3_000, 3_000]),
        ([(1, 3_000), (1, 2_500)], [2_750, 2_750]),
        ([(1, 3_000), (-1, 0)], []),
        ([(0, 0)], []),
    ],
)
def test_an_order_buys_as_many_periods_as_its_lines_have_pieces(lines: list, amounts: list[int]) -> None:
    of_plan = [{"sku": "VIP-M", "quantity": quantity, "amount_minor": amount} for quantity, amount in lines]
    shirt = {"sku": "SHIRT", "quantity": 1, "amount_minor": 1_000}
    paid = sum(amount for _, amount in lines) + 1_000
    happens("order.paid", "ann", shop="web", order_number="1", amount_minor=paid, lines=[of_plan[0], shirt, *of_plan[1:]])

    standing = member_plan(member("ann"), START).standing

    assert [one.amount_minor for one in standing.payments] == amounts


def test_other_orders_are_nobodys_plan() -> None:
    buys("ann", "SHIRT", 9_900, "1")

    assert not PlanEvent.objects.exists()


def test_a_refund_of_the_order_in_parts_ends_the_plan_with_the_last() -> None:
    buys("ann", "VIP-Y", 36_500, "1")
    gets_back("ann", 20_000, "1", START + days(1), refund="r1")
    gets_back("ann", 20_000, "1", START + days(2), refund="r1")  # told twice
    assert Subscription.objects.get().refunded_minor == 20_000

    gets_back("ann", 16_500, "1", START + days(3), refund="r2")

    assert (Subscription.objects.get().state, Subscription.objects.get().refunded_minor) == ("ended", 36_500)
    assert rows("SELECT sum(amount_minor) FROM membership_planterm") == [(0,)]
    assert told() == ["plan.started", "plan.refunded", "plan.refunded", "plan.ended"]


def test_a_refund_that_came_before_its_order_counts() -> None:
    gets_back("ann", 36_500, "1", START)
    buys("ann", "VIP-Y", 36_500, "1", START + days(1))

    assert Subscription.objects.get().state == "ended"


def test_time_announces_graces_and_ends() -> None:
    buys("ann", "VIP-Y", 36_500, "1")
    for day in (300, 361, 366, 369):
        pump(START + days(day))

    assert told() == ["plan.started", "plan.renewal_noticed", "plan.grace_began", "plan.ended"]
    assert Subscription.objects.get().due_at is None


def test_a_payment_by_hand_is_told_by_the_pump_and_counts_once() -> None:
    who = someone()
    first = pay_plan(LI, [paid(who)], START)
    again = pay_plan(LI, [paid(who)], START + days(1))

    pump(START + days(1))
    pump(START + days(2))

    assert [receipt.is_repeated for receipt in (*first, *again)] == [False, True]
    assert told() == ["plan.started"]
    with pytest.raises(Refusal, match=r"key.reused"):
        pay_plan(LI, [paid(who, amount=1)], START + days(1))


def test_cancelling_and_resuming() -> None:
    who = someone()
    pay_plan(LI, [paid(who)], START)
    cancel_plan(LI, [PlanCancel(who, "c1", "asked by phone")], START + days(1))
    with pytest.raises(Refusal, match=r"plan.not_running"):
        cancel_plan(LI, [PlanCancel(who, "c2", "again")], START + days(1))

    resume_plan(LI, [PlanCancel(who, "c3", "changed their mind")], START + days(2))

    assert Subscription.objects.get().state == "active"
    with pytest.raises(Refusal, match=r"plan.not_cancelled"):
        resume_plan(LI, [PlanCancel(who, "c4", "again")], START + days(2))


def test_a_refund_by_policy_gives_back_the_whole_days_left() -> None:
    who = someone()
    pay_plan(LI, [paid(who)], START)

    receipt = refund_plan(LI, [PlanRefund(who, "r1", "moved abroad")], START + days(100))[0]
    pump(START + days(100))

    assert (receipt.amount_minor, receipt.standing.state) == (26_500, "ended")
    assert told() == ["plan.started", "plan.refunded", "plan.ended"]
    with pytest.raises(Refusal, match=r"plan.nothing_to_refund"):
        refund_plan(LI, [PlanRefund(who, "r2", "again")], START + days(100))


def test_more_than_was_paid_is_never_refunded() -> None:
    who = someone()
    pay_plan(LI, [paid(who)], START)

    with pytest.raises(Refusal, match=r"plan.refund_too_much"):
        refund_plan(LI, [PlanRefund(who, "r1", "kind", amount_minor=36_501)], START)


def test_a_trial_is_for_who_never_had_the_plan() -> None:
    who = someone()
    pay_plan(LI, [paid(who, amount=0, is_trial=True)], START)
    pump(START + days(8))

    assert Subscription.objects.get().state == "ended"
    with pytest.raises(Refusal, match=r"plan.trial_used"):
        pay_plan(LI, [paid(who, amount=0, key="k2", is_trial=True)], START + days(9))
    with pytest.raises(Refusal, match=r"plan.trial_none"):
        pay_plan(LI, [paid(who, "black", key="k3", is_trial=True)], START + days(9))


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        ({"plan": "none"}, "plan.unknown"),
        ({"amount_minor": -1}, "plan.amount"),
        ({"key": ""}, "plan.key"),
        ({"because": " "}, "plan.because"),
        ({"member_id": 0}, "plan.member"),
        ({"paid_at": START + days(1)}, "plan.paid_at"),
        ({"paid_at": datetime.min.replace(tzinfo=UTC)}, "plan.paid_at"),
    ],
)
def test_payments_that_are_refused(ask: dict, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        pay_plan(LI, [paid(someone())._replace(**ask)], START)

    assert refused.value.code == code
    assert not PlanEvent.objects.exists()


def test_two_people_become_one_and_two_again_by_facts_and_by_hand() -> None:
    buys("ann", "VIP-Y", 36_500, "1")
    buys("bea", "VIP-Y", 36_500, "2", START + days(30))
    before = rows("SELECT owner_id, until, state FROM membership_subscription ORDER BY 1")

    is_the_same_as("ann", "bea", START + days(60))
    assert [(row.owner_id, (row.until - row.since).days) for row in Subscription.objects.all()] == [(member("ann"), 30 + 365 + 305)]
    merge = rows("SELECT id FROM members_merge_log")[0][0]
    undo_merge(LI, merge, "two sisters", now=START + days(61))

    assert rows("SELECT owner_id, until, state FROM membership_subscription ORDER BY 1") == before
    pump(START + days(62))
    assert told() == ["plan.started", "plan.started"]
    for day in (361, 369, 400):
        pump(START + days(day))
    assert sorted(told()) == sorted(["plan.started", "plan.renewal_noticed", "plan.grace_began", "plan.ended"] * 2)


def test_a_merge_by_hand_keeps_what_both_paid() -> None:
    one, other = someone("ann"), someone("bea")
    pay_plan(LI, [paid(one), paid(other, "black", "k2", 73_000)], START)
    pump(START)

    merge_members(LI, one, other, "same passport", now=START + days(10))
    pump(START + days(10))

    standing = Subscription.objects.get()
    assert (standing.plan, standing.paid_minor) == ("year", 36_500 + 73_000) or standing.plan == "black"
    assert rows("SELECT sum(amount_minor) FROM membership_planterm") == [(36_500 + 73_000,)]
    assert told() == ["plan.started", "plan.started"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"price_minor": -1}, "plan.terms"),
        ({"days": 0}, "plan.terms"),
        ({"notice_days": 4}, "plan.terms"),
        ({"colour": "red"}, "plan.definition"),
        ({"sku": "VIP-M"}, "plan.sku"),
        ({"gift": [{"kind": "moon"}]}, "reward.kind"),
    ],
)
def test_plans_that_are_refused(change: dict, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        publish_plan(LI, "gold", "Gold", {"price_minor": 100, "days": 30, **change}, DAY_BEFORE, today=DAY_BEFORE, now=START)

    assert refused.value.code == code


def test_who_paid_keeps_the_version_that_was_paid_for() -> None:
    buys("ann", "VIP-Y", 36_500, "1")
    publish_plan(LI, "year", "Year", {**PLANS["year"], "price_minor": 50_000, "days": 300}, DAY_BEFORE, today=DAY_BEFORE, now=START)
    buys("ann", "VIP-Y", 50_000, "2", START + days(1))

    assert Plan.objects.filter(code="year").count() == 2
    assert rows("SELECT version, to_day - from_day FROM membership_planterm ORDER BY from_day") == [(1, 365), (2, 300)]
