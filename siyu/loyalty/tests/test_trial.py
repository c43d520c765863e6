"""A rule tried on the past gives what it would have given, by the fold itself, and writes nothing."""

from datetime import date
from typing import Any

import msgspec
import pytest

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.lib.refusal import Refusal
from siyu.loyalty.rules import Definition
from siyu.loyalty.services import publish_earn_rule
from siyu.loyalty.tests.scene import FIRST_DAY, START, days, gets_back, happens, install, member, pays, rows
from siyu.loyalty.trial import preview, would_have_cost
from siyu.merchant.rules import SYSTEM

pytestmark = pytest.mark.django_db
MARCH = (date(2026, 3, 1), date(2026, 3, 31))
POINTS: dict[str, Any] = {"trigger": "order.paid", "formula": {"kind": "per_amount"}, "tier_multiplier": True}


def tried(changes: dict[str, Any] | None = None) -> Definition:
    return msgspec.convert(POINTS | (changes or {}), type=Definition)


def a_month() -> None:
    install()
    pays("anna", 120_000, "A1")
    pays("anna", 100_000, "A2", START + days(1))  # silver by now
    gets_back("anna", 50_000, "A2", START + days(2))
    pays("ben", 30_000, "B1", START + days(3))
    happens("order.paid", "ben", START + days(60), shop="web", order_number="B2", amount_minor=99_900)


def test_the_present_rule_would_have_cost_what_it_did_cost() -> None:
    a_month()
    entries = rows("SELECT count(*) FROM loyalty_entry")

    cost = would_have_cost("order_points", tried(), *MARCH)

    given = rows("SELECT sum(amount - reversed) FROM loyalty_lot WHERE unit = 'points' AND earned_at < '2026-04-01'")[0][0]
    assert (cost.points, cost.members, cost.times, cost.taken_back) == (given, 2, 3, 600)
    assert (cost.before, cost.change) == (cost.points, 0)
    assert cost.top == ((member("anna"), 1_200 + 1_200 - 600), (member("ben"), 300))
    assert rows("SELECT count(*) FROM loyalty_entry") == entries


def test_a_dearer_rule_is_compared_with_the_present_one() -> None:
    a_month()

    cost = would_have_cost("order_points", tried({"formula": {"kind": "per_amount", "points": 2}}), *MARCH)

    assert (cost.points, cost.before, cost.change) == (4_200, 2_100, 1.0)


def test_a_campaign_costs_what_it_adds() -> None:
    a_month()
    double = {"trigger": "order.paid", "formula": {"kind": "multiply", "times": "2", "rules": ["order_points"]}}
    third = [{"kind": "member_day", "dates": ["2026-03-03"]}]  # Anna's second order

    cost = would_have_cost("double", msgspec.convert(double | {"conditions": third}, type=Definition), *MARCH)

    assert (cost.points, cost.members, cost.before) == (600, 1, None)


def test_a_new_rule_counts_from_what_came_before_the_time() -> None:
    a_month()
    first = tried({"formula": {"kind": "fixed", "points": 10}, "conditions": [{"kind": "first_time"}]})

    assert would_have_cost("first", first, *MARCH).points == 20
    assert would_have_cost("first", first, date(2026, 3, 3), date(2026, 3, 31)).points == 10  # only Ben's


def test_a_preview_says_of_each_fact_what_it_would_have_earned_or_why_not() -> None:
    a_month()
    above = tried({"conditions": [{"kind": "amount", "at_least": 110_000}], "caps": {"points_per_order": 1_000}})

    lines = preview("order_points", above, member("anna"), START + days(9))

    assert [(line.order_number, line.points, line.worth) for line in lines] == [("A2", 0, 0), ("A1", 1_000, 1_200)]
    assert lines[0].unmet is not None
    assert (lines[0].unmet.code, lines[0].unmet.missing_minor) == ("amount.below", 10_000)


def test_who_was_silver_before_the_time_earns_as_silver() -> None:
    a_month()

    cost = would_have_cost("order_points", tried(), date(2026, 3, 3), date(2026, 3, 31))

    assert cost.top[0] == (member("anna"), 600)


def test_a_time_without_end_is_refused() -> None:
    with pytest.raises(Refusal, match=r"trial\.days"):
        would_have_cost("x", tried(), date(2025, 1, 1), date(2026, 12, 31))


def test_a_rule_of_a_new_code_has_no_present_to_compare_with() -> None:
    install()
    publish_earn_rule(SYSTEM, "later", "以后", POINTS, date(2026, 6, 1), today=FIRST_DAY)

    assert would_have_cost("later", tried(), *MARCH).before is None


def test_a_birthday_that_was_taken_back_earns_nothing_and_is_none_to_a_trial() -> None:
    install()
    birthday = {
        "trigger": "order.paid",
        "formula": {"kind": "fixed", "points": 50},
        "conditions": [{"kind": "birthday", "within": "month"}],
    }
    publish_earn_rule(SYSTEM, "birthday", "Birthday", birthday, FIRST_DAY, today=FIRST_DAY)
    given = "SELECT coalesce(sum(l.amount), 0) FROM loyalty_lot l JOIN loyalty_earnrule r ON r.id = l.rule_id WHERE r.code = 'birthday'"
    taken = []
    for day, told in enumerate((["1990-03-09"], [None], ["1990-03-09", None], [None, "1990-03-09"])):
        for hour, born in enumerate(told):
            happens("member.identified", "anna", START + days(day + hour / 24), traits={"birthday": born})
        pays("anna", 10_000, f"A{day}", START + days(day + 0.5))
        cost = would_have_cost("birthday", msgspec.convert(birthday, type=Definition), *MARCH)
        taken.append((int(rows(given)[0][0]), cost.points))

    assert taken == [(50, 50), (50, 0), (50, 0), (100, 200)]  # a trial knows the birthday as it is today


def test_a_birthday_stays_taken_back_when_the_batch_says_something_else_of_the_member() -> None:
    install()
    birthday = {
        "trigger": "order.paid",
        "formula": {"kind": "fixed", "points": 50},
        "conditions": [{"kind": "birthday", "within": "month"}],
    }
    publish_earn_rule(SYSTEM, "birthday", "Birthday", birthday, FIRST_DAY, today=FIRST_DAY)
    happens("member.identified", "anna", traits={"birthday": "1990-03-09"})
    happens("member.identified", "anna", START + days(1), traits={"birthday": None})
    told = [
        ("order.paid", {"shop": "web", "order_number": "A1", "amount_minor": 10_000}),
        ("member.identified", {"traits": {"city": "上海"}}),
        ("order.paid", {"shop": "web", "order_number": "A2", "amount_minor": 10_000}),
    ]
    batch = [
        Incoming(
            name=name,
            occurred_at=START + days(2),
            message=f"one batch {place}",
            handles=[Handle("anonymous_id", "anna")],
            properties=properties,
        )
        for place, (name, properties) in enumerate(told)
    ]

    record(batch, source="web", received_at=START + days(2))
    assert pump(START + days(2)).stopped == ""

    assert rows("SELECT count(*) FROM loyalty_lot l JOIN loyalty_earnrule r ON r.id = l.rule_id WHERE r.code = 'birthday'") == [(0,)]
