"""Checking in: once a day by whichever door, streaks and the ladder, missed days made up."""

from datetime import date, timedelta

import pytest

from siyu.facts.pump import pump
from siyu.lib.refusal import Refusal
from siyu.loyalty.rewards import Because, Reward, give
from siyu.loyalty.services import install_default_programme
from siyu.loyalty.tests.scene import FIRST_DAY, START, days, happens, is_the_same_as, member, rows
from siyu.membership.queries.check_in import check_in_figures, check_in_of
from siyu.membership.rules.check_in import Attendance, Programme, Rung, attend, next_rung, streak_on
from siyu.membership.services.check_in import check_in, make_up, publish_check_in
from siyu.membership.tests.counter import available, person
from siyu.membership.tests.deeds import LADDER, checks_in
from siyu.membership.tests.test_verify import broken
from siyu.merchant.rules import SYSTEM, Actor

DAY = date(2026, 3, 2)
THREE = Programme([Rung(3, [{"kind": "points", "amount": 5}])], is_cyclic=True)


def walk(*numbers: int, programme: Programme = THREE) -> list[tuple[int, int]]:
    """(day, streak) of the steps that these days reach, in the order in which they are told."""
    attendance, found = Attendance(), []
    for number in numbers:
        attendance, reached = attend(attendance, DAY + timedelta(days=number), programme)
        found += [((one.day - DAY).days, one.streak) for one in reached]
    return found


def test_a_ladder_pays_on_its_days_and_begins_anew() -> None:
    assert walk(0, 1, 2, 3, 4, 5) == [(2, 3), (5, 6)]
    assert walk(0, 1, 2, 3, 4, 5, programme=Programme(THREE.steps, is_cyclic=False)) == [(2, 3)]
    assert walk(0, 1, 3, 4, 5) == [(5, 3)]


def test_a_day_told_late_pays_what_its_run_reaches_once() -> None:
    assert walk(0, 2, 1) == [(2, 3)]
    assert walk(0, 1, 2, 4, 5, 6, 3) == [(2, 3), (6, 3), (5, 6)]
    assert walk(0, 1, 2, 2, 1, 0) == [(2, 3)]


def test_streaks_count_up_to_yesterday_until_today_is_done() -> None:
    attended = {DAY, DAY + timedelta(days=1)}
    assert [streak_on(attended, DAY + timedelta(days=number)) for number in range(4)] == [1, 2, 2, 0]
    assert next_rung(THREE, 2) == (1, THREE.steps[0])


@pytest.fixture
def ladder(db: None) -> None:
    install_default_programme(SYSTEM, FIRST_DAY)
    publish_check_in(SYSTEM, LADDER, FIRST_DAY, today=FIRST_DAY, now=START)


def test_by_service_or_by_fact_the_result_is_the_same(ladder: None) -> None:
    anna, _ben = person("anna", 0), person("ben", 0)
    for number in range(3):
        (told,) = check_in(Actor("member", anna, "anna"), [anna], START + days(number))
        pump(START + days(number))
        checks_in("ben", START + days(number))

    assert (told.streak, told.is_new, "5" in told.gained) == (3, True, True)
    assert available(anna) == available(member("ben")) == 3 * 5 + 5
    assert rows("SELECT count(*) FROM membership_laddergift")[0][0] == 2
    assert broken() == []


def test_checking_in_again_changes_nothing(ladder: None) -> None:
    anna = person("anna", 0)
    check_in(SYSTEM, [anna], START)

    (again,) = check_in(SYSTEM, [anna], START + timedelta(hours=5))
    checks_in("anna", START + timedelta(hours=6))
    pump(START + days(1))

    assert (again.is_new, again.streak) == (False, 1)
    assert available(anna) == 5
    assert rows("SELECT count(*) FROM membership_checkin")[0][0] == 1


def test_a_missed_day_is_made_up_for_points_or_a_card(ladder: None) -> None:
    anna = person("anna", 100)
    for number in (0, 2):
        check_in(SYSTEM, [anna], START + days(number))

    made = make_up(SYSTEM, anna, DAY + timedelta(days=1), START + days(2), pay="points")
    again = make_up(SYSTEM, anna, DAY + timedelta(days=1), START + days(2), pay="points")

    assert (made.streak, made.is_new, again.is_new) == (3, True, False)
    pump(START + days(3))
    assert available(anna) == 100 - 10 + 2 * 5 + 5
    view = check_in_of(anna, START + days(2))
    assert (view.streak, view.made_up, view.is_done_today) == (3, 1, True)
    assert broken() == []


def test_a_card_makes_up_a_day_and_is_spent(ladder: None) -> None:
    anna = person("anna", 0)
    with pytest.raises(Refusal) as refused:
        make_up(SYSTEM, anna, DAY - timedelta(days=1), START)
    assert refused.value.code == "value.insufficient"
    card = Reward(anna, {"kind": "make_up_card", "amount": 1}, "gift", Because("test", "gift", "赠送"))
    for _ in range(2):
        give(SYSTEM, [card], START)

    assert make_up(SYSTEM, anna, DAY - timedelta(days=1), START).is_new

    left = rows("SELECT available, spent FROM loyalty_account WHERE owner_id = %s AND unit = 'quota:make_up_card'", [anna])
    assert left == [(0, 1)]


def test_what_cannot_be_made_up_says_why(ladder: None) -> None:
    anna = person("anna", 100)

    for day, code in ((DAY, "check_in.not_missed"), (DAY - timedelta(days=8), "check_in.too_long_ago")):
        with pytest.raises(Refusal) as refused:
            make_up(SYSTEM, anna, day, START, pay="points")
        assert refused.value.code == code
    for number in (1, 2):
        make_up(SYSTEM, anna, date(2026, 3, 10) - timedelta(days=number), START + days(8), pay="points")
    with pytest.raises(Refusal) as refused:
        make_up(SYSTEM, anna, date(2026, 3, 10) - timedelta(days=3), START + days(8), pay="points")
    assert refused.value.code == "check_in.make_up_limit"


def test_two_who_become_one_have_the_days_of_both(ladder: None) -> None:
    checks_in("anna", START)
    checks_in("ben", START + days(1))
    is_the_same_as("anna", "ben", START + days(1))

    checks_in("anna", START + days(2))

    assert check_in_of(member("anna"), START + days(2)).streak == 3
    assert rows("SELECT streak FROM membership_laddergift") == [(3,)]
    assert broken() == []


def test_figures_count_members_newcomers_and_days_made_up(ladder: None) -> None:
    happens("page.viewed", "anna")
    checks_in("anna", START)
    checks_in("anna", START + days(1))
    checks_in("ben", START + days(1))

    first, second = check_in_figures(DAY, DAY + timedelta(days=1))

    assert (first.members, first.newcomers, second.members, second.newcomers) == (1, 1, 2, 1)
