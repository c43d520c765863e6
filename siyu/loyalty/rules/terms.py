"""When value becomes available and when it ends: pure functions of a policy, an instant and the programme's zone."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal
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
    """Valid for so many days or months, then to the end of that day, month or year."""

    days: int = 0
    months: int = 0
    until_end_of: Literal["day", "month", "year"] = "day"


Expiry = Never | After


def available_at(matures: Maturity, earned_at: datetime, received_at: datetime | None, zone: ZoneInfo) -> datetime | None:
    """The instant at which value earned at `earned_at` becomes available; None while it waits for the receipt."""
    if isinstance(matures, Immediately):
        return earned_at
    if isinstance(matures, AfterFact):
        return days_later(earned_at, matures.days, zone)
    return None if received_at is None else days_later(received_at, matures.days, zone)


def expires_at(expires: Expiry, earned_at: datetime, zone: ZoneInfo) -> datetime | None:
    """The business midnight that ends the last valid day: earned on 22 January for 12 months to the end of the month → 1 February."""
    if isinstance(expires, Never):
        return None
    return _end_of(expires, earned_at.astimezone(zone).date(), zone)


@lru_cache(maxsize=4_096)
def _end_of(expires: After, earned: date, zone: ZoneInfo) -> datetime:
    day = add_months(earned, expires.months) + timedelta(days=expires.days)
    return midnight(_last_day(day, expires.until_end_of) + timedelta(days=1), zone)


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
    if of == "month":
        return day.replace(day=monthrange(day.year, day.month)[1])
    return date(day.year, 12, 31) if of == "year" else day
