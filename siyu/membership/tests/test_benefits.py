"""Benefits: who holds which, how often they are used, what the ledger says of it, and what merges and time do to them."""

from datetime import date, timedelta
from typing import Any

import pytest

from siyu.audiences.services import archive, create
from siyu.facts.pump import pump
from siyu.lib.refusal import Refusal
from siyu.loyalty.queries import balances
from siyu.loyalty.rewards import Because, Reward, give
from siyu.loyalty.services import install_default_programme
from siyu.members.services import merge_members, tag, undo_merge
from siyu.membership.holdings import held
from siyu.membership.models import BenefitGrant, BenefitUse
from siyu.membership.services.benefits import (
    BenefitAsk,
    BenefitGift,
    BenefitReturn,
    BenefitTrial,
    archive_benefit,
    grant_benefit,
    publish_benefit,
    return_benefit,
    revoke_benefit,
    try_benefit,
    use_benefit,
)
from siyu.membership.services.plans import publish_plan
from siyu.merchant.rules import SYSTEM

from .scene import DAY_BEFORE, LI, START, buys, days, happens, install_plans, member, rows, told

pytestmark = pytest.mark.django_db

SHIPPING = {
    "terms": {"fee_minor": 1_200},
    "quota": {"times": 2, "per": "month"},
    "sources": [
        {"by": "tier", "codes": ["bronze"]},
        {"by": "tier", "codes": ["silver"], "times": 4},
        {"by": "tag", "codes": ["VIP"], "times": 9},
    ],
}


def publish(code: str = "shipping", kind: str = "free_shipping", from_day: date = DAY_BEFORE, **definition: Any) -> int:
    return publish_benefit(SYSTEM, code, kind, code, definition or SHIPPING, from_day, today=DAY_BEFORE, now=START)


@pytest.fixture(autouse=True)
def programme() -> None:
    install_default_programme(SYSTEM, DAY_BEFORE)
    install_plans()


def someone(who: str = "ann") -> int:
    happens("page.viewed", who)
    return member(who)


def asks(who: int, key: str, benefit: str = "shipping", **more: Any) -> BenefitAsk:
    return BenefitAsk(who, benefit, key, **more)


def left(who: int, benefit: str = "shipping", at=START) -> Any:
    standing = held([who], at)[who].get(benefit)
    return standing.remaining if standing else "not held"


def test_a_quota_is_opened_by_its_first_use_and_says_when_the_next_comes() -> None:
    publish()
    who = someone()
    assert left(who) == 2
    assert "quota:shipping" not in balances([who]).get(who, {})

    used = use_benefit(LI, [asks(who, "u1"), asks(who, "u2")], START)

    assert [(one.remaining, one.value_minor) for one in used] == [(1, 1_200), (0, 1_200)]
    assert left(who) == balances([who])[who]["quota:shipping"].available == 0
    with pytest.raises(Refusal) as refused:
        use_benefit(LI, [asks(who, "u3")], START)
    assert (refused.value.code, refused.value.values["day"]) == ("benefit.used_up", date(2026, 4, 1))


def test_a_new_period_brings_new_uses_and_the_rest_of_the_old_ends() -> None:
    publish()
    who = someone()
    use_benefit(LI, [asks(who, "u1")], START)

    pump(START + days(40))
    use_benefit(LI, [asks(who, "u2")], START + days(40))

    assert left(who, at=START + days(40)) == balances([who])[who]["quota:shipping"].available == 1
    assert balances([who])[who]["quota:shipping"].expired == 1


def test_the_same_key_uses_once_and_another_question_under_it_is_refused() -> None:
    publish()
    who = someone()
    use_benefit(LI, [asks(who, "u1")], START)

    assert use_benefit(LI, [asks(who, "u1")], START)[0].is_repeated
    assert BenefitUse.objects.count() == 1
    with pytest.raises(Refusal, match=r"key.reused"):
        use_benefit(LI, [asks(who, "u1", quantity=2)], START)


def test_a_use_that_is_given_back_can_be_used_again_in_its_period() -> None:
    publish()
    who = someone()
    use_benefit(LI, [asks(who, "u1", quantity=2)], START)

    back = return_benefit(LI, [BenefitReturn("u1", "b1", "parcel lost", 1)], START)
    again = return_benefit(LI, [BenefitReturn("u1", "b1", "parcel lost", 1)], START)

    assert (back[0].remaining, again[0].is_repeated) == (1, True)
    assert left(who) == balances([who])[who]["quota:shipping"].available == 1
    with pytest.raises(Refusal, match=r"benefit.returned"):
        return_benefit(LI, [BenefitReturn("u1", "b2", "again", 2)], START)


