"""How values read on a page."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from siyu.lib.web import formats
from siyu.lib.web.business import Business, speak_for


@pytest.fixture(autouse=True)
def dollars():
    speak_for(Business("Tea House", "USD", ZoneInfo("Asia/Shanghai")))
    yield
    speak_for(Business())


def test_money_speaks_the_merchants_currency():
    assert formats.money(1_234_567) == "$12,345.67"
    assert formats.money(-5) == "−$0.05"
    assert formats.money(None) == "–"
    speak_for(Business("", "JPY"))
    assert formats.money(500) == "JP¥500"
    speak_for(Business("", "BHD"))
    assert formats.money(1_500) == "BHD 1.500"


def test_numbers_are_grouped():
    assert formats.number(1_234_567) == "1,234,567"
    assert formats.number(1234.5) == "1,234.5"
    assert formats.number(3.0) == "3"


def test_big_numbers_are_counted_as_the_reader_counts():
    with translation.override("zh-hans"):
        assert [formats.compact(n) for n in (9_999, 15_584, 460_000_000)] == ["9,999", "1.6 万", "4.6 亿"]
        assert [formats.compact_money(n) for n in (99_999, 21_240_050, -21_240_050)] == ["$1,000", "$21.2 万", "−$21.2 万"]
    with translation.override("en"):
        assert [formats.compact(n) for n in (999, 15_584, 4_600_000)] == ["999", "15.6K", "4.6M"]
        assert [formats.compact_money(n) for n in (0, 21_240_050, None)] == ["$0", "$212.4K", "–"]


def test_times_are_the_merchants():
    assert formats.instant(datetime(2026, 3, 1, 16, 30, tzinfo=UTC)) == "2026-03-02 00:30"
    assert formats.day(date(2026, 3, 1)) == "2026-03-01"
    assert formats.percent(0.1234) == "12.3%"
