"""未兑付积分: what members can still ask for, when it ends, and the journal for the books."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web import formats
from siyu.lib.web.business import business
from siyu.lib.web.charts import Chart, Column, Figure, Series, bars, csv_of
from siyu.lib.web.csv import LIMIT, csv_response
from siyu.lib.web.dates import DateRange
from siyu.merchant.access import PageRequest, requires
from siyu.merchant.queries import today
from siyu.merchant.services import audit

from ..queries.liability import JournalEntry, JournalLine, Liability, Month, journal, journal_entries
from ..queries.liability import liability as owed

UNIT = "points"


@requires("loyalty.view")
def liability(request: PageRequest) -> HttpResponseBase:
    """Outstanding points by the month of their end. The ledger is the whole merchant's: a narrowed scope sees none of it."""
    found = owed(UNIT, utc_now(), business().zone) if request.viewer.scope.is_whole else Liability(UNIT, [], 0, None)
    chart = _chart(found)
    context = {
        "title": _("Unredeemed points"),
        "figures": _figures(found),
        "chart": chart,
        "days": DateRange.from_request(request, today(utc_now())),
        "is_whole": request.viewer.scope.is_whole,
    }
    return csv_of(request, [chart]) or render(request, "loyalty/liability.html", context)


@requires("loyalty.export")
def journal_file(request: PageRequest) -> HttpResponseBase:
    """The double-entry journal of a range: summed by day, or with `?entries=1` every single movement."""
    if not request.viewer.scope.is_whole:
        return HttpResponse(gettext("The journal is the whole merchant's; your view is narrower."), status=403)
    days = DateRange.from_request(request, today(utc_now()))
    is_single = request.GET.get("entries") == "1"
    detail = {"from": str(days.first), "to": str(days.last), "entries": is_single}
    audit(request.viewer.actor, "loyalty.journal_exported", "loyalty:journal", detail)
    name = f"journal-{days.first}-{days.last}"
    if is_single:
        return csv_response(request, f"{name}-entries", JournalEntry._fields, journal_entries(days.first, days.last, LIMIT + 1))
    return csv_response(request, name, JournalLine._fields, journal(days.first, days.last))


def _figures(found: Liability) -> list[Figure]:
    breakage = formats.percent(found.breakage) if found.breakage is not None else "—"
    return [
        Figure(_("Unredeemed points"), formats.number(found.total), help=_("Pending, available and reserved points of all members.")),
        Figure(
            _("Ended unused"),
            breakage,
            help=_("Of the points whose validity ended within the last 365 days, the share that nobody used; refunds left out."),
        ),
        Figure(
            _("Expected to end unused"),
            formats.number(found.expected_breakage),
            help=_("That share of the points that have an end: an estimate, not a promise."),
        ),
        Figure(
            _("Owed by members"),
            formats.number(found.debt),
            help=_("Points already spent when their order was refunded; later earning pays them."),
        ),
    ]


def _chart(found: Liability) -> Chart:
    labels = [_label(month) for month in found.months]
    parts = [
        Series(_("available"), [month.available for month in found.months]),
        Series(_("pending"), [month.pending for month in found.months]),
        Series(_("reserved"), [month.held for month in found.months]),
    ]
    option = bars(labels, parts)
    for drawn in option["series"]:
        drawn["stack"] = "all"
    numbers = [Column(one.name, "number") for one in parts]
    rows = [
        (label, month.available, month.pending, month.held, month.total, month.lots)
        for label, month in zip(labels, found.months, strict=True)
    ]
    columns = [Column(_("Month of expiry")), *numbers, Column(_("Total"), "number"), Column(_("Lots"), "number")]
    return Chart("liability", _("Unredeemed points by the month in which they end"), option, columns, rows)


def _label(month: Month) -> str:
    return f"{month.first_day:%Y-%m}" if month.first_day is not None else gettext("never")
