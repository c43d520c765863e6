"""What a fact is worth by each kind of formula, and how multipliers join."""

from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.loyalty.rules.earning import worth
from siyu.loyalty.rules.seen import Frame, Seen
from siyu.loyalty.tests.given import ZONE, balance, fact, ladder, paid, programme, rule, walk

STEPS = [{"from_minor": 0, "points": 1}, {"from_minor": 50_000, "points": 2}, {"from_minor": 100_000, "points": 3, "per_minor": 70}]


def of(formula: dict[str, Any], **properties: Any) -> int:
    return worth(rule({"trigger": "order.paid", "formula": formula}), Seen(fact("order.paid", **properties), Frame(ZONE)))


def earned(book: Any, code: str = "rule") -> int:
    return sum(p.amount for p in book.postings if p.kind == "earn" and book.programme.rules[p.rule_id].code == code)


@pytest.mark.parametrize(
    ("formula", "properties", "points"),
    [
        ({"kind": "per_amount"}, {"amount_minor": 19_990}, 199),
        ({"kind": "per_amount"}, {"amount_minor": 19_990, "points_minor": 4_990}, 150),
        ({"kind": "per_amount", "with_points_part": True}, {"amount_minor": 19_990, "points_minor": 4_990}, 199),
        ({"kind": "per_amount"}, {"amount_minor": "many"}, 0),
        ({"kind": "per_amount"}, {"amount_minor": 19_990.0}, 199),
        ({"kind": "per_amount", "points": 2, "per_minor": 1, "property": "km"}, {"km": 5.5}, 11),
        ({"kind": "per_amount", "points": 2, "per_minor": 1, "property": "km"}, {"km": "5.25"}, 10),
        ({"kind": "per_amount", "points": 1, "per_minor": 2, "property": "km"}, {"km": 5}, 2),
        ({"kind": "per_amount", "per_minor": 1, "property": "km"}, {"km": -5.5}, 0),
        ({"kind": "per_amount", "per_minor": 1, "property": "km"}, {"km": float("inf")}, 0),
        ({"kind": "per_amount", "per_minor": 1, "property": "km"}, {"km": True}, 0),
        ({"kind": "per_amount", "per_minor": 1, "property": "km"}, {}, 0),
        ({"kind": "per_amount", "per_minor": 1, "property": "km"}, {"km": 1e300}, 10**12),
        ({"kind": "fixed", "points": 5}, {}, 5),
        ({"kind": "tiered", "steps": STEPS}, {"amount_minor": 49_999}, 499),
        ({"kind": "tiered", "steps": STEPS}, {"amount_minor": 50_000}, 1_000),
        ({"kind": "tiered", "mode": "marginal", "steps": STEPS}, {"amount_minor": 60_000}, 700),
        ({"kind": "tiered", "mode": "marginal", "steps": STEPS}, {"amount_minor": 100_035}, 1_501),
        ({"kind": "tiered", "steps": [{"from_minor": 30_000, "points": 50, "per_minor": 0}]}, {"amount_minor": 29_999}, 0),
        ({"kind": "tiered", "steps": [{"from_minor": 30_000, "points": 50, "per_minor": 0}]}, {"amount_minor": 99_999}, 50),
        ({"kind": "per_quantity", "points": 10}, {"lines": [{"quantity": 2}, {"quantity": "0.55"}, {"quantity": None}]}, 35),
        ({"kind": "per_quantity", "points": 10}, {"quantity": 3, "sku": "x"}, 30),
        ({"kind": "per_quantity", "points": 10}, {"lines": [{"quantity": "NaN"}, {"quantity": -4}]}, 0),
        ({"kind": "per_line", "points": 20}, {"lines": [{}, {}]}, 40),
    ],
)
def test_what_a_fact_is_worth(formula: dict[str, Any], properties: dict[str, Any], points: int) -> None:
    assert of(formula, **properties) == points


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 50), st.integers(1, 999)), min_size=1, max_size=5, unique_by=lambda s: s[0]),
    st.integers(0, 2 * 10**6),
    st.integers(1, 5_000),
)
def test_steps_are_summed_exactly_and_floored_once(steps: list[tuple[int, int, int]], amount: int, multiplier: int) -> None:
    steps.sort()
    formula = {
        "kind": "tiered",
        "mode": "marginal",
        "steps": [dict(zip(("from_minor", "points", "per_minor"), s, strict=True)) for s in steps],
    }
    earning = rule({"trigger": "order.paid", "formula": formula})

    value = worth(earning, Seen(fact("order.paid", amount_minor=amount), Frame(ZONE)), multiplier)

    ends = [start for start, _, _ in steps[1:]] + [10**9]
    exact = sum(Fraction(max(min(amount, end) - start, 0) * points, per) for (start, points, per), end in zip(steps, ends, strict=True))
    assert value == floor(exact * multiplier / 1000)


