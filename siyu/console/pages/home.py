"""今日工作台: what happened today and yesterday, what waits for someone, and the button that leads where it is done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from siyu.insights import queries
from siyu.insights.queries import DayFigures
from siyu.lib.clock import utc_now
from siyu.lib.sql import statements
from siyu.lib.web import formats
from siyu.lib.web.charts import Chart, Column, Figure, Series, bars, csv_of, over_days
from siyu.lib.web.dates import DateRange
from siyu.merchant.access import any_staff, requires
from siyu.merchant.queries import today
from siyu.merchant.rules import Scope, Viewer

from ..alarms import alarms_for
from ..pictures import Part

_sql = statements("siyu.console", "home")
MOST = 1_000  # a badge says "1,000+" beyond
MOST_IMPORTS = 5
TOP = 8


@dataclass(frozen=True, slots=True)
class Day:
    """A day's row of cards."""

    title: str
    day: date
    figures: list[Figure]


@dataclass(frozen=True, slots=True)
class Running:
    """An import under way."""

    id: int
    kind: str
    file_name: str
    rows_done: int
    rows: int | None
    rejected: int
    started_at: datetime

    @property
    def percent(self) -> int | None:
        return min(100, 100 * self.rows_done // self.rows) if self.rows else None


@any_staff
def home(request: HttpRequest) -> HttpResponseBase:
    """The first page after the log-in; each part shows only to those who may see its pages."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    days = _days(viewer, today(utc_now()))
    parts = [reverse("home-part", args=[key]) for key in PARTS] if viewer.may("orders.view") else []
    words = {"title": _("Today's workbench"), "days": days, "parts": parts, "alarms": alarms_for(viewer), **_waiting(viewer)}
    return render(request, "console/home.html", words)


@requires("orders.view")
def part(request: HttpRequest, key: str) -> HttpResponseBase:
    """One picture of the workbench, as a fragment, or its table as CSV (`?csv=<chart>`)."""
    if key not in PARTS:
        raise Http404
    found = Part([PARTS[key](request.viewer.scope, today(utc_now()))])  # type: ignore[attr-defined]
    return csv_of(request, found.charts) or render(request, "console/part.html", {"part": found, "key": key})


def _days(viewer: Viewer, now: date) -> list[Day]:
    yesterday, current = queries.day_figures(viewer.scope, DateRange(now - timedelta(1), now))
    rows = [
        Day(_("Today"), now, _cards(viewer, current, yesterday, _("yesterday"))),
        Day(_("Yesterday"), yesterday.day, _cards(viewer, yesterday)),
    ]
    last = queries.last_day()
    if current.is_empty and last and last < yesterday.day:
        before, newest = queries.day_figures(viewer.scope, DateRange(last - timedelta(1), last))
        rows.insert(0, Day(_("Last day with facts"), last, _cards(viewer, newest, before, _("the day before"))))
    return rows


def _cards(viewer: Viewer, day: DayFigures, before: DayFigures | None = None, than: str = "") -> list[Figure]:
    """Five figures; what the viewer may not see is left out."""
    told = (
        ("members.view", _("New people"), "new", formats.number, _("People first seen on the day, whether or not we know their name yet.")),
        ("members.view", _("Active people"), "active", formats.number, _("People who did something themselves on the day.")),
        ("orders.view", _("Paid orders"), "orders", formats.number, _("Orders paid on the day.")),
        ("orders.view", _("Revenue"), "revenue_minor", formats.money, _("What buyers paid on the day, before refunds.")),
        ("loyalty.view", _("Points earned"), "points", formats.number, _("Points earned by the day's facts, pending ones too.")),
    )
    return [
        Figure(label, show(getattr(day, name)), help=help, note=_note(day, before, name, show, than))
        for permission, label, name, show, help in told
        if viewer.may(permission)
    ]


def _note(day: DayFigures, before: DayFigures | None, name: str, show: Any, than: str) -> str:
    if before:
        return _("%(value)s %(than)s") % {"value": show(getattr(before, name)), "than": than}
    return _("%(people)s of them identified") % {"people": formats.number(day.new_identified)} if name == "new" else ""


def _month(scope: Scope, now: date) -> Chart:
    days = DateRange.of_preset("30", now)
    rows = [(one.day, one.orders, one.revenue_minor, one.refunded_minor) for one in queries.revenue_by_day(scope, days)]
    columns = [Column(_("Day"), "day"), Column(_("Paid orders"), "number"), Column(_("Revenue"), "money"), Column(_("Refunded"), "money")]
    option = over_days([row[0] for row in rows], [Series(_("Revenue"), [formats.major(row[2]) for row in rows])], kind="bar")
    return Chart(
        "revenue", _("Revenue of the last 30 days"), option, columns, rows, _("What buyers paid on each business day."), kind="money"
    )


def _products(scope: Scope, now: date) -> Chart:
    shown = min(now, queries.last_day() or now)
    days = DateRange(shown - timedelta(6), shown)
    found = queries.top_products(scope, days, TOP)
    rows = [(one.name, one.sku, one.quantity, one.revenue_minor) for one in found]
    columns = [Column(_("Product")), Column(_("SKU")), Column(_("Pieces"), "number"), Column(_("Revenue"), "money")]
    option = bars([row[0] for row in rows], [Series(_("Revenue"), [formats.major(row[3]) for row in rows])], lying=True)
    title = _("Best sellers, %(first)s to %(last)s") % {"first": days.first.strftime("%m-%d"), "last": days.last.strftime("%m-%d")}
    return Chart("products", title, option, columns, rows, _("Products by what was paid for their lines in seven days."), kind="money")


# key in addresses → picture below the figures, fetched by itself
PARTS: dict[str, Callable[[Scope, date], Chart]] = {"revenue": _month, "products": _products}


def _waiting(viewer: Viewer) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(_sql.waiting, {"limit": MOST})
        quarantined, inbox = cursor.fetchone()
        cursor.execute(_sql.running_imports, {"limit": MOST_IMPORTS})
        imports = [Running(*row) for row in cursor.fetchall()]
    more = {"quarantined": quarantined, "inbox": inbox, "most": MOST} if viewer.may("facts.view") else {}
    return more | ({"imports": imports} if viewer.may("imports.run") else {})
