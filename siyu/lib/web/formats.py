"""How values read on a page: money in the business's currency, times in its zone, big numbers in the reader's language."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import get_language

from siyu.lib.money import minor_digits, show_minor

from .business import business

ABSENT = "–"
_SYMBOLS = {"CNY": "¥", "USD": "$", "GBP": "£", "EUR": "€", "HKD": "HK$", "JPY": "JP¥", "TWD": "NT$"}


def money(amount_minor: int | None) -> str:
    """Minor units → `¥12,345.67`."""
    if amount_minor is None:
        return ABSENT
    sign = "−" if amount_minor < 0 else ""
    return f"{sign}{_symbol()}{show_minor(abs(int(amount_minor)), business().currency)}"


def major(amount_minor: int | None) -> Decimal | None:
    """Minor units → units, exactly: what CSV files and pictures carry."""
    return None if amount_minor is None else Decimal(amount_minor).scaleb(-minor_digits(business().currency))


def number(value: int | float | Decimal | None) -> str:
    """`12,345`; a fraction shows up to two decimals."""
    if value is None:
        return ABSENT
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}".rstrip("0").rstrip(".")


def compact(value: int | float | Decimal | None) -> str:
    """12,345 → `1.2 万` in Chinese, `12.3K` in English; below ten thousand (a thousand) as it is."""
    if value is None:
        return ABSENT
    is_chinese = (get_language() or "").startswith("zh")
    steps: tuple[tuple[int, str], ...] = ((10**8, " 亿"), (10**4, " 万")) if is_chinese else ((10**9, "B"), (10**6, "M"), (10**3, "K"))
    for size, word in steps:
        if abs(float(value)) >= size:
            return f"{float(value) / size:,.1f}{word}"
    return number(value)


def compact_money(amount_minor: int | None) -> str:
    """`¥12,345.67` → `¥1.2 万` in Chinese, `¥12.3K` in English."""
    amount = major(amount_minor)
    if amount is None:
        return ABSENT
    return f"{'−' if amount < 0 else ''}{_symbol()}{compact(abs(round(amount)))}"


def _symbol() -> str:
    currency = business().currency
    return _SYMBOLS.get(currency, currency + " ")


def percent(ratio: float | Decimal | None) -> str:
    """0.1234 → `12.3%`."""
    return ABSENT if ratio is None else f"{ratio:.1%}"


def day(value: date | None) -> str:
    return ABSENT if value is None else value.isoformat()


def instant(value: datetime | None) -> str:
    """An instant in the business's zone, to the minute."""
    return ABSENT if value is None else localtime(value).strftime("%Y-%m-%d %H:%M")


_KINDS = {"number": number, "money": money, "percent": percent, "day": day, "instant": instant}
NUMERIC = {"number", "money", "percent"}


def show(value: Any, kind: str) -> str:
    """A value by its kind: text, number, money (minor units), percent (ratio), day, instant."""
    if kind in _KINDS:
        return _KINDS[kind](value)  # type: ignore[operator]
    return ABSENT if value is None or value == "" else str(value)


def raw(value: Any, kind: str) -> Any:
    """A value as a CSV cell: money in units, all else as it is."""
    return major(value) if kind == "money" else value
