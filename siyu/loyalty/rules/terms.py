"""When value becomes available and when it ends: pure functions of a policy, an instant and the programme's zone."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from siyu.lib.clock import midnight

MAX_DAYS = 3_660
MAX_MONTHS = 120


class Immediately(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="immediately"):
    """Available with the fact that earns it."""


class AfterFact(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="days_after_fact"):
    """Available so many days after the fact."""

    days: int


class AfterReceipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="after_receipt_days"):
    """Waits until the order is received, then so many days: the time in which goods may go back."""

    days: int = 7


Maturity = Immediately | AfterFact | AfterReceipt


class Never(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="never"):
    """Does not expire."""


class After(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="after"):
    """Valid for so many days, weeks, months or years, then to the end of that day, week (Sunday), month or year.

    `until_end_of="instant"` ends it at the time of the day at which it began; `until_start_of="day"` with the beginning of its last day.
    """

    days: int = 0
    weeks: int = 0
    months: int = 0
    years: int = 0
    until_end_of: Literal["instant", "day", "week", "month", "year"] = "day"
    until_start_of: Literal["", "day"] = ""


class YearEnd(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="year_end"):
    """Valid to the end of the `number`-th year, the one in which it was earned counted; a year ends with its `month`."""

    number: int = 1
    month: int = 12


class Inactivity(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="inactivity"):
    """Valid for so long after the member last earned or spent anything of the unit; to the end of that day."""

    days: int = 0
    months: int = 0


class Usual(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="usual"):
    """As long as the unit says."""


Expiry = Never | After | YearEnd | Usual  # of what a rule gives
USUAL = Usual()
SHORT = re.compile(r"([1-9]\d{0,3})([DWMY])(_[DU])?")
ROUNDED = {"instant": 0, "day": 1, "week": 7, "month": 31, "year": 366}  # days that the end of a period may add at most
ENDS: dict[str, Literal["day", "week", "month", "year"]] = {"D": "day", "W": "week", "M": "month", "Y": "year"}


def available_at(matures: Maturity, earned_at: datetime, received_at: datetime | None, zone: ZoneInfo) -> datetime | None:
    """The instant at which value earned at `earned_at` becomes available; None while it waits for the receipt."""
    if isinstance(matures, Immediately):
        return earned_at
    if isinstance(matures, AfterFact):
        return days_later(earned_at, matures.days, zone)
    return None if received_at is None else days_later(received_at, matures.days, zone)


def expires_at(expires: Never | After | YearEnd, earned_at: datetime, zone: ZoneInfo) -> datetime | None:
    """When it is valid no more, usually the business midnight after its last day: 22 January, 12 months, end of month → 1 February."""
    if isinstance(expires, Never):
        return None
    local = earned_at.astimezone(zone)
    if isinstance(expires, YearEnd):
        return _year_end(expires, local.date(), zone)
    if expires.until_end_of == "instant" and not expires.until_start_of:
        return datetime.combine(_day_after(expires, local.date()), local.timetz()).astimezone(UTC)
    return _end_of(expires, local.date(), zone)


def slides_until(expires: Inactivity, at: datetime, zone: ZoneInfo) -> datetime:
    """The business midnight that ends the window of inactivity which begins at `at`."""
    return _end_of(After(days=expires.days, months=expires.months), at.astimezone(zone).date(), zone)


def expiry_of(short: str) -> After:
    """The short form of a validity: `30D`, `7W`, `10M`, `2Y` to the instant; with `_D` to the start of that day, with `_U` to the
    end of that day, week, month or year. Raises ValueError."""
    found = SHORT.fullmatch(short)
    if found is None:
        raise ValueError(f"{short!r} is no validity: a number, one of D W M Y, and perhaps _D or _U")
    number, unit, rounding = int(found[1]), found[2], found[3]
    spans = {"D": "days", "W": "weeks", "M": "months", "Y": "years"}
    terms: dict[str, Any] = {spans[unit]: number, "until_end_of": "instant"}
    if rounding:
        terms |= {"until_start_of": "day"} if rounding == "_D" else {"until_end_of": ENDS[unit]}
    expires = After(**terms)
    if not is_sound(expires):
        raise ValueError(f"{short!r} is longer than {MAX_MONTHS} months")
    return expires


def is_sound(expires: Never | After | YearEnd | Inactivity | Usual) -> bool:
    """Whether its numbers are a validity: more than nothing, and within `MAX_DAYS` and `MAX_MONTHS`."""
    if isinstance(expires, YearEnd):
        return 1 <= expires.number <= MAX_MONTHS // 12 and 1 <= expires.month <= 12
    if isinstance(expires, Never | Usual):
        return True
    days, months = expires.days, expires.months
    parts: tuple[int, ...] = (days, months)
    if isinstance(expires, After):
        days, months = days + 7 * expires.weeks, months + 12 * expires.years
        parts = (expires.days, expires.weeks, expires.months, expires.years)
    return min(parts) >= 0 and any(parts) and days <= MAX_DAYS and months <= MAX_MONTHS


def is_in_vain(matures: Maturity, expires: Expiry) -> bool:
    """Whether value would expire before it is available, whenever it was earned."""
    if isinstance(matures, Immediately) or not isinstance(expires, After):
        return False
    whole = expires.days + 7 * expires.weeks + 31 * expires.months + 366 * expires.years
    return matures.days >= whole + ROUNDED[expires.until_end_of]


@lru_cache(maxsize=4_096)
def _end_of(expires: After, earned: date, zone: ZoneInfo) -> datetime:
    day = _day_after(expires, earned)
    if expires.until_start_of:
        return midnight(day, zone)
    return midnight(_last_day(day, expires.until_end_of) + timedelta(days=1), zone)


def _day_after(expires: After, earned: date) -> date:
    return add_months(earned, expires.months + 12 * expires.years) + timedelta(days=expires.days, weeks=expires.weeks)


def _year_end(expires: YearEnd, earned: date, zone: ZoneInfo) -> datetime:
    year = earned.year + expires.number - 1 + (earned.month > expires.month)
    return midnight(_last_day(date(year, expires.month, 1), "month") + timedelta(days=1), zone)


def days_later(instant: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The same time of the clock on the wall so many days later (a day in which clocks change has 23 or 25 hours)."""
    if days == 0:
        return instant
    return (instant.astimezone(zone) + timedelta(days=days)).astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or that month's last: 31 January + 1 month → 28 February."""
    if months == 0:
        return day
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _last_day(day: date, of: str) -> date:
    if of == "week":
        return day + timedelta(days=6 - day.weekday())
    if of == "month":
        return day.replace(day=monthrange(day.year, day.month)[1])
    return date(day.year, 12, 31) if of == "year" else day
