"""What stands in a cell: text, numbers, instants, yes and no, as people and their programs write them. Pure.

Reasons never quote a cell: it may hold a phone number that stands in a wrong column, and reasons are stored in plain text.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from ..rules import FactError
from .currencies import currencies_of

MAX_QUANTITY = Decimal(100_000_000)
MAX_AMOUNT = Decimal(100_000_000_000)  # major units; far above any order, far below what a column holds
_MAX_FLOAT = 1e15  # from here on a float holds no decimals
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d+")
_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d*)?|[+-]?\.\d+")
_MONEY_SIGNS = str.maketrans("", "", "¥￥$£€元 \u00a0")
_BESIDE_NUMBERS = re.compile(r"[^\d\s.,+-]+")
_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"  # come along when numbers are copied
_EDGES = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a" \
    "\u2028\u2029\u202f\u205f\u3000" + _UNSEEN  # fmt: skip
_GUARDS = ("=", "'", "`")
_GUARDED = re.compile(r'="(.*)"|[\'`]([+-]?\d.*)|`(.*)', re.DOTALL)  # of a number: a name may begin with an apostrophe
_NOTHING = frozenset(("-", "--", "---", "–", "—", "——", "/", "\\n", "n/a", "#n/a", "null", "(null)", "<null>", "nan", "<na>"))
_NOBODY = frozenset(("无", "暂无", "none"))  # nothing, where no name or word is asked for
_ERRORS = frozenset(("#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"))
_YES = frozenset(("1", "y", "yes", "true", "t", "on", "是", "有", "同意", "已同意", "已授权", "订阅", "given"))
_NO = frozenset(("0", "n", "no", "false", "f", "off", "否", "无", "不同意", "拒绝", "退订", "已退订", "未授权", "withdrawn"))


def text(value: Any) -> str:
    """A cell as text: trimmed, also of what cannot be seen and of what keeps a spreadsheet from reckoning (`="123"`, `'123`); a whole float
    without its `.0` (spreadsheets keep phone numbers as floats); empty for nothing, and for what files write for nothing."""
    if isinstance(value, str):
        if "\x00" in value:
            raise FactError("text.null", "a cell holds a NUL character, which no text may")
        written = value.strip(_EDGES)
        if written.startswith(_GUARDS) and (guarded := _GUARDED.fullmatch(written)):
            written = guarded[guarded.lastindex or 0].replace('""', '"').strip(_EDGES)
        return "" if len(written) < 7 and written.lower() in _NOTHING else written
    if value is None or value != value:  # NaN
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def plain(value: Any) -> Any:
    """A cell as JSON keeps it: numbers and truth stay, the rest is text."""
    if isinstance(value, bool | int) or (isinstance(value, float) and value == value and abs(value) != float("inf")):
        return value
    return text(value)


def name_of(value: Any, what: str) -> str:
    """Text that names something (an order, a SKU, a buyer); refuses one that a spreadsheet has shortened to 1.23E+18."""
    if isinstance(value, float) and abs(value) >= _MAX_FLOAT:
        raise FactError("number.shortened", f"{what} has lost its last digits: a spreadsheet keeps 15; export that column as text")
    written = text(value)
    if "+" in written and _SCIENTIFIC.fullmatch(written):
        raise FactError("number.shortened", f"{what} was shortened by a spreadsheet (1.23E+18); export that column as text")
    if written in _ERRORS:
        raise FactError("formula.error", f"{what} is a formula's error, not its result")
    return "" if written.lower() in _NOBODY else written


def number(value: Any, what: str) -> Decimal | None:
    """A decimal as written (`￥1,234.50`), None for an empty cell. Raises `number.invalid`."""
    if isinstance(value, bool):
        raise FactError("number.invalid", f"{what} is not a number")
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        return _of_float(value, what)
    if isinstance(value, Decimal):
        if value.is_finite():
            return value
        return _of_float(float(value), what)
    return _of_text(text(value), what)


def _of_float(value: float, what: str) -> Decimal | None:
    if value != value:
        return None
    if value in (float("inf"), float("-inf")):
        raise FactError("number.invalid", f"{what} is not a number")
    written = repr(value)
    if abs(value) >= _MAX_FLOAT:
        return Decimal(int(value))  # without decimals, and far above all that is asked for
    # a binary float with more than 6 decimals is the trace of an earlier calculation, not a price
    return Decimal(written) if len(written.partition(".")[2]) <= 6 and "e" not in written else round(Decimal(value), 6).normalize()


def _of_text(written: str, what: str) -> Decimal | None:
    plain = unicodedata.normalize("NFKC", written).translate(_MONEY_SIGNS)
    if not plain or plain.lower() in _NOBODY:
        return None
    if not _NUMBER.fullmatch(plain):
        raise FactError("number.invalid", f"{what} is not a number")
    try:
        return Decimal(plain.replace(",", ""))
    except InvalidOperation as error:
        raise FactError("number.invalid", f"{what} is not a number") from error


@lru_cache(maxsize=50_000, typed=True)  # the same few prices and quantities stand in most rows
def amount(value: Any, what: str, currency: str) -> Decimal | None:
    """A sum of money in major units; refuses what cannot be one, and what is written as one of another currency (`currency.other`)."""
    found = number(_bare(value, what, currency) if isinstance(value, str) else value, what)
    if found is not None and abs(found) > MAX_AMOUNT:
        raise FactError("amount.absurd", f"{what} is larger than any order ({MAX_AMOUNT:,})")
    return found


def _bare(value: str, what: str, currency: str) -> str:
    """The number without the signs and codes of its currency (`CNY 12`, `12元`); words that are none stay, and make it no number."""
    written = unicodedata.normalize("NFKC", text(value))
    for mark in _BESIDE_NUMBERS.findall(written):
        meant = [currency] if mark.upper() == currency else currencies_of(mark)
        if meant and currency not in meant:
            raise FactError("currency.other", f"{what} is in another currency; this installation keeps {currency}")
        written = written.replace(mark, " ", 1) if meant else written
    return written


@lru_cache(maxsize=50_000, typed=True)
def quantity(value: Any) -> Decimal | None:
    """Pieces (or kilograms); refuses what a typing error made."""
    found = number(value, "quantity")
    if found is not None and abs(found) > MAX_QUANTITY:
        raise FactError("quantity.absurd", f"quantity is larger than {MAX_QUANTITY:,}")
    return found


def yes(value: Any, what: str) -> bool | None:
    """是/否, yes/no, 1/0 …; None for an empty cell."""
    written = text(value).lower()
    if not written:
        return None
    if written in _YES:
        return True
    if written in _NO:
        return False
    raise FactError("boolean.invalid", f"{what} is neither yes nor no")


_YEAR_FIRST = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]*(\d{1,2})[:时点](\d{1,2})(?:分|[:](\d{1,2})(?:[.,](\d{1,9}))?|分(\d{1,2})秒)?)?"
    r"\s*(Z|UTC|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_HALF = re.compile(r"[上下]午|(?<=\d)\s*\b[AP]M\b|(?<=\d)[AP]M\b", re.IGNORECASE)
_WEEKDAY = re.compile(r"\s*\(?(?:星期|周)[一二三四五六日天]\)?\s*")
_ZERO_DATE = re.compile(r"0000[-/.]?00[-/.]?00.*")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T\s]+(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?")
_COMPACT = re.compile(r"(20\d{2}|19\d{2})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?")
_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  a spreadsheet's serial has no zone
_EARLIEST, _LATEST = (
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2200, 1, 1, tzinfo=UTC),
)  # programs write 0001-01-01 and 9999-12-31 for never
_RANGE = "the date is before 1970, or after 2199"


@lru_cache(maxsize=100_000)
def instant(value: Any, zone: ZoneInfo, day_order: str = "") -> datetime | None:
    """An instant (UTC) from what files hold; what names no zone is in `zone`. None for an empty cell.

    `day_order` (`dmy` or `mdy`) says how 3/4/2024 is meant. Raises `date.invalid`, `date.ambiguous`.
    """
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, date):
        found = datetime(value.year, value.month, value.day)  # noqa: DTZ001  the zone is given below
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if value != value:
            return None
        found = _of_serial(value)
    else:
        written = _date_text(value)
        if not written:
            return None
        found = _of_writing(written, day_order)
    if not _EARLIEST.year - 1 <= found.year <= _LATEST.year:  # before a zone moves it beyond the calendar
        raise FactError("date.invalid", _RANGE)
    moment = (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    if not _EARLIEST <= moment < _LATEST:
        raise FactError("date.invalid", _RANGE)
    return moment


def day(value: Any, day_order: str = "") -> date | None:
    """A calendar day without a zone, such as a birthday; None for an empty cell."""
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    if isinstance(value, int | float) and abs(value) < 80_000:
        return (_EXCEL_EPOCH + timedelta(days=int(value))).date()
    written = _date_text(value)
    return _of_writing(written, day_order).date() if written else None


def _date_text(value: Any) -> str:
    """A date as written, empty for none: databases write one of zeros."""
    written = _WEEKDAY.sub(" ", unicodedata.normalize("NFKC", text(value))).strip()
    return "" if written.lower() in _NOBODY or _ZERO_DATE.fullmatch(written) else written


def _of_serial(value: float) -> datetime:
    """Epoch seconds or milliseconds, or a spreadsheet's day number (1900 system)."""
    if 20_000 < value < 80_000:
        return _EXCEL_EPOCH + timedelta(seconds=round(value * 86_400))
    if 10**8 < value < 10**11:
        return datetime.fromtimestamp(value, UTC)
    if 10**11 <= value < 10**14:
        return datetime.fromtimestamp(value / 1000, UTC)
    return _of_writing(text(value), "")


