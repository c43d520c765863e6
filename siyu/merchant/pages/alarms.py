"""Alarms: what a person should look at, and the button that says it is done."""

from typing import Any

import django_tables2 as tables
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.forms import confirmed
from siyu.lib.web.parts import Tab
from siyu.lib.web.tables import InstantColumn, ListTable

from .. import queries, services
from ..access import PageRequest, requires

LIMIT = 200


class Open(ListTable):
    raised_at = InstantColumn(_("Since"))
    code = tables.Column(_("Alarm"))
    subject = tables.Column(_("About"))
    message = tables.Column(_("Message"), attrs={"td": {"class": "text-break"}})


class Clearable(Open):
    pk = tables.Column("", orderable=False)

    def render_pk(self, value: int) -> str:
        return format_html('<a class="btn btn-sm" href="{}">{}</a>', reverse("alarm-clear", args=[value]), gettext("Clear the alarm"))


class Cleared(Open):
    cleared_at = InstantColumn(_("Cleared"))
    cleared_by = tables.Column(_("By"))


@requires("facts.view")
def alarms(request: PageRequest) -> HttpResponse:
    """Open alarms, or (`?cleared=1`) those cleared last."""
    is_cleared = bool(request.GET.get("cleared"))
    table: Any = Clearable if request.viewer.may("facts.repair") else Open
    rows = (
        Cleared(queries.cleared_alarms(LIMIT))
        if is_cleared
        else table(queries.open_alarms(LIMIT), empty_text=gettext("All is well: no alarm is open."))
    )
    tabs = [Tab(_("Open alarms"), reverse("alarms"), not is_cleared), Tab(_("Cleared"), reverse("alarms") + "?cleared=1", is_cleared)]
    return render(request, "merchant/list.html", {"title": _("Alarms"), "tabs": tabs, "table": rows})


@requires("facts.repair")
def clear(request: PageRequest, pk: int) -> HttpResponse:
    """Say that an alarm was seen to; what still goes wrong raises it again."""
    alarm = queries.one_alarm(pk)
    if alarm is None:
        raise Http404
    return confirmed(
        request,
        title=alarm.code,
        question=alarm.message,
        button=_("Clear the alarm"),
        service=lambda: services.clear_alarm(alarm.code, alarm.subject, utc_now(), request.viewer.actor),
        back=reverse("alarms"),
        done=_("The alarm is cleared."),
    )
