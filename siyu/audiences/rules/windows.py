"""Spans of time that a condition looks at. Windows in days turn at business midnight, windows in hours and minutes at their instant."""

from datetime import date, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from siyu.lib.words import gettext_noop

MAX_DAYS = 3_650
MAX_HOURS = 744  # 31 days: beyond, count in days
MAX_MINUTES = 1_440  # a day: beyond, count in hours

Days = Annotated[int, Meta(ge=0, le=MAX_DAYS)]


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One of: the last `last_days` business days (today is one of them); the last `last_hours` hours or `last_minutes` minutes;
    business days that lie `at_least_days_ago` and `at_most_days_ago` back (today is 0); business days between `from_day` and
    `to_day`, both included.

    Without any of them it is all time.
    """

    last_days: Annotated[int, Meta(ge=1, le=MAX_DAYS)] | None = None
    last_hours: Annotated[int, Meta(ge=1, le=MAX_HOURS)] | None = None
    last_minutes: Annotated[int, Meta(ge=1, le=MAX_MINUTES)] | None = None
    at_least_days_ago: Days | None = None
    at_most_days_ago: Days | None = None
    from_day: date | None = None
    to_day: date | None = None

    def __post_init__(self) -> None:
        forms = (
            self.last_days is not None,
            self.last_hours is not None,
            self.last_minutes is not None,
            self.at_least_days_ago is not None or self.at_most_days_ago is not None,
            self.from_day is not None or self.to_day is not None,
        )
        if sum(forms) > 1:
            raise ValueError(gettext_noop("a window is in days, in hours, in minutes, so many days ago, or between two days: one of them"))
        if self.at_least_days_ago is not None and self.at_most_days_ago is not None and self.at_least_days_ago > self.at_most_days_ago:
            raise ValueError(gettext_noop("at_least_days_ago must not exceed at_most_days_ago"))
        if self.from_day is not None and self.to_day is not None and self.from_day > self.to_day:
            raise ValueError(gettext_noop("from_day must not lie behind to_day"))

    @property
    def furthest(self) -> int | None:
        """How many days back the window begins; None: without a beginning that moves."""
        return self.last_days - 1 if self.last_days is not None else self.at_most_days_ago

    @property
    def nearest(self) -> int | None:
        """How many days back it ends; None: without an end that moves."""
        return self.at_least_days_ago

    @property
    def span(self) -> timedelta | None:
        """How long it is, when instants count in it and not days."""
        if self.last_minutes is not None:
            return timedelta(minutes=self.last_minutes)
        return timedelta(hours=self.last_hours) if self.last_hours is not None else None


EVER = Window()
