"""The commission of assistants: what each gets of the orders paid in a range, and the file of it, order by order."""

from typing import Any

import django_tables2 as tables
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.csv import csv_response
from siyu.lib.web.dates import DateRange
from siyu.lib.web.formats import major
from siyu.lib.web.tables import ListTable, MoneyColumn, NumberColumn
from siyu.merchant.access import PageRequest, requires
from siyu.merchant.queries import today
from siyu.merchant.services import audit

from .. import queries
from .parts import ranking_tabs

HEADER = ("assistant_id", "assistant", "member", "order", "shop", "paid_at", "task", "done_at", "net", "rate_of_10000", "commission")
_NOTE = _(
    "Each order paid in these days belongs to the last task done for its member before, within the window of the settings. The commission"
    " is the rate of the day of the payment, of what was paid less what has been given back until now: a later refund makes it smaller."
)


class Commissions(ListTable):
    name = tables.Column(_("Assistant"))
    orders = NumberColumn(_("Orders"))
    net_minor = MoneyColumn(_("Net amount"))
    commission_minor = MoneyColumn(_("Commission"))


@requires("tasks.export")
def commission(request: PageRequest) -> HttpResponse:
    """By assistant of the viewer's scope, the highest first."""
    days = DateRange.from_request(request, today(utc_now()))
    found = queries.commissions(request.viewer.scope, days.first, days.last)
    context = {
        "title": _("Commission of assistants"),
        "tabs": ranking_tabs(request, "staff-task-commission"),
        "days": days,
        "note": _NOTE,
        "table": Commissions(found, empty_text=_("No order in this range belongs to a staff task")),
        "csv_url": f"{reverse('staff-task-commission-file')}?from={days.first}&to={days.last}",
    }
    return render(request, "touches/ranged.html", context)


@requires("tasks.export")
def commission_file(request: PageRequest) -> HttpResponseBase:
    """The same order by order, by when each was paid, as it stands now: at most 100,000 lines, members by their public ids. Audited."""
    days = DateRange.from_request(request, today(utc_now()))
    audit(request.viewer.actor, "tasks.commission_exported", "tasks:commission", {"from": str(days.first), "to": str(days.last)})
    lines = queries.commission_lines(request.viewer.scope, days.first, days.last)
    return csv_response(request, f"commission-{days.first}-{days.last}", HEADER, map(_row, lines))


def _row(one: queries.CommissionLine) -> tuple[Any, ...]:
    return (*one[:8], major(one.net_minor), one.rate, major(one.commission_minor))
