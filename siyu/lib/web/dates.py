"""The range of business days a page looks at: presets or two dates, checked, with a reason when they are refused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from siyu.lib.clock import midnight
from siyu.lib.refusal import Refusal

LONGEST = 1_100  # days
PRESETS: dict[str, tuple[int, "str | Promise"]] = {
    "7": (7, _("7 days")),
    "30": (30, _("30 days")),
    "90": (90, _("90 days")),
    "year": (365, pgettext_lazy("date range", "Year")),
}


@dataclass(frozen=True, slots=True)
class DateRange:
    """Whole business days, both ends included. `error` says why what was asked for was not taken."""

    first: date
    last: date
    preset: str = ""
    error: "str | Promise" = ""

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "DateRange":
        """As many days right before: what a figure is compared with."""
        return DateRange(self.first - timedelta(self.days), self.first - timedelta(1))

    def begin(self, zone: ZoneInfo) -> datetime:
        """The instant the range begins (included)."""
        return midnight(self.first, zone)

    def end(self, zone: ZoneInfo) -> datetime:
        """The instant the range ends (excluded)."""
        return midnight(self.last + timedelta(1), zone)

    def each_day(self) -> Iterator[date]:
        return (self.first + timedelta(offset) for offset in range(self.days))

    @classmethod
    def of_preset(cls, preset: str, today: date, error: "str | Promise" = "") -> "DateRange":
        """The last 7, 30, 90, 365 days, today included."""
        return cls(today - timedelta(PRESETS[preset][0] - 1), today, preset, error)

    @classmethod
    def from_request(cls, request: HttpRequest, today: date, default: str = "30") -> "DateRange":
        """`?range=7|30|90|year` or `?from=2026-11-01&to=2026-11-07`; what is refused becomes the default with its `error`."""
        return cls.from_words(request.GET, today, default)

    @classmethod
    def from_words(cls, words: Mapping[str, str], today: date, default: str = "30") -> "DateRange":
        """As `from_request`, from any mapping."""
        if "from" in words or "to" in words:
            return cls._of_dates(words.get("from", ""), words.get("to", ""), today, default)
        preset = words.get("range", "") or default
        if preset not in PRESETS:
            return cls.of_preset(default, today, _("This range is not known; the usual one is shown."))
        return cls.of_preset(preset, today)

    @classmethod
    def _of_dates(cls, begin: str, end: str, today: date, default: str) -> "DateRange":
        try:
            first, last = date.fromisoformat(begin), date.fromisoformat(end)
        except ValueError:
            return cls.of_preset(default, today, _("Give both days as year-month-day, for example 2026-11-01."))
        if first > last:
            return cls.of_preset(default, today, _("The first day lies behind the last one."))
        if not _is_readable(first, last):
            return cls.of_preset(default, today, _("The range is too long: at most 1,100 days."))
        return cls(first, last)


def check_days(first: date, last: date) -> None:
    """A range of business days that an API was asked for, both ends included. Refusal: `range.invalid`."""
    if not _is_readable(first, last):
        raise Refusal("range.invalid", "days from 1970 to 9998, the first one first, at most %(limit)s of them", limit=LONGEST)


def _is_readable(first: date, last: date) -> bool:
    return 0 <= (last - first).days < LONGEST and first.year >= 1970 and last.year <= 9998