def test_the_most_generous_line_counts() -> None:
    publish()
    who = someone()
    tag(LI, [who], "VIP", now=START)

    assert left(who) == 9
    buys("ann", "SHIRT", 150_000, "9")
    assert {reason.by for reason in held([who], START)[who]["shipping"].holding.reasons} == {"tier", "tag"}


def test_a_plan_gives_its_benefits_while_it_is_paid_and_in_grace() -> None:
    publish("fitting", "free_service", terms={"service": "Fitting", "worth_minor": 5_000})
    with_fitting = {"price_minor": 100, "days": 30, "sku": "FIT", "grace_days": 2, "benefits": ["fitting"]}
    publish_plan(SYSTEM, "fit", "Fit", with_fitting, DAY_BEFORE, today=DAY_BEFORE, now=START)
    who = someone()
    assert left(who, "fitting") == "not held"

    buys("ann", "FIT", 100, "1")

    assert [left(who, "fitting", START + days(day)) for day in (0, 29, 31, 32)] == [None, None, None, "not held"]
    assert use_benefit(LI, [asks(who, "u1", "fitting")], START)[0].value_minor == 5_000


def test_a_plan_gives_the_benefits_of_a_tier_too() -> None:
    publish("early", "early_access", terms={"hours": 24}, sources=[{"by": "tier", "codes": ["gold"]}])
    terms = {"price_minor": 100, "days": 30, "sku": "GOLD", "tier": "gold"}
    publish_plan(SYSTEM, "golden", "Golden", terms, DAY_BEFORE, today=DAY_BEFORE, now=START)
    who = someone()
    assert left(who, "early") == "not held"

    buys("ann", "GOLD", 100, "1")

    assert (left(who, "early"), left(who, "early", START + days(31))) == (None, "not held")


def test_a_benefit_by_hand_ends_with_its_time_and_is_told() -> None:
    publish("fitting", "free_service", terms={"service": "Fitting"}, quota={"times": 1, "per": "year"})
    who = someone()
    grant_benefit(LI, [BenefitGift(who, "fitting", "g1", "sorry for the delay", START + days(3), times=2)], START)
    grant_benefit(LI, [BenefitGift(who, "fitting", "g1", "sorry for the delay", START + days(3), times=2)], START)

    pump(START)
    assert (BenefitGrant.objects.count(), left(who, "fitting"), left(who, "fitting", START + days(3))) == (1, 2, "not held")
    pump(START + days(4))
    assert told("benefit.") == ["benefit.granted", "benefit.ended"]


def test_what_was_given_can_be_taken_back() -> None:
    publish("fitting", "free_service", terms={"service": "Fitting"})
    who = someone()
    (number,) = grant_benefit(LI, [BenefitGift(who, "fitting", "g1", "gift")], START)
    pump(START)

    revoke_benefit(LI, number, "mistake", START + days(1))
    pump(START + days(1))

    assert left(who, "fitting", START + days(1)) == "not held"
    assert told("benefit.") == ["benefit.granted", "benefit.ended"]
    with pytest.raises(Refusal, match=r"benefit.revoked"):
        revoke_benefit(LI, number, "again", START + days(1))


def test_the_next_tiers_benefit_can_be_tried_once_a_year() -> None:
    publish("early", "early_access", terms={"hours": 24}, sources=[{"by": "tier", "codes": ["silver"]}], trial_days=7)
    publish("gold_only", "early_access", terms={"hours": 48}, sources=[{"by": "tier", "codes": ["gold"]}], trial_days=7)
    who = someone()

    until = try_benefit(LI, BenefitTrial(who, "early", "t1"), START)
    pump(START + days(8))

    assert until - START < timedelta(days=7)
    assert (left(who, "early"), left(who, "early", START + days(8))) == (None, "not held")
    assert told("benefit.") == ["benefit.tried", "benefit.ended"]
    for benefit, code in (("early", "benefit.tried"), ("gold_only", "benefit.no_trial")):
        with pytest.raises(Refusal, match=code):
            try_benefit(LI, BenefitTrial(who, benefit, f"t-{benefit}"), START + days(9))


