"""Ranges of business days as people ask for them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from siyu.lib.web.dates import DateRange

TODAY = date(2026, 11, 21)


def test_a_preset_ends_today():
    chosen = DateRange.from_words({"range": "7"}, TODAY)
    assert (chosen.first, chosen.last, chosen.days, chosen.preset) == (date(2026, 11, 15), TODAY, 7, "7")
    assert DateRange.from_words({"range": "year"}, TODAY).days == 365


def test_nothing_asked_is_thirty_days():
    assert DateRange.from_words({}, TODAY) == DateRange(date(2026, 10, 23), TODAY, "30")


def test_two_days_are_taken_as_given():
    chosen = DateRange.from_words({"from": "2026-02-28", "to": "2026-03-01"}, TODAY)
    assert (chosen.days, chosen.preset, chosen.error) == (2, "", "")
    assert list(chosen.each_day()) == [date(2026, 2, 28), date(2026, 3, 1)]
    assert chosen.before == DateRange(date(2026, 2, 26), date(2026, 2, 27))


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ({"range": "8"}, "not known"),
        ({"from": "2026-02-30", "to": "2026-03-01"}, "year-month-day"),
        ({"from": "2026-03-01"}, "year-month-day"),
        ({"from": "", "to": "x"}, "year-month-day"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "lies behind"),
        ({"from": "2000-01-01", "to": "2026-03-01"}, "too long"),
        ({"from": "0001-01-01", "to": "0001-01-02"}, "too long"),
        ({"from": "9999-12-31", "to": "9999-12-31"}, "too long"),
    ],
)
def test_what_is_refused_shows_the_usual_range_and_why(words, reason):
    with translation.override("en"):
        chosen = DateRange.from_words(words, TODAY)
        assert reason in str(chosen.error)
    assert (chosen.days, chosen.last) == (30, TODAY)


def test_a_range_knows_its_instants():
    chosen = DateRange(date(2026, 3, 1), date(2026, 3, 1))
    shanghai = ZoneInfo("Asia/Shanghai")
    assert chosen.begin(shanghai) == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert chosen.end(shanghai) == datetime(2026, 3, 1, 16, tzinfo=UTC)
