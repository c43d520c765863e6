"""Tasks: counted once, claimed once, taken back with the order; limits of tier and tag; versions and periods."""

from datetime import date

import pytest

from siyu.facts.pump import pump
from siyu.lib.refusal import Refusal
from siyu.loyalty.tests.scene import FIRST_DAY, START, days, gets_back, happens, is_the_same_as, member, rows
from siyu.members.services import tag
from siyu.membership.queries.tasks import task_figures, tasks_of
from siyu.membership.services.tasks import archive_task, claim, publish_task
from siyu.membership.tests.counter import available, person
from siyu.membership.tests.deeds import POINTS_5, install_behaviours, pays, reviews
from siyu.membership.tests.test_verify import broken
from siyu.merchant.rules import SYSTEM

pytestmark = pytest.mark.django_db


def completed() -> list[tuple]:
    return rows("SELECT task, step, claimed_at IS NOT NULL FROM membership_completion ORDER BY task, step")


def refused(code: str, do: object) -> None:
    with pytest.raises(Refusal) as caught:
        do()  # type: ignore[operator]
    assert caught.value.code == code


def test_steps_are_completed_in_turn_and_claimed_once() -> None:
    install_behaviours()
    for number in range(3):
        pays("anna", f"A{number}", START + days(number))
    pays("anna", "small", START + days(3), amount_minor=500)
    anna = member("anna")

    assert completed() == [("orders_3", 0, False), ("orders_3", 1, False)]
    told = claim(SYSTEM, anna, "orders_3", START + days(3))
    assert (told.steps, available(anna)) == (2, 25)
    refused("task.nothing_to_claim", lambda: claim(SYSTEM, anna, "orders_3", START + days(3)))
    assert broken() == []


def test_an_automatic_reward_is_given_by_the_fact_itself() -> None:
    install_behaviours()

    reviews("anna", START)
    reviews("anna", START + days(1))

    assert completed() == [("first_review", 0, True)]
    assert available(member("anna")) == 20 + 5  # the second review earns a badge that gives five
    news = rows("SELECT name FROM facts_log WHERE name IN ('task.completed', 'badge.awarded') ORDER BY id")
    assert news == [("task.completed",), ("badge.awarded",)]


def test_an_order_given_back_takes_an_unclaimed_completion_with_it() -> None:
    install_behaviours()
    for number in range(2):
        pays("anna", f"A{number}", START + days(number))

    gets_back("anna", 2_500, "A1", START + days(2))
    assert completed() == [("orders_3", 0, False)]
    gets_back("anna", 2_500, "A1", START + days(3))
    assert completed() == []

    pays("anna", "A9", START + days(4))
    assert completed() == [("orders_3", 0, False)]
    claim(SYSTEM, member("anna"), "orders_3", START + days(4))
    gets_back("anna", 5_000, "A9", START + days(5))
    assert completed() == [("orders_3", 0, True)]
    pays("anna", "A10", START + days(6))
    refused("task.nothing_to_claim", lambda: claim(SYSTEM, member("anna"), "orders_3", START + days(6)))


def test_days_count_once_and_a_claim_has_its_time() -> None:
    install_behaviours()
    for hours in (0, 1, 2):
        happens("product.shared", "anna", START + days(hours / 24))
    assert completed() == []

    happens("product.shared", "anna", START + days(1))

    assert completed() == [("share_daily", 0, False)]
    pump(START + days(9))
    refused("task.nothing_to_claim", lambda: claim(SYSTEM, member("anna"), "share_daily", START + days(9)))


def test_a_new_period_begins_anew() -> None:
    install_behaviours()
    for number in range(2):
        pays("anna", f"A{number}", START + days(number))
        pays("anna", f"B{number}", START + days(31 + number))

    assert rows("SELECT start FROM membership_completion ORDER BY start") == [(date(2026, 3, 1),), (date(2026, 4, 1),)]


def test_members_who_become_one_complete_together() -> None:
    install_behaviours()
    pays("anna", "A1", START)
    pays("ben", "B1", START + days(1))
    assert completed() == []

    is_the_same_as("anna", "ben", START + days(2))

    assert completed() == [("orders_3", 0, False)]
    pump(START + days(3))
    claim(SYSTEM, member("anna"), "orders_3", START + days(3))
    assert broken() == []


def test_only_those_it_is_meant_for_can_complete_a_task() -> None:
    definition = {"trigger": "product.shared", "steps": [{"target": 1, "rewards": [POINTS_5]}], "tags": ["宝妈"]}
    publish_task(SYSTEM, "mothers", "宝妈分享", definition, FIRST_DAY, today=FIRST_DAY, now=START)
    anna, _ben = person("anna", 0), person("ben", 0)
    tag(SYSTEM, [anna], "宝妈", now=START)

    for who in ("anna", "ben"):
        happens("product.shared", who)

    assert rows("SELECT owner_id FROM membership_completion") == [(anna,)]
    assert [view.code for view in tasks_of(anna, START)] == ["mothers"]
    assert tasks_of(member("ben"), START) == []


def test_a_member_sees_progress_and_what_can_be_claimed() -> None:
    install_behaviours()
    pays("anna", "A1", START)
    pays("anna", "A2", START)

    view = next(view for view in tasks_of(member("anna"), START) if view.code == "orders_3")

    assert (view.progress, view.target, view.is_claimable) == (2, 3, True)
    assert [step.state for step in view.steps] == ["claimable", "open"]
    figures = next(one for one in task_figures(FIRST_DAY, date(2026, 3, 31)) if one.code == "orders_3")
    assert (figures.begun, figures.completed, figures.completed_last) == (1, 1, 0)


def test_what_is_wrong_with_a_task_is_said() -> None:
    def publish(**change: object) -> None:
        definition = {"trigger": "product.shared", "steps": [{"target": 1, "rewards": [POINTS_5]}]} | change
        publish_task(SYSTEM, "t", "t", definition, FIRST_DAY, today=FIRST_DAY, now=START)

    refused("task.definition", lambda: publish(steps=[]))
    refused("task.definition", lambda: publish(trigger="task.completed"))
    refused("task.definition", lambda: publish(where={"property": "x", "op": "like", "value": 1}))
    refused("reward.kind", lambda: publish(steps=[{"target": 1, "rewards": [{"kind": "car"}]}]))
    refused("reward.terms", lambda: publish(steps=[{"target": 1, "rewards": [{"kind": "points", "amount": 0}]}]))
    publish()
    archive_task(SYSTEM, "t", date(2026, 3, 2), today=date(2026, 3, 2), now=START)
    happens("product.shared", "late", START + days(2))
    assert completed() == []
