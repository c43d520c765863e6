"""The moves of value through the services: what they do to balances and lots, what they refuse, and that each key acts once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from siyu.facts.pump import pump
from siyu.lib.refusal import Refusal
from siyu.loyalty.queries import Balance, balances, tentative, why_points
from siyu.loyalty.services import (
    Adjust,
    Because,
    Capture,
    Extend,
    GiveBack,
    Grant,
    Hold,
    Spend,
    TakeBack,
    Void,
    adjust,
    capture,
    extend,
    give_back,
    grant,
    hold,
    spend,
    take_back,
    void,
)
from siyu.loyalty.tests.check import faults
from siyu.loyalty.tests.scene import START, days, gets_back, happens, install, is_the_same_as, member, pays, rows
from siyu.merchant.rules import SYSTEM

pytestmark = pytest.mark.django_db
TOMORROW = START + days(1)
WHY = Because("test", "case:1", "试")


@pytest.fixture
def anna() -> int:
    install()
    happens("page.viewed", "anna")
    return member("anna")


def given(who: int, amount: int, key: str, now=START, **more):
    return grant(SYSTEM, [Grant(who, "points", amount, key, WHY, **more)], now)[0]


def spent(who: int, amount: int, key: str, now=START):
    return spend(SYSTEM, [Spend(who, "points", amount, key, WHY)], now)[0]


def held(who: int, amount: int, key: str, until=TOMORROW, now=START):
    return hold(SYSTEM, [Hold(who, "points", amount, key, WHY, until)], now)[0]


def has(who: int, unit: str = "points") -> dict[str, int]:
    balance = balances([who]).get(who, {}).get(unit, Balance(0, 0, 0, 0, 0, 0, 0))
    return {name: getattr(balance, name) for name in Balance.__slots__ if getattr(balance, name)}


def test_what_was_given_is_spent_soonest_expiry_first(anna: int) -> None:
    given(anna, 100, "g1", expires_at=None)
    given(anna, 50, "g2", expires_at=START + days(10))

    receipt = spent(anna, 70, "s1")

    assert [(part.amount, part.expires_at) for part in receipt.allocations] == [(50, START + days(10)), (20, None)]
    assert (receipt.balance, has(anna)) == (80, {"available": 80, "spent": 70})
    assert faults() == {}


@pytest.mark.parametrize("ends", [None, START + days(10)])
def test_of_what_expires_together_or_never_the_first_by_priority_goes_first_however_old(anna: int, ends) -> None:
    given(anna, 100, "g1", expires_at=ends, priority=1)
    later = given(anna, 50, "g2", START + timedelta(hours=1), expires_at=ends)

    receipt = spent(anna, 40, "s1", START + timedelta(hours=2))

    assert [(part.lot, part.amount) for part in receipt.allocations] == [(later.allocations[0].lot, 40)]


def test_a_hold_asked_for_again_when_its_time_is_over_has_its_first_answer(anna: int) -> None:
    given(anna, 100, "g1")
    first = held(anna, 60, "h1")

    assert held(anna, 60, "h1", now=TOMORROW + days(1)) == first.repeated()
    with pytest.raises(Refusal, match=r"hold\.until"):
        held(anna, 60, "h2", now=TOMORROW + days(1))


def test_a_key_acts_once_and_only_for_what_it_asked_first(anna: int) -> None:
    first = given(anna, 100, "g1")
    assert given(anna, 100, "g1", START + days(1)) == first.repeated()
    with pytest.raises(Refusal, match=r"key\.reused"):
        given(anna, 101, "g1")
    with pytest.raises(Refusal, match=r"key\.reused"):
        spent(anna, 100, "g1")
    assert has(anna) == {"available": 100}


def test_one_cannot_spend_what_one_has_not_and_a_refusal_changes_nothing(anna: int) -> None:
    given(anna, 10, "g1")
    with transaction.atomic():
        with pytest.raises(Refusal, match=r"value\.insufficient") as refused:
            spend(SYSTEM, [Spend(anna, "points", 6, "s1", WHY), Spend(anna, "points", 6, "s2", WHY)], START)
        assert refused.value.values == {"amount": 6, "available": 4}
        assert has(anna) == {"available": 10}
        spent(anna, 10, "s3")
    assert has(anna) == {"spent": 10}


def test_expiry_is_judged_at_the_moment_of_spending_not_by_the_job(anna: int) -> None:
    given(anna, 10, "g1", expires_at=START + days(1))
    spent(anna, 4, "s1", START + days(1) - timedelta(microseconds=1))
    with pytest.raises(Refusal, match=r"value\.insufficient"):
        spent(anna, 1, "s2", START + days(1))
    pump(START + days(1))
    assert has(anna) == {"spent": 4, "expired": 6}


def test_what_is_pending_may_be_spent_from_its_instant_on(anna: int) -> None:
    given(anna, 10, "g1", available_at=START + days(2))
    assert has(anna) == {"pending": 10}
    with pytest.raises(Refusal, match=r"value\.insufficient"):
        spent(anna, 1, "s1", START + days(1))
    assert spent(anna, 3, "s2", START + days(2)).balance == 7


def test_a_hold_is_captured_in_part_and_the_rest_is_free(anna: int) -> None:
    given(anna, 100, "g1")
    held(anna, 60, "h1")
    assert has(anna) == {"available": 40, "held": 60}

    receipt = capture(SYSTEM, [Capture("h1", "c1", 25)], START)[0]

    assert (receipt.amount, receipt.balance) == (25, 75)
    assert capture(SYSTEM, [Capture("h1", "c1", 25)], START) == [receipt.repeated()]
    assert has(anna) == {"available": 75, "spent": 25}
    for again in (Capture("h1", "c2"), Capture("nothing", "c3"), Capture("g1", "c4")):
        with pytest.raises(Refusal, match=r"hold\.(closed|unknown)"):
            capture(SYSTEM, [again], START)
    assert rows("SELECT because_words FROM loyalty_operation WHERE key = 'c1'") == [("试",)]
    assert faults() == {}


def test_a_hold_is_freed_by_its_owner_or_by_time(anna: int) -> None:
    given(anna, 100, "g1")
    held(anna, 60, "h1")
    void(SYSTEM, [Void("h1", "v1", WHY)], START)
    assert has(anna) == {"available": 100}

    held(anna, 60, "h2")
    assert spent(anna, 100, "s1", START + days(1)).balance == 0
    with pytest.raises(Refusal, match=r"hold\.closed"):
        capture(SYSTEM, [Capture("h2", "c1")], START + days(1))
    assert faults() == {}


def test_a_spending_returns_to_its_lots_in_parts(anna: int) -> None:
    given(anna, 30, "g1", expires_at=START + days(10))
    given(anna, 100, "g2", expires_at=START + days(20))
    spent(anna, 50, "s1")

    first = give_back(SYSTEM, [GiveBack("s1", "b1", WHY, 25)], START)[0]
    rest = give_back(SYSTEM, [GiveBack("s1", "b2", WHY)], START)[0]

    assert [(part.amount, part.expires_at) for part in first.allocations] == [(20, START + days(20)), (5, START + days(10))]
    assert (rest.amount, has(anna)) == (25, {"available": 130})
    with pytest.raises(Refusal, match=r"value\.returned"):
        give_back(SYSTEM, [GiveBack("s1", "b3", WHY)], START)
    with pytest.raises(Refusal, match=r"value\.unknown"):
        give_back(SYSTEM, [GiveBack("g1", "b4", WHY)], START)
    assert faults() == {}


def test_a_grant_taken_back_after_it_was_spent_is_owed_and_paid_by_the_next(anna: int) -> None:
    given(anna, 30, "g1")
    spent(anna, 20, "s1")
    take_back(SYSTEM, [TakeBack("g1", "t1", WHY)], START)
    assert has(anna) == {"spent": 20, "revoked": 30, "debt": 20}

    given(anna, 50, "g2")
    assert has(anna) == {"available": 30, "spent": 20, "revoked": 30}
    assert faults() == {}


def test_value_follows_a_merge_with_its_holds(anna: int) -> None:
    given(anna, 30, "g1")
    happens("page.viewed", "ben")
    ben = member("ben")
    given(ben, 30, "g2")
    held(ben, 20, "h1")
    is_the_same_as("anna", "ben")
    whole = member("anna")

    assert spent(ben, 40, "s1").member_id == whole
    capture(SYSTEM, [Capture("h1", "c1")], START)

    assert has(whole) == {"spent": 60}
    assert faults() == {}


def test_balances_are_judged_at_the_moment_of_asking(anna: int) -> None:
    given(anna, 10, "g1", expires_at=START + days(3))
    given(anna, 20, "g2", available_at=START + days(2))
    held(anna, 4, "h1")

    def at(day: float) -> tuple[int, ...]:
        now = balances([anna], START + days(day))[anna]["points"]
        return now.pending, now.available, now.held, now.expired

    assert [at(day) for day in (0, 1, 2, 3)] == [(20, 6, 4, 0), (20, 10, 0, 0), (0, 30, 0, 0), (0, 20, 0, 10)]
    assert has(anna) == {"pending": 20, "available": 6, "held": 4}


def test_an_open_cart_tells_what_it_would_earn(anna: int) -> None:
    given(anna, 10, "g1")
    told = tentative(anna, {"amount_minor": 12_345}, START)
    assert (told["points"].balance.available, told["points"].earns, told["points"].earns_later) == (10, 0, 123)
    assert (told["growth"].earns, told["growth"].earns_later) == (123, 0)
    assert rows("SELECT count(*) FROM loyalty_entry") == [(1,)]


@pytest.mark.parametrize("instant", [datetime(9999, 12, 31, tzinfo=UTC), START.replace(tzinfo=None)])
def test_an_instant_that_cannot_be_told_in_every_zone_is_refused_wherever_it_stands(anna: int, instant: datetime) -> None:
    given(anna, 10, "g1", expires_at=START + days(9))
    asks = (
        lambda: given(anna, 10, "g2", expires_at=instant),
        lambda: given(anna, 10, "g2", available_at=instant),
        lambda: extend(SYSTEM, [Extend(anna, "points", instant, "e1", WHY)], START),
        lambda: adjust(SYSTEM, [Adjust(anna, "points", 10, "a1", WHY, instant)], START),
        lambda: adjust(SYSTEM, [Adjust(anna, "points", 20_000, "a2", WHY, instant)], START),
    )
    for ask in asks:
        with pytest.raises(Refusal) as refused:
            ask()
        assert refused.value.code == "value.instant"
    assert has(anna) == {"available": 10}


def test_what_would_expire_before_it_could_be_used_is_not_given(anna: int) -> None:
    for ends in (START + days(9), START + days(10)):
        with pytest.raises(Refusal, match=r"value\.expired"):
            given(anna, 10, "g1", available_at=START + days(10), expires_at=ends)

    given(anna, 10, "g1", available_at=START + days(10), expires_at=START + days(11))

    assert has(anna) == {"pending": 10}


def test_the_changes_that_are_told_of_entries_sum_to_what_the_member_has(anna: int) -> None:
    pays("anna", 10_000, "A1", is_in_store=True)
    given(anna, 30, "g1", START + days(8), expires_at=START + days(9))
    held(anna, 100, "h1", START + days(12), START + days(8))
    capture(SYSTEM, [Capture("h1", "c1", 80)], START + days(8))
    held(anna, 10, "h2", START + days(12), START + days(8))
    given(anna, 5, "g2", START + days(8), expires_at=START + days(9))
    pump(START + days(10))
    give_back(SYSTEM, [GiveBack("c1", "b1", WHY, 60)], START + days(10))
    spent(anna, 60, "s1", START + days(10))
    gets_back("anna", 10_000, "A1", START + days(11))
    given(anna, 50, "g3", START + days(11))

    told = [(one.kind, one.amount, one.change) for one in why_points(anna, units=["points"])]

    now = balances([anna])[anna]["points"]
    assert sum(change for *_, change in told) == now.pending + now.available + now.held - now.debt
    assert {(kind, amount > 0, change > 0, change < 0) for kind, amount, change in told} == {
        ("earn", True, True, False),
        ("grant", True, True, False),
        ("mature", True, False, False),
        ("hold", False, False, False),
        ("capture", False, False, True),
        ("void", True, False, False),
        ("expire", False, False, True),
        ("give_back", True, True, False),
        ("give_back", False, False, False),  # its lot had expired meanwhile
        ("spend", False, False, True),
        ("reverse_earn", False, False, True),
        ("settle", False, False, False),
    }
