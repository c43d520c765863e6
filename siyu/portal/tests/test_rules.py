"""How often one may ask for a code, when a birthday may change, where a link may lead."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.portal.rules import (
    PER_HANDLE,
    Limit,
    Profile,
    birthday_fault,
    device_of,
    fits_target,
    kind_of,
    may_set_birthday,
    new_code,
    seconds_to_wait,
    traits_of,
)

NOW = datetime(2026, 5, 5, tzinfo=UTC)


def ago(*seconds: int) -> list[datetime]:
    return [NOW - timedelta(seconds=one) for one in seconds]


def test_the_first_code_comes_at_once_and_the_second_after_fifty_seconds():
    assert seconds_to_wait([], PER_HANDLE, NOW) == 0
    assert seconds_to_wait(ago(10), PER_HANDLE, NOW) == 41
    assert seconds_to_wait(ago(51), PER_HANDLE, NOW) == 0


def test_five_codes_an_hour_then_one_waits_until_the_oldest_of_them_leaves():
    asked = ago(60, 600, 1200, 1800, 3000)
    assert seconds_to_wait(asked, PER_HANDLE, NOW) == 601
    assert seconds_to_wait(asked[:4], PER_HANDLE, NOW) == 0


@settings(max_examples=50)
@given(st.lists(st.integers(0, 7200), max_size=30), st.integers(1, 5), st.integers(1, 3600))
def test_after_the_wait_a_code_may_be_asked_for(seconds, codes, within):
    limits, asked = [Limit(codes, timedelta(seconds=within))], ago(*seconds)
    wait = seconds_to_wait(asked, limits, NOW)
    assert seconds_to_wait(asked, limits, NOW + timedelta(seconds=wait)) == 0


@pytest.mark.parametrize(("text", "kind"), [("138 0013 8000", "phone"), ("a@b.example", "email"), ("a＠b.example", "email")])
def test_the_kind_is_seen_from_the_text(text, kind):
    assert kind_of(text) == kind


def test_codes_keep_their_zeros():
    assert new_code(42) == "000042"


@pytest.mark.parametrize(
    ("path", "fits"),
    [
        ("/m/mall", True), ("/m/points?cursor=a", True), ("/m/", True), ("//evil.example", False), ("/m//evil.example", False),
        ("https://evil.example/m/", False), ("/members", False), ("/m/\\evil", False), ("/m/a\nb", False),
    ],
)  # fmt: skip
def test_a_target_is_a_page_of_the_member_centre(path, fits):
    assert fits_target(path) is fits


def test_a_birthday_may_be_set_then_changed_once_a_year():
    assert may_set_birthday("", None, NOW)
    assert may_set_birthday("1990-01-01", None, NOW)
    assert not may_set_birthday("1990-01-01", NOW - timedelta(days=364), NOW)
    assert may_set_birthday("1990-01-01", NOW - timedelta(days=365), NOW)


def test_a_birthday_lies_in_a_life():
    today = date(2026, 5, 5)
    assert birthday_fault(date(1990, 2, 28), today) == ""
    assert "future" in birthday_fault(date(2026, 5, 6), today)
    assert "120" in birthday_fault(date(1900, 1, 1), today)


def test_only_what_differs_is_told():
    assert traits_of(Profile("月", "", "1990-01-01", "杭州"), Profile("月", "female", "1990-01-01", "上海")) == {
        "gender": "female",
        "city": "上海",
    }
    assert traits_of(Profile("月", "female", "", "杭州"), Profile("", "", "", "杭州")) == {"nickname": None, "gender": None}


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) AppleWebKit Mobile MicroMessenger/8.0", "iPhone · WeChat"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/120 Safari/537 Edg/120", "Windows · Edge"),
        ("curl/8", ""),
    ],
)
def test_a_device_is_told_from_another(agent, device):
    assert device_of(agent) == device
