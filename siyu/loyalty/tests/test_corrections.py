"""Corrections by hand, value sent on, longer validity, and units as the merchant defines them."""

from datetime import timedelta

import pytest

from siyu.facts.pump import pump
from siyu.lib.refusal import Refusal
from siyu.loyalty.rules.terms import USUAL, After
from siyu.loyalty.services import (
    Adjust,
    Because,
    Extend,
    Grant,
    Spend,
    Transfer,
    adjust,
    approve_adjustment,
    define_unit,
    extend,
    grant,
    reject_adjustment,
    spend,
    transfer,
)
from siyu.loyalty.tests.check import faults
from siyu.loyalty.tests.scene import FIRST_DAY, START, days, gets_back, happens, member, pays, rows
from siyu.loyalty.tests.test_value import anna, given, has, spent  # noqa: F401
from siyu.merchant.rules import SYSTEM, Actor

pytestmark = pytest.mark.django_db
WHY = Because("case", "case:1", "补发")
CLERK, BOSS = Actor("staff", 1, "clerk"), Actor("staff", 2, "boss")


def corrected(who: int, amount: int, key: str = "a1"):
    return adjust(CLERK, [Adjust(who, "points", amount, key, WHY)], START)[0]


def test_a_small_correction_is_made_at_once_and_a_large_one_when_another_person_agrees(anna: int) -> None:  # noqa: F811
    assert corrected(anna, 10_000).balance == 10_000
    assert corrected(anna, 10_001, "a2") is None
    assert corrected(anna, 10_001, "a2") is None
    with pytest.raises(Refusal, match=r"adjust\.own"):
        approve_adjustment(CLERK, "a2", START)

    assert approve_adjustment(BOSS, "a2", START).balance == 20_001

    for act in (lambda: approve_adjustment(BOSS, "a2", START), lambda: reject_adjustment(BOSS, "a2", "nein", START)):
        with pytest.raises(Refusal, match=r"adjust\.decided"):
            act()
    with pytest.raises(Refusal, match=r"adjust\.unknown"):
        approve_adjustment(BOSS, "a3", START)
    assert rows("SELECT verb FROM merchant_audit WHERE verb LIKE '%adjust%' ORDER BY id") == [
        ("value.adjusted",),
        ("adjustment.asked",),
        ("value.adjusted",),
        ("adjustment.approved",),
    ]
    assert faults() == {}


