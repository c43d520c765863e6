"""Earnings above the limit of their rule wait until a person decides."""

from typing import Any

import pytest

from siyu.lib.refusal import Refusal
from siyu.loyalty.queries import approvals, balances
from siyu.loyalty.services import approve_earnings, publish_earn_rule, reject_earnings
from siyu.loyalty.tests.check import faults
from siyu.loyalty.tests.scene import FIRST_DAY, START, days, gets_back, happens, install, member, pays, receives, rows
from siyu.merchant.rules import Actor

pytestmark = pytest.mark.django_db
EVA = Actor("staff", 1, "Eva")
BIG: dict[str, Any] = {
    "trigger": "order.paid",
    "formula": {"kind": "per_amount", "points": 10},
    "approval_above": 1_000,
    "matures": {"kind": "after_receipt_days", "days": 7},
    "budget": {"points": 10_000},
    "caps": {"points_per_month": 10_000, "on_reversal": "give_back"},
}


def waiting() -> list[int]:
    return [one.id for one in approvals()]


def given(definition: dict[str, Any] | None = None) -> None:
    publish_earn_rule(EVA, "big", "大额积分", definition or BIG, FIRST_DAY, today=FIRST_DAY)
    pays("anna", 30_000, "A1")


def points(who: str = "anna") -> tuple[int, int]:
    balance = balances([member(who)])[member(who)]["points"]
    return balance.pending, balance.available


def test_what_is_below_the_limit_does_not_wait() -> None:
    publish_earn_rule(EVA, "big", "大额积分", BIG, FIRST_DAY, today=FIRST_DAY)
    pays("anna", 10_000, "A1")

    assert (points(), waiting()) == ((1_000, 0), [])


def test_time_and_receipt_do_not_pass_by_the_person() -> None:
    given()
    receives("anna", "A1", START + days(1))
    happens("page.viewed", "ben", START + days(20))

    assert (points(), len(waiting())) == ((3_000, 0), 1)
    assert faults() == {}


def test_once_approved_it_goes_the_way_of_its_rule() -> None:
    given()
    receives("anna", "A1", START + days(1))

    approve_earnings(EVA, waiting(), now=START + days(2))
    assert points() == (3_000, 0)
    happens("page.viewed", "ben", START + days(8.1))

    assert (points(), waiting()) == ((0, 3_000), [])
    assert [(one.state, one.decided_by) for one in approvals(waiting=False)] == [("approved", "Eva")]
    assert rows("SELECT verb FROM merchant_audit ORDER BY id DESC LIMIT 1") == [("earning.approved",)]
    assert faults() == {}


def test_approved_before_the_receipt_it_waits_for_that() -> None:
    given()

    approve_earnings(EVA, waiting(), now=START + days(2))
    receives("anna", "A1", START + days(3))
    happens("page.viewed", "ben", START + days(10.1))

    assert points() == (0, 3_000)
    assert faults() == {}


def test_approved_late_it_is_available_at_once() -> None:
    given(BIG | {"matures": {"kind": "immediately"}})

    approve_earnings(EVA, waiting(), now=START + days(30))

    assert points() == (0, 3_000)
    assert faults() == {}


def test_what_is_rejected_is_revoked_and_a_refund_finds_nothing_to_take() -> None:
    given()

    reject_earnings(EVA, waiting(), because="刷单", now=START + days(1))
    gets_back("anna", 15_000, "A1", START + days(2))

    assert points() == (0, 0)
    assert rows("SELECT points FROM loyalty_budgetuse") == [(0,)]
    assert rows("SELECT points, times FROM loyalty_capuse") == [(0, 0)]
    assert faults() == {}


def test_a_refund_takes_its_part_of_what_waits() -> None:
    given()
    gets_back("anna", 10_000, "A1", START + days(1))
    receives("anna", "A1", START + days(1))

    approve_earnings(EVA, waiting(), now=START + days(30))

    assert points() == (0, 2_000)
    assert faults() == {}


def test_nothing_is_decided_twice_nor_rejected_without_a_reason() -> None:
    install()
    given()
    wanted = waiting()
    for act, code in (
        (lambda: reject_earnings(EVA, wanted, because=" ", now=START), "approval.because"),
        (lambda: approve_earnings(EVA, [*wanted, 10**9], now=START), "approval.unknown"),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == code
    approve_earnings(EVA, wanted, now=START)
    with pytest.raises(Refusal, match=r"approval\.decided"):
        reject_earnings(EVA, wanted, because="x", now=START)
