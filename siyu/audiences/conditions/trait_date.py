"""A trait that is a date lies in the past or in the days to come, or between two days; or its day of the year comes back."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from siyu.lib.words import gettext_noop
from siyu.members.rules import TraitName

from ..asking import DATES, Asking, Sql, least, literal
from ..conditions import Because
from ..rules import Window
from ..wording import window_words

TITLE = _("Date of a trait")
FAR = 3_650
Offset = Annotated[int, Meta(ge=-FAR, le=FAR)]
HALF_A_YEAR = 180


class Terms(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="condition", tag="trait_date"
):
    """Counted in business days from today (before it below zero), the date lies between `from_days` and `to_days`; and it lies between
    `from_day` and `to_day`, both included.

    With `every` = `year` the day of the year counts: a birthday within 3 days is 0 to 3, one of the last week -7 to -1.
    29 February comes back on the 28th in common years. An instant with a zone, or in seconds or milliseconds since 1970, lies on the
    business day on which it falls, unless it is midnight as it is written (the latter in UTC): then the date counts as it stands.
    """

    trait: TraitName
    every: Annotated[Literal["once", "year"], Meta(title="comes")] = "once"
    from_days: Annotated[Offset, Meta(title="from day")] | None = None
    to_days: Annotated[Offset, Meta(title="to day")] | None = None
    from_day: Annotated[date, Meta(title="not before", extra_json_schema={"input": "day"})] | None = None
    to_day: Annotated[date, Meta(title="not after", extra_json_schema={"input": "day"})] | None = None

    def __post_init__(self) -> None:
        low, high = self.from_days, self.to_days
        if low is not None and high is not None and low > high:
            raise ValueError(gettext_noop("from_days must not exceed to_days"))
        if self.from_day is not None and self.to_day is not None and self.from_day > self.to_day:
            raise ValueError(gettext_noop("from_day must not lie behind to_day"))
        if self.every == "year" and (self.from_day is not None or self.to_day is not None):
            raise ValueError(gettext_noop("what comes every year lies between no two days: use from_days and to_days"))
        if self.every == "year" and not (low is not None and high is not None and low >= -HALF_A_YEAR and high <= HALF_A_YEAR):
            raise ValueError(f"every year takes from_days and to_days between -{HALF_A_YEAR} and {HALF_A_YEAR}")


def flaw(terms: Terms) -> str:
    """Only what a trait itself says is read as a date."""
    return gettext_noop("dates inside objects are not read: name a trait of its own") if "." in terms.trait else ""


def _newest(terms: Terms, ask: Asking, what: Sql) -> Sql:
    these = f"r.name = {literal(terms.trait)}"
    newest = f"(array_agg({what} ORDER BY r.occurred_at DESC, r.message DESC) FILTER (WHERE {these}))[1]"
    return ask.column(DATES, newest, terms.trait)


def _days(terms: Terms, ask: Asking) -> list[Sql]:
    """The days that count: the date itself, or its return in last year, this year and the next."""
    if terms.every == "once":
        return [_newest(terms, ask, "a.day")]
    month, day = _newest(terms, ask, "a.month"), _newest(terms, ask, "a.day_of_month")
    firsts = [f"make_date(extract(year FROM {ask.today})::int + {offset}, {month}, 1)" for offset in (-1, 0, 1)]
    return [f"least({first} + ({day} - 1), ({first} + interval '1 month')::date - 1)" for first in firsts]


def sql(terms: Terms, ask: Asking) -> Sql:
    tests = []
    for day in _days(terms, ask):
        bounds = [f"{day} IS NOT NULL"]
        if terms.from_days is not None:
            bounds.append(f"{day} >= {ask.today} + {_signed(terms.from_days)}")
        if terms.to_days is not None:
            bounds.append(f"{day} <= {ask.today} + {_signed(terms.to_days)}")
        if terms.from_day is not None:
            bounds.append(f"{day} >= {literal(terms.from_day)}")
        if terms.to_day is not None:
            bounds.append(f"{day} <= {literal(terms.to_day)}")
        tests.append(f"({' AND '.join(bounds)})")
    return " OR ".join(tests)


def next_due(terms: Terms, ask: Asking) -> Sql | None:
    """A day comes in sight `to_days` before itself, and is over the day after `from_days` before itself."""
    dues = []
    for day in _days(terms, ask):
        marks = [f"({day} - {_signed(terms.to_days)})"] if terms.to_days is not None else []
        marks += [f"({day} - {_signed(terms.from_days)} + 1)"] if terms.from_days is not None else []
        if cases := " ".join(f"WHEN {mark} > {ask.today} THEN {ask.midnight(mark)}" for mark in marks):
            dues.append(f"CASE {cases} END")
    return least(dues)


def _signed(days: int) -> str:
    return f"({days})"


def dirty_on(terms: Terms) -> Sequence[str]:
    return ("member.identified",)


def words(terms: Terms) -> str:
    said = (gettext("date %(trait)s, every year,") if terms.every == "year" else gettext("date %(trait)s")) % {"trait": terms.trait}
    days = window_words(Window(from_day=terms.from_day, to_day=terms.to_day))
    if days and terms.from_days is None and terms.to_days is None:
        return said + days
    low, high = (gettext("any") if days is None else days for days in (terms.from_days, terms.to_days))
    return f"{said} " + gettext("%(low)s to %(high)s days from today") % {"low": low, "high": high} + days


def why(terms: Terms, ask: Asking) -> Because:
    def tell(day: date | None, month: int | None, day_of_month: int | None) -> str:
        if month is None:
            return gettext("it is no date, or nothing was said")
        shown: Any = day if day is not None and terms.every == "once" else f"{month:02}-{day_of_month:02}"
        return gettext("it is %(value)s") % {"value": shown}

    return Because([_newest(terms, ask, what) for what in ("a.day", "a.month", "a.day_of_month")], tell)