@pytest.mark.parametrize(("combine", "points"), [("multiply", 300), ("highest", 200), ("add", 250)])
def test_a_member_day_joins_the_multiplier_of_the_tier(combine: str, points: int) -> None:
    order = {"trigger": "order.paid", "formula": {"kind": "per_amount"}, "tier_multiplier": True, "combine": combine}
    double = {
        "trigger": "order.paid",
        "formula": {"kind": "multiply", "times": "2"},
        "conditions": [{"kind": "member_day", "days_of_month": [2]}],
    }
    of_two = programme([rule(order, id=1), rule(double, "double", 2)], [ladder(("gold", 0, 1.5))])

    book = walk(paid(10_000), of=of_two)

    assert (balance(book, "available"), book.postings[0].multiplier) == (points, points * 10)


def test_a_campaign_multiplies_the_rules_it_names_and_only_of_its_unit() -> None:
    points, other = ({"trigger": "order.paid", "formula": {"kind": "fixed", "points": p}} for p in (100, 10))
    growth = {"trigger": "order.paid", "unit": "growth", "formula": {"kind": "fixed", "points": 1_000}}
    double = {"trigger": "order.paid", "formula": {"kind": "multiply", "times": "2", "rules": ["other"]}}

    book = walk(paid(1), of=programme([rule(points, id=1), rule(other, "other", 2), rule(growth, "growth", 3), rule(double, "double", 4)]))

    assert (earned(book), earned(book, "other"), earned(book, "growth"), earned(book, "double")) == (100, 20, 1_000, 0)


def test_a_rule_may_give_a_part_of_what_another_gave_after_its_cap() -> None:
    order = {"trigger": "order.paid", "formula": {"kind": "per_amount"}, "caps": {"points_per_order": 101}}
    bonus = {"trigger": "order.paid", "formula": {"kind": "of_rule", "rule": "rule", "times": "0.5"}}

    book = walk(paid(50_000), of=programme([rule(order, id=1), rule(bonus, "a_bonus", 2)]))

    assert (earned(book), earned(book, "a_bonus")) == (101, 50)


def test_an_orders_own_growth_does_not_count_for_its_own_multiplier() -> None:
    """ERPNext #33550: an order of 196,000 that reaches the next level earns 196 by the level held before, not 217 by the one it reaches."""
    points = {"trigger": "order.paid", "formula": {"kind": "per_amount", "per_minor": 100_000}, "tier_multiplier": True}
    growth = {"trigger": "order.paid", "unit": "growth", "formula": {"kind": "per_amount"}}
    levels = ladder(("first", 0, 1), ("second", 196_000, 1.11))
    both = programme([rule(points, id=1), rule(growth, "growth", 2)], [levels])

    book = walk(paid(19_600_000, order="1"), of=both)
    assert (earned(book), book.members[1].tier) == (196, "second")

    walk(paid(19_600_000, order="2"), book=book)
    assert earned(book) == 196 + 217


def test_whatever_rules_and_facts_say_a_lot_fits_the_ledger_and_hundreds_of_thousands_of_them_a_balance() -> None:
    highest = {"kind": "per_amount", "points": 10**9, "per_minor": 1}
    rules = [
        rule({"trigger": "order.paid", "formula": highest, "tier_multiplier": True}, "most", 1),
        rule({"trigger": "order.paid", "formula": {"kind": "of_rule", "rule": "most", "times": "100"}}, "again", 2),
    ]

    book = walk(paid(10**13), of=programme(rules))

    assert (earned(book, "most"), earned(book, "again")) == (10**13, 10**13)
    assert 900_000 * 10**13 < 2**63
