"""When value becomes available and when it ends."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.loyalty.rules.earning import worth
from siyu.loyalty.rules.ledger import Purchase
from siyu.loyalty.rules.orders import reversal_target
from siyu.loyalty.rules.seen import Frame, Seen
from siyu.loyalty.rules.terms import (
    ROUNDED,
    After,
    AfterFact,
    AfterReceipt,
    Never,
    add_months,
    available_at,
    days_later,
    expires_at,
    is_in_vain,
)
from siyu.loyalty.tests.given import fact, rule

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
EARNED = datetime(2026, 1, 22, 20, 0, tzinfo=UTC)  # 23 January, 4 o'clock in Shanghai


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("expires", "first_day_without"),
    [
        (After(days=1), date(2026, 1, 25)),
        (After(months=1), date(2026, 2, 24)),
        (After(months=12, until_end_of="month"), date(2027, 2, 1)),
        (After(months=12, until_end_of="year"), date(2028, 1, 1)),
        (After(months=1, days=7, until_end_of="month"), date(2026, 4, 1)),
    ],
)
def test_value_is_valid_to_the_end_of_its_last_day(expires: After, first_day_without: date) -> None:
    assert expires_at(expires, EARNED, SHANGHAI) == midnight(first_day_without)


def test_some_value_never_ends() -> None:
    assert expires_at(Never(), EARNED, SHANGHAI) is None


def test_months_end_on_days_that_exist() -> None:
    assert add_months(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert add_months(date(2028, 2, 29), 12) == date(2029, 2, 28)
    assert add_months(date(2026, 11, 30), 2) == date(2027, 1, 30)


def test_maturity_counts_from_the_fact_or_from_the_receipt() -> None:
    received = EARNED + timedelta(days=3)
    assert available_at(AfterFact(days=2), EARNED, None, SHANGHAI) == EARNED + timedelta(days=2)
    assert available_at(AfterReceipt(), EARNED, None, SHANGHAI) is None
    assert available_at(AfterReceipt(), EARNED, received, SHANGHAI) == received + timedelta(days=7)


@settings(max_examples=200)
@given(
    st.integers(0, 800),
    st.builds(
        After, days=st.integers(0, 400), weeks=st.integers(0, 9), months=st.integers(0, 12), until_end_of=st.sampled_from(sorted(ROUNDED))
    ),
    st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_terms_are_in_vain_where_value_never_lives_to_be_available(days: int, expires: After, earned: datetime) -> None:
    available, ends = available_at(AfterFact(days), earned, None, SHANGHAI), expires_at(expires, earned, SHANGHAI)

    assert available >= ends or not is_in_vain(AfterFact(days), expires)


@pytest.mark.parametrize(("days", "is_vain"), [(6, False), (7, False), (8, True)])
def test_terms_are_in_vain_from_the_first_day_that_is_too_late(days: int, is_vain: bool) -> None:
    assert is_in_vain(AfterReceipt(days), After(days=7)) is is_vain


def test_a_day_in_which_clocks_change_is_a_day() -> None:
    before = datetime(2026, 3, 7, 17, 0, tzinfo=UTC)  # noon in New York, the day before clocks go forward
    assert days_later(before, 1, NEW_YORK) == datetime(2026, 3, 8, 16, 0, tzinfo=UTC)


@settings(max_examples=50)
@given(
    amount=st.integers(1, 10**7),
    base=st.integers(1, 10**9),
    refunds=st.lists(st.integers(0, 10**9), max_size=8),
)
def test_parts_of_refunds_never_pass_the_whole_and_sum_exactly(amount: int, base: int, refunds: list[int]) -> None:
    taken, refunded = 0, 0
    for refund in [*refunds, base]:
        refunded += refund
        target = reversal_target(amount, Purchase(("web", "1"), paid_at=EARNED, base_minor=base, refunded_minor=refunded))
        assert taken <= target <= amount
        assert abs(target * base - amount * min(refunded, base)) * 2 <= base  # within half a point of the exact share
        taken = target
    assert taken == amount


@settings(max_examples=50)
@given(amount=st.integers(0, 10**10), points=st.integers(1, 1000), per=st.integers(1, 10**6), multiplier=st.integers(1, 100_000))
def test_worth_is_the_floor_of_the_exact_product(amount: int, points: int, per: int, multiplier: int) -> None:
    earning = rule({"trigger": "x", "formula": {"kind": "per_amount", "points": points, "per_minor": per}})

    value = worth(earning, Seen(fact("x", amount_minor=amount), Frame(SHANGHAI)), multiplier)

    assert value * per * 1000 <= amount * points * multiplier < (value + 1) * per * 1000
