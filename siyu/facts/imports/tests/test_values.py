"""What stands in a cell."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from siyu.facts.imports import values
from siyu.facts.rules import FactError

SHANGHAI = ZoneInfo("Asia/Shanghai")
LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("￥1,234.50", "1234.50"),
        ("１２．５", "12.5"),
        (2.55, "2.55"),
        (0.1 + 0.2, "0.3"),
        (7, "7"),
        ("-3", "-3"),
        (Decimal("0.001"), "0.001"),
        ("12元", "12"),
    ],
)
def test_a_number_is_read_as_people_write_it(written: object, meant: str) -> None:
    assert values.number(written, "price") == Decimal(meant)


@pytest.mark.parametrize("written", ["1.234,50", "12-3", "abc", "1,23", "--1", True, float("inf"), "1e5"])
def test_what_is_no_number_is_refused_without_quoting_it(written: object) -> None:
    with pytest.raises(FactError) as refused:
        values.number(written, "price")
    assert refused.value.code == "number.invalid"
    assert str(written) not in refused.value.because


@pytest.mark.parametrize("cell", ["-", "——", " / ", "N/A", "#N/A", "NULL", "NaN", "<NA>", "None", "无", "暂无", "\u200b", "\\N"])
def test_what_files_write_for_nothing_is_nothing(cell: str) -> None:
    assert values.number(cell, "price") is None
    assert values.instant(cell, SHANGHAI) is None
    assert values.name_of(cell, "phone") == ""


@pytest.mark.parametrize("never", ["0000-00-00 00:00:00", "0000-00-00", "00000000"])
def test_a_date_of_zeros_is_none(never: str) -> None:
    assert values.instant(never, SHANGHAI) is None
    assert values.day(never) is None


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ('="3812345678901234567"', "3812345678901234567"),
        ('="茶 ""大"" 杯"', '茶 "大" 杯'),
        ("'13800138000", "13800138000"),
        ("\t3812345678901234567\t", "3812345678901234567"),
        ("`wx2026", "wx2026"),
        ("\u202d13800138000\u202c", "13800138000"),
        ("\ufeffA1\u3000", "A1"),
        ("'t Hooft", "'t Hooft"),
        ("=A1", "=A1"),
        ("-5", "-5"),
        ("Null-Modem", "Null-Modem"),
    ],
)
def test_what_keeps_a_spreadsheet_from_reckoning_or_cannot_be_seen_is_no_part_of_the_text(cell: str, meant: str) -> None:
    assert values.text(cell) == meant
    assert values.name_of(cell, "order_number") == meant


@pytest.mark.parametrize(
    ("cell", "code"),
    [(3.812345678901234e18, "number.shortened"), (1e15, "number.shortened"), ("3.81E+18", "number.shortened"), ("#REF!", "formula.error")],
)
def test_a_name_that_a_spreadsheet_has_spoilt_is_refused(cell: object, code: str) -> None:
    with pytest.raises(FactError) as refused:
        values.name_of(cell, "order_number")
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("2024/5/31 下午 6:30", 18),
        ("2024/5/31 下午6:30:00", 18),
        ("2024年5月31日 上午6时30分", 6),
        ("2024-05-31 6:30 PM", 18),
        ("2024-05-31 06:30:00am", 6),
        ("2024-05-31 12:30 AM", 0),
        ("2024-05-31 12:30 PM", 12),
        ("31/05/2024 6:30 pm", 18),
        ("2024-05-31 下午 18:30", 18),
        ("2024-05-31 星期五 18:30", 18),
        ("2024年5月31日（周五） 18:30", 18),
    ],
)
def test_an_hour_is_read_with_its_half_of_the_day_and_beside_the_day_of_the_week(written: str, hour: int) -> None:
    assert values.instant(written, SHANGHAI) == datetime(2024, 5, 31, hour, 30, tzinfo=SHANGHAI)


def test_an_hour_past_noon_is_not_before_it() -> None:
    with pytest.raises(FactError, match="past noon"):
        values.instant("2024-05-31 上午 18:30", SHANGHAI)


def test_an_empty_cell_is_no_number_and_no_instant() -> None:
    assert [values.number(cell, "price") for cell in ("", None, float("nan"), "  ")] == [None] * 4
    assert [values.instant(cell, SHANGHAI) for cell in ("", None, float("nan"), "  ")] == [None] * 4


@pytest.mark.parametrize(
    "written",
    [
        "2024-05-31 18:30:00",
        "2024/5/31 18:30",
        "2024-05-31T10:30:00Z",
        "2024-05-31T18:30:00+08:00",
        "20240531183000",
        "2024年5月31日 18时30分",
        "2024.5.31 18:30:00",
        45443.770833333336,
        "1717151400",
        1717151400000,
        datetime.fromisoformat("2024-05-31 18:30"),
        "31/05/2024 18:30",
    ],
)
def test_an_instant_without_zone_is_the_merchants(written: object) -> None:
    assert values.instant(written, SHANGHAI) == datetime(2024, 5, 31, 10, 30, tzinfo=UTC)


def test_summer_time_of_the_zone_counts() -> None:
    assert values.instant("2011-07-01 12:00", LONDON) == datetime(2011, 7, 1, 11, tzinfo=UTC)
    assert values.instant("2011-01-01 12:00", LONDON) == datetime(2011, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2024-13-01", "date.invalid"),
        ("2023-02-29", "date.invalid"),
        ("soon", "date.invalid"),
        ("1900-01-00", "date.invalid"),
        ("1969-12-30", "date.invalid"),
        ("0001-01-01 00:00:00", "date.invalid"),
        ("9999-12-31", "date.invalid"),
        (datetime.fromisoformat("0001-01-01"), "date.invalid"),
        (date(9999, 12, 31), "date.invalid"),
        ("03/04/2024", "date.ambiguous"),
    ],
)
def test_what_is_no_date_or_could_be_two_is_refused(written: object, code: str) -> None:
    with pytest.raises(FactError) as refused:
        values.instant(written, SHANGHAI)
    assert refused.value.code == code


def test_day_order_settles_what_could_be_two_dates() -> None:
    assert values.instant("03/04/2024", LONDON, "dmy") == datetime(2024, 4, 2, 23, tzinfo=UTC)
    assert values.instant("03/04/2024", LONDON, "mdy") == datetime(2024, 3, 4, tzinfo=UTC)


def test_a_spreadsheets_phone_number_loses_its_decimals_and_a_shortened_one_is_refused() -> None:
    assert values.name_of(13800138000.0, "phone") == "13800138000"
    with pytest.raises(FactError, match=r"number\.shortened"):
        values.name_of("1.38E+10", "phone")


def test_yes_and_no_in_both_languages() -> None:
    assert [values.yes(cell, "consent") for cell in ("是", "Y", 1, "退订", "no", "")] == [True, True, True, False, False, None]
    with pytest.raises(FactError, match=r"boolean\.invalid"):
        values.yes("maybe", "consent")


def test_a_birthday_may_be_before_1970() -> None:
    assert values.day("1958年3月8日") == date(1958, 3, 8)
    assert values.day(21252) == date(1958, 3, 8)


def test_absurd_sizes_are_refused() -> None:
    with pytest.raises(FactError, match=r"quantity\.absurd"):
        values.quantity("13800138000")
    for written in ("9" * 15, 1e15, 1e300, -1e22, 10**40, Decimal(10) ** 40):
        with pytest.raises(FactError, match=r"amount\.absurd"):
            values.amount(written, "amount", "CNY")
    for far in (1e300, -1e300, -(10**9)):
        with pytest.raises(FactError, match=r"date\.invalid"):
            values.day(far)


def test_a_number_that_is_none_is_an_empty_cell_and_one_without_end_is_refused() -> None:
    assert values.amount(Decimal("NaN"), "amount", "CNY") is None
    with pytest.raises(FactError, match=r"number\.invalid"):
        values.amount(Decimal("Infinity"), "amount", "CNY")


@pytest.mark.parametrize(
    ("written", "currency"),
    [
        *((cell, "CNY") for cell in ("￥1,234.50", "¥ 1234.5", "1,234.50元", "CNY 1234.50", "1234.50 rmb")),
        *((cell, "CNY") for cell in ("人民币1234.50元", "1,234.50", 1234.5)),
        *((cell, "USD") for cell in ("$1,234.50", "US$1234.50", "1,234.50 USD", "＄1,234.50")),
        *((cell, "TWD") for cell in ("NT$1,234.50", "$1,234.50", "1,234.50元")),
        ("£1,234.50", "GBP"), ("€1234.50", "EUR"), ("JP¥1234.50", "JPY"), ("¥1234.50", "JPY"), ("XAF 1234.50", "XAF"),
        ("-1", "CNY"), ("", "CNY"),
    ],
)  # fmt: skip
def test_an_amount_may_stand_in_the_installations_own_currency(written: object, currency: str) -> None:
    meant = {"-1": Decimal(-1), "": None}.get(str(written), Decimal("1234.50"))
    assert values.amount(written, "amount", currency) == meant


@pytest.mark.parametrize(
    ("written", "currency"),
    [
        *((cell, "CNY") for cell in ("$10", "US$10", "10 USD", "usd10", "-€10", "10港币", "HK$ 10", "₩10", "JP¥10", "$10元")),
        *((cell, "USD") for cell in ("¥10", "10元", "HK$10", "C$10", "10 CNY", "£10")),
        ("¥10", "GBP"),
    ],
)
def test_an_amount_in_another_currency_is_refused_and_not_read_as_the_installations(written: str, currency: str) -> None:
    with pytest.raises(FactError, match=rf"currency\.other.*another currency; this installation keeps {currency}"):
        values.amount(written, "amount", currency)


@pytest.mark.parametrize("written", ["10 pieces", "about 10", "10$$x", "ABC 10", "1O"])
def test_words_beside_an_amount_make_it_no_number(written: str) -> None:
    with pytest.raises(FactError, match=r"number\.invalid"):
        values.amount(written, "amount", "CNY")
