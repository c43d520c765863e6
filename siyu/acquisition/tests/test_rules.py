"""What a day of a channel costs."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from siyu.acquisition.rules import Spell, cost_between, cost_each_day, per_head

MAY = date(2026, 5, 1)


def test_a_cost_is_spread_evenly_and_its_days_sum_to_it() -> None:
    spell = Spell(MAY, MAY + timedelta(2), 100)

    assert [cost for _, cost in cost_each_day([spell], MAY - timedelta(1), MAY + timedelta(3))] == [0, 33, 34, 33, 0]


def test_costs_that_overlap_add_up() -> None:
    assert cost_between([Spell(MAY, MAY, 5), Spell(MAY, MAY + timedelta(1), 10)], MAY, MAY) == 10


def test_the_cost_of_winning_one() -> None:
    assert (per_head(6_000_000, 1080), per_head(100, 0)) == (5556, None)


@given(st.integers(0, 10**15), st.integers(1, 400), st.lists(st.integers(0, 400), max_size=6), st.integers(0, 30), st.integers(0, 30))
def test_any_cut_of_a_period_sums_to_the_whole(amount: int, days: int, cuts: list[int], before: int, behind: int) -> None:
    spell = Spell(MAY, MAY + timedelta(days - 1), amount)
    first, last = MAY - timedelta(before), spell.to_day + timedelta(behind)
    edges = sorted({first, *(MAY + timedelta(cut) for cut in cuts if cut < days), last + timedelta(1)})

    parts = [cost_between([spell], begin, end - timedelta(1)) for begin, end in pairwise(edges)]

    assert sum(parts) == amount
    assert all(part >= 0 for part in parts)