def test_a_shop_tells_of_a_use_and_it_counts_even_beyond_the_quota() -> None:
    publish()
    who = someone()
    for number in range(3):
        happens("benefit.redeemed", "ann", START + days(number / 10), benefit="shipping", use=f"s{number}", order_number="7")
    happens("benefit.redeemed", "ann", START + days(1), benefit="shipping", use="s0", order_number="7")

    assert (BenefitUse.objects.count(), left(who)) == (3, 0)
    assert balances([who])[who]["quota:shipping"].spent == 3
    assert told("benefit.used") == ["benefit.used"] * 3


def test_one_person_has_one_quota_and_two_have_two_again() -> None:
    publish()
    one, other = someone("ann"), someone("bea")
    use_benefit(LI, [asks(one, "u1"), asks(other, "u2")], START)

    merge_members(LI, one, other, "same phone", now=START + days(1))
    survivor = member("ann")
    assert left(survivor) == 0
    with pytest.raises(Refusal, match=r"benefit.used_up"):
        use_benefit(LI, [asks(survivor, "u3")], START + days(1))
    undo_merge(LI, rows("SELECT id FROM members_merge_log")[0][0], "sisters", now=START + days(2))

    assert (left(one), left(other)) == (1, 1)


def test_a_reward_gives_a_benefit_for_days() -> None:
    publish("fitting", "free_service", terms={"service": "Fitting"})
    who = someone()

    give(SYSTEM, [Reward(who, {"kind": "benefit", "benefit": "fitting", "days": 3}, "r1", Because("task", "t", "Task"))], START)

    assert (left(who, "fitting"), left(who, "fitting", START + days(4))) == (None, "not held")


@pytest.mark.parametrize(
    ("kind", "definition", "code"),
    [
        ("moon", {}, "benefit.kind"),
        ("discount", {"terms": {"percent": 91}}, "benefit.terms"),
        ("discount", {"terms": {"colour": 1}}, "benefit.terms"),
        ("discount", {"quota": {"times": 0}}, "benefit.definition"),
        ("discount", {"quota": {"times": 1, "per": "decade"}}, "benefit.definition"),
        ("discount", {"trial_days": 3}, "benefit.definition"),
        ("discount", {"sources": [{"by": "tier", "codes": ["a"], "times": 1}]}, "benefit.definition"),
        ("free_service", {"terms": {"service": "  "}}, "benefit.terms"),
    ],
)
def test_benefits_that_are_refused(kind: str, definition: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        publish("odd", kind, **definition) if definition else publish_benefit(
            SYSTEM, "odd", kind, "odd", {}, DAY_BEFORE, today=DAY_BEFORE, now=START
        )

    assert refused.value.code == code


def test_versions_begin_on_their_day_and_an_archived_benefit_ends() -> None:
    publish()
    publish(
        from_day=date(2026, 3, 10),
        terms={"fee_minor": 900},
        quota={"times": 5, "per": "month"},
        sources=[{"by": "tier", "codes": ["bronze"]}],
    )
    who = someone()

    assert (left(who), left(who, at=START + days(9))) == (2, 5)
    archive_benefit(LI, "shipping", date(2026, 3, 20), today=DAY_BEFORE, now=START)
    assert left(who, at=START + days(30)) == "not held"


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        ({"benefit": "moon"}, "benefit.unknown"),
        ({"benefit": "gold"}, "benefit.not_held"),
        ({"quantity": 0}, "benefit.quantity"),
        ({"member_id": 0}, "benefit.member"),
        ({"key": ""}, "benefit.key"),
    ],
)
def test_uses_that_are_refused(ask: dict[str, Any], code: str) -> None:
    publish()
    publish("gold", "early_access", terms={"hours": 3}, sources=[{"by": "tier", "codes": ["gold"]}])

    with pytest.raises(Refusal) as refused:
        use_benefit(LI, [asks(someone(), "u1")._replace(**ask)], START)

    assert refused.value.code == code
    assert not BenefitUse.objects.exists()


def test_an_audience_is_not_put_away_while_a_benefit_is_given_by_it() -> None:
    regulars = create(SYSTEM, "常客", {"condition": "tag", "tags": ["常客"]}, now=START)
    publish(terms={"fee_minor": 1_200}, sources=[{"by": "audience", "codes": [str(regulars)]}])

    with pytest.raises(Refusal, match=r"audience\.in_use: it is asked for by: shipping"):
        archive(SYSTEM, regulars, now=START)

    publish(from_day=START.date(), terms={"fee_minor": 1_200})
    archive(SYSTEM, regulars, now=START)
