"""数据看板: the pool's measures over a range. The page comes at once; each part is fetched by itself, so one slow or broken
measure holds nobody up."""

from collections.abc import Callable
from datetime import date

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from siyu.lib.clock import utc_now
from siyu.lib.web.charts import csv_of
from siyu.lib.web.dates import DateRange
from siyu.merchant.access import requires
from siyu.merchant.queries import today
from siyu.merchant.rules import Scope

from .. import pictures
from ..pictures import Part

Measure = Callable[[Scope, DateRange], Part]

# key in addresses → what it shows, in the order of the page
PARTS: dict[str, Measure] = {
    "figures": pictures.figures,
    "arrivals": pictures.arrivals,
    "funnel": pictures.funnel,
    "funnel-year": pictures.funnel_year,
    "tiers": pictures.tiers,
    "revenue": pictures.revenue,
    "cohorts": pictures.cohorts,
    "clocks": pictures.clocks,
}


@requires("insights.view")
def dashboard(request: HttpRequest) -> HttpResponseBase:
    """The frame: range and places of the parts."""
    days = DateRange.from_request(request, _today())
    query = f"?from={days.first}&to={days.last}"
    parts = [(key, reverse("dashboard-part", args=[key]) + query) for key in PARTS]
    return render(request, "console/dashboard.html", {"title": _("Dashboard"), "days": days, "parts": parts})


@requires("insights.view")
def part(request: HttpRequest, key: str) -> HttpResponseBase:
    """One part, as a fragment of the page, or its table as CSV (`?csv=<chart>`)."""
    if key not in PARTS:
        raise Http404
    found = PARTS[key](request.viewer.scope, DateRange.from_request(request, _today()))  # type: ignore[attr-defined]
    return csv_of(request, found.charts) or render(request, "console/part.html", {"part": found, "key": key})


def _today() -> date:
    return today(utc_now())