def _of_writing(written: str, day_order: str) -> datetime:
    half = _HALF.search(written)
    if half:
        written = written[: half.start()].rstrip() + " " + written[half.end() :].lstrip()
        return _of_half(_of_writing(written.strip(), day_order), is_later=half[0].strip().lower() in ("下午", "pm"))
    try:
        if match := _YEAR_FIRST.fullmatch(written):
            return _assemble(match)
        if match := _COMPACT.fullmatch(written):
            return datetime(*(int(part or 0) for part in match.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
        if match := _DAY_FIRST.fullmatch(written):
            return _day_first(match, day_order)
        if written.isdigit() and len(written) in (10, 13):
            return _of_serial(int(written))
    except FactError:
        raise
    except (ValueError, OverflowError) as error:
        raise FactError("date.invalid", "the date is no day of the calendar") from error
    raise FactError("date.invalid", "not a date; write 2024-05-31 18:30:00")


def _of_half(found: datetime, *, is_later: bool) -> datetime:
    """12 at night is 0, and 3 in the afternoon 15; 15 in the afternoon stays what it is."""
    if not is_later and found.hour > 12:
        raise FactError("date.invalid", "the time is past noon and said to be before it")
    if found.hour == 12:
        return found if is_later else found.replace(hour=0)
    return found.replace(hour=found.hour + 12) if is_later and found.hour < 12 else found


def _assemble(match: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second, fraction, second_zh, offset = match.groups()
    micro = int(((fraction or "") + "000000")[:6])
    found = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or second_zh or 0), micro)  # noqa: DTZ001
    if not offset:
        return found
    if offset.upper() in ("Z", "UTC"):
        return found.replace(tzinfo=UTC)
    away = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
    return found.replace(tzinfo=UTC) - (away if offset[0] == "+" else -away)


def _day_first(match: re.Match[str], day_order: str) -> datetime:
    first, second, year, *clock = (int(part or 0) for part in match.groups())
    if not day_order and first <= 12 and second <= 12 and first != second:
        raise FactError("date.ambiguous", "3/4/2024: day or month first? say --dates dmy or --dates mdy")
    is_month_first = day_order == "mdy" or (not day_order and second > 12)
    month, day = (first, second) if is_month_first else (second, first)
    return datetime(year, month, day, *clock)  # type: ignore[arg-type]  # noqa: DTZ001