def test_a_large_correction_keeps_the_terms_it_was_asked_with(anna: int) -> None:  # noqa: F811
    define_unit(SYSTEM, "points", "积分", {"expires": {"kind": "after", "days": 5}}, START.date(), now=START)
    for key, expires in (("usual", USUAL), ("never", None), ("terms", After(days=30)), ("instant", START + days(8))):
        adjust(CLERK, [Adjust(anna, "points", 10_001, key, WHY, expires)], START)
        approve_adjustment(BOSS, key, START)

    left = []
    for after in (0, 7, 9, 40):
        pump(START + days(after))
        left.append(has(anna)["available"] // 10_001)

    assert left == [4, 3, 2, 1]


def test_a_large_correction_asked_for_again_has_its_answer_once_it_is_approved(anna: int) -> None:  # noqa: F811
    corrected(anna, 10_001)
    done = approve_adjustment(BOSS, "a1", START)

    assert corrected(anna, 10_001) == done.repeated()
    assert has(anna) == {"available": 10_001}


def test_a_large_correction_is_refused_when_it_is_asked_not_when_it_is_approved(anna: int) -> None:  # noqa: F811
    given(anna, 5, "g1")
    corrected(anna, 10_001, "a1")
    adjust_for = lambda who, amount, key, expires=USUAL: adjust(CLERK, [Adjust(who, "points", amount, key, WHY, expires)], START)  # noqa: E731
    for ask, code in (
        (lambda: adjust_for(10**9, 10_001, "a2"), "value.member"),
        (lambda: adjust_for(anna, 10_001, ""), "value.key"),
        (lambda: adjust_for(anna, 10_001, "a2", START), "value.expired"),
        (lambda: adjust_for(anna, 1, "a2", START), "value.expired"),
        (lambda: adjust_for(anna, 10_001, "g1"), "key.reused"),
        (lambda: adjust_for(anna, 1, "a1"), "key.reused"),
        (lambda: adjust_for(anna, 10_001, "a1", None), "key.reused"),
    ):
        with pytest.raises(Refusal) as refused:
            ask()
        assert refused.value.code == code
    assert has(anna) == {"available": 5}
    assert faults() == {}


def test_what_is_rejected_moves_nothing(anna: int) -> None:  # noqa: F811
    corrected(anna, 10_001)
    reject_adjustment(BOSS, "a1", "not agreed", START)
    assert has(anna) == {}


def test_a_correction_leaves_a_debt_only_where_the_unit_allows_it(anna: int) -> None:  # noqa: F811
    given(anna, 10, "g1")
    with pytest.raises(Refusal, match=r"value\.insufficient"):
        corrected(anna, -11)
    define_unit(SYSTEM, "points", "积分", {"may_owe": True}, START.date(), now=START)

    corrected(anna, -11)

    assert has(anna) == {"revoked": 11, "debt": 1}
    given(anna, 5, "g2")
    assert has(anna) == {"available": 4, "revoked": 11}
    assert faults() == {}


def test_value_is_sent_on_with_its_expiry_where_the_unit_allows_it(anna: int) -> None:  # noqa: F811
    happens("page.viewed", "ben")
    given(anna, 10, "g1", expires_at=START + days(3))
    given(anna, 10, "g2", expires_at=None)
    sent = [Transfer(anna, member("ben"), "points", 15, "t1", WHY)]
    with pytest.raises(Refusal, match=r"value\.transfer_off"):
        transfer(SYSTEM, sent, START)
    define_unit(SYSTEM, "points", "积分", {"may_transfer": True}, START.date(), now=START)

    transfer(SYSTEM, sent, START)
    transfer(SYSTEM, sent, START)

    assert (has(anna), has(member("ben"))) == ({"available": 5}, {"available": 15})
    pump(START + days(3))
    assert has(member("ben")) == {"available": 5, "expired": 10}
    assert faults() == {}


def test_what_would_end_is_extended(anna: int) -> None:  # noqa: F811
    given(anna, 10, "g1", expires_at=START + days(3))
    extend(CLERK, [Extend(anna, "points", START + days(9), "e1", WHY)], START)
    pump(START + days(5))
    assert has(anna) == {"available": 10}
    with pytest.raises(Refusal, match=r"value\.insufficient"):
        extend(CLERK, [Extend(anna, "points", START + days(8), "e2", WHY)], START + days(5))
    pump(START + days(9))
    assert has(anna) == {"expired": 10}


def test_what_slides_lives_as_long_as_the_member_is_active(anna: int) -> None:  # noqa: F811
    define_unit(SYSTEM, "stored:gift", "礼金", {"expires": {"kind": "inactivity", "days": 10}}, FIRST_DAY, now=START)

    def give(key: str, now):
        grant(SYSTEM, [Grant(anna, "stored:gift", 100, key, WHY)], now)

    give("g1", START)
    spend(SYSTEM, [Spend(anna, "stored:gift", 30, "s1", WHY)], START + days(9))
    pump(START + days(15))
    assert has(anna, "stored:gift") == {"available": 70, "spent": 30}
    give("g2", START + days(19))
    pump(START + days(29))
    assert has(anna, "stored:gift") == {"available": 170, "spent": 30}
    pump(START + days(30))

    assert has(anna, "stored:gift") == {"spent": 30, "expired": 170}
    assert rows("SELECT active_until FROM loyalty_account WHERE unit = 'stored:gift'") == [(None,)]
    assert faults() == {}


def test_a_hold_that_ran_out_is_freed_by_the_pump(anna: int) -> None:  # noqa: F811
    from siyu.loyalty.services import Hold, hold

    given(anna, 10, "g1")
    hold(SYSTEM, [Hold(anna, "points", 4, "h1", WHY, START + timedelta(minutes=30))], START)
    pump(START + timedelta(minutes=30))
    assert has(anna) == {"available": 10}
    assert rows("SELECT count(*) FROM loyalty_hold") == [(0,)]
    assert faults() == {}


def test_units_have_versions_and_the_past_stands() -> None:
    assert define_unit(SYSTEM, "quota:lounge", "休息室", {"refunds": "within_balance"}, FIRST_DAY, now=START) == 1
    assert define_unit(SYSTEM, "quota:lounge", "休息室", {"refunds": "within_balance"}, now=START) == 1
    assert define_unit(SYSTEM, "quota:lounge", "休息室", {}, now=START) == 2
    for act, code in (
        (lambda: define_unit(SYSTEM, "quota:lounge", "新", {}, FIRST_DAY, now=START), "unit.past"),
        (lambda: define_unit(SYSTEM, "points", "新", {}, FIRST_DAY, now=START), "unit.past"),
        (lambda: define_unit(SYSTEM, "Quota", "新", now=START), "unit.code"),
        (lambda: define_unit(SYSTEM, "quota:x", "", now=START), "unit.name"),
        (lambda: define_unit(SYSTEM, "quota:x", "x", {"colour": 1}, now=START), "unit.terms"),
        (lambda: define_unit(SYSTEM, "quota:x", "x", {"expires": {"kind": "after"}}, now=START), "unit.terms"),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == code


def test_an_unknown_unit_is_refused(anna: int) -> None:  # noqa: F811
    with pytest.raises(Refusal, match=r"value\.unit"):
        grant(SYSTEM, [Grant(anna, "miles", 1, "g1", WHY)], START)
    with pytest.raises(Refusal, match=r"value\.unit"):
        spend(SYSTEM, [Spend(anna, "growth", 1, "s1", WHY)], START)
    with pytest.raises(Refusal, match=r"value\.member"):
        spent(10**9, 1, "s1")


def test_a_refund_of_what_was_spent_is_reduced_in_parts_that_sum_exactly(anna: int) -> None:  # noqa: F811
    terms = {"refunds": "deduct_from_refund", "worth": {"amount": 3, "minor": 2}}
    define_unit(SYSTEM, "points", "积分", terms, START.date(), now=START)
    pays("anna", 10_000, "A1", is_in_store=True)
    spent(anna, 100, "s1", START + days(8))

    for _ in range(3):
        gets_back("anna", 3_333, "A1", START + days(9))
    gets_back("anna", 1, "A1", START + days(9))

    told = rows("SELECT properties->>'amount', properties->>'deduct_minor' FROM facts_log WHERE name = 'refund.reduced' ORDER BY id")
    assert [tuple(map(int, row)) for row in told] == [(33, 22), (34, 23), (33, 22)]
    assert has(anna) == {"spent": 100}
    assert faults() == {}
