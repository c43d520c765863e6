"""Caps and budgets: exact over days, weeks, months and for ever, with merges and refunds."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.loyalty.rules.periods import PERIODS, end_of, start_of
from siyu.loyalty.tests.given import NOON, balance, days, fact, merged, paid, programme, refunded, rule, walk

FIXED = {"trigger": "video.watched", "formula": {"kind": "fixed", "points": 40}}
ORDER = {"trigger": "order.paid", "formula": {"kind": "per_amount"}}


def watched(member: int = 1, after: float = 0) -> Any:
    return fact("video.watched", member, NOON + days(after))


def capped(definition: dict[str, Any] = FIXED, **caps: Any) -> Any:
    return programme([rule(definition | {"caps": caps})])


def test_a_cap_of_a_week_opens_on_monday() -> None:
    book = walk(*(watched(after=day) for day in range(8)), of=capped(points_per_week=100))

    assert balance(book, "available") == 140


def test_times_for_ever() -> None:
    assert balance(walk(*(watched(after=400 * n) for n in range(5)), of=capped(times_ever=3)), "available") == 120


def test_the_cap_of_an_order_cuts_each_order_alone() -> None:
    book = walk(paid(50_000, order="1"), paid(50_000, order="2"), of=capped(ORDER, points_per_order=300))

    assert balance(book, "available") == 600


def test_a_fact_of_an_earlier_day_counts_in_its_own_period() -> None:
    late = fact("video.watched", 1, NOON - days(3), clock=NOON + days(1))

    book = walk(watched(), watched(), late, of=capped(times_per_month=2))

    assert balance(book, "available") == 120  # the late one was February's


def test_a_merge_re_opens_no_cap() -> None:
    book = walk(watched(1), watched(2), merged(1, 2), watched(1), of=capped(times_per_day=2))

    assert balance(book, "available") == 80


def test_what_a_refund_takes_back_stays_used_unless_the_rule_gives_it_back() -> None:
    history = [paid(10_000, order="1"), refunded(10_000, "1"), paid(10_000, order="2")]

    assert balance(walk(*history, of=capped(ORDER, points_per_month=100)), "available") == 0
    assert balance(walk(*history, of=capped(ORDER, points_per_month=100, on_reversal="give_back")), "available") == 100
    assert balance(walk(*history, of=capped(ORDER, times_ever=1, on_reversal="give_back")), "available") == 100


def test_a_budget_is_shared_by_all_and_gives_what_is_left_of_it() -> None:
    book = walk(*(watched(member) for member in (1, 2, 3)), of=programme([rule(FIXED | {"budget": {"points": 100}})]))

    assert [balance(book, "available", member=member) for member in (1, 2, 3)] == [40, 40, 20]


def test_a_budget_of_a_day_is_whole_again_the_next_day() -> None:
    book = walk(watched(1), watched(2), watched(1, 1), of=programme([rule(FIXED | {"budget": {"points": 50, "per": "day"}})]))

    assert [balance(book, "available", member=member) for member in (1, 2)] == [80, 10]


def test_a_refund_gives_its_points_back_to_the_budget_unless_the_rule_keeps_them() -> None:
    history = [paid(10_000, 1, "1"), refunded(4_000, "1"), paid(10_000, 2, "2")]

    given_back = walk(*history, of=programme([rule(ORDER | {"budget": {"points": 100}})]))
    kept = walk(*history, of=programme([rule(ORDER | {"budget": {"points": 100, "on_reversal": "keep"}})]))

    assert (balance(given_back, "available", member=2), balance(kept, "available", member=2)) == (40, 0)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from([1, 2, 3]), st.integers(0, 400)), max_size=25),
    st.sampled_from(PERIODS),
    st.integers(1, 500),
    st.integers(1, 900),
)
def test_no_cap_and_no_budget_is_ever_exceeded(events: list[tuple[int, int, int]], period: str, cap: int, budget: int) -> None:
    name = "points_ever" if period == "ever" else f"points_per_{period}"
    rules = programme([rule(ORDER | {"caps": {name: cap}, "budget": {"points": budget, "per": period}})])
    history = [
        paid(amount * 100, member, str(number), NOON + timedelta(days=day), clock=NOON + timedelta(days=50, minutes=number))
        for number, (day, member, amount) in enumerate(events)
    ]

    book = walk(*history, of=rules)

    of_member: dict[Any, int] = {}
    of_all: dict[Any, int] = {}
    for posting in book.postings:
        start = start_of(period, posting.business_day)
        assert start <= posting.business_day <= end_of(period, start)
        of_member[posting.account, start] = of_member.get((posting.account, start), 0) + posting.amount
        of_all[start] = of_all.get(start, 0) + posting.amount
    assert all(points <= cap for points in of_member.values())
    assert all(points <= budget for points in of_all.values())
    wanted = sum(amount for _, _, amount in events)
    assert sum(of_all.values()) == wanted or max(of_member.values()) == cap or max(of_all.values()) == budget
