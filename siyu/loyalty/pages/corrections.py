"""Corrections above the limit of their unit: the list with filters and a file, and the second person's decision."""

from typing import Any

import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web import formats
from siyu.lib.web.csv import csv_response
from siyu.lib.web.forms import FilterForm, applied
from siyu.lib.web.keyset import paged
from siyu.lib.web.tables import BadgeColumn, InstantColumn, ListTable
from siyu.merchant.access import PageRequest, requires

from ..queries.corrections import CorrectionView, correction, corrections, every_correction
from ..queries.units import unit_names
from ..services import approve_adjustment, reject_adjustment
from .rules.approving import DecisionForm

STATES: dict[str, tuple[Any, str]] = {
    "waiting": (_("Waiting for approval"), "orange"),
    "approved": (_("Approved"), "green"),
    "rejected": (_("Rejected"), "secondary"),
}
HEADER = ("member", "unit", "amount", "reason", "asked_by", "asked_at", "state", "decided_by", "decided_at", "decision")


class CorrectionFilters(FilterForm):
    state = forms.ChoiceField(label=_("State"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        states = [("", _("All states")), *((code, words) for code, (words, _colour) in STATES.items())]
        self.fields["state"].choices = states  # type: ignore[attr-defined]
        self.fields["unit"].choices = [("", _("All units")), *unit_names().items()]  # type: ignore[attr-defined]


class Corrections(ListTable):
    asked_at = InstantColumn(_("Asked"))
    nickname = tables.Column(_("Member"), linkify=("member", {"public_id": tables.A("public_id")}), empty_values=())
    amount = tables.Column(_("How much"), attrs={"td": {"class": "text-end siyu-number"}, "th": {"class": "text-end"}})
    words = tables.Column(_("Reason"))
    asked_by = tables.Column(_("Asked by"))
    state = BadgeColumn(STATES, _("State"))
    decided_by = tables.Column(_("Decided by"))
    decision = tables.Column(_("Why rejected"))
    id = tables.Column("", empty_values=())

    def __init__(self, rows: Any, request: PageRequest, **options: Any) -> None:
        self.viewer, self.units = request.viewer, unit_names()
        super().__init__(rows, **options)

    def render_nickname(self, record: CorrectionView) -> str:
        return record.nickname or record.public_id

    def render_amount(self, record: CorrectionView) -> str:
        return f"{signed(record.amount)} {self.units.get(record.unit, record.unit)}"

    def render_id(self, record: CorrectionView) -> Any:
        if record.state != "waiting" or not self.viewer.may("loyalty.approve"):
            return ""
        if record.is_of(self.viewer.actor):
            return gettext("A second person decides")
        return format_html('<a class="btn btn-sm" href="{}">{}</a>', reverse("correction", args=[record.id]), gettext("Decide"))


@requires("loyalty.view")
def list_corrections(request: PageRequest) -> HttpResponseBase:
    """Corrections of the members whom the viewer may see, newest first."""
    filters, scope = CorrectionFilters(request.GET or None), request.viewer.scope
    chosen = filters.chosen
    if request.GET.get("csv"):
        return csv_response(request, "corrections", HEADER, map(_row, every_correction(scope, **chosen)))
    page = paged(request, lambda at: corrections(at, scope, **chosen), key=lambda one: (one.id,), order="corrections:-id")
    parameters = request.GET.copy()
    parameters["csv"] = "1"
    context = {
        "title": _("Corrections"),
        "filters": filters,
        "table": Corrections(page.rows, request, empty_text=_("Corrections above the limit of their unit wait here for a second person.")),
        "page": page,
        "csv_url": f"?{parameters.urlencode()}",
    }
    return render(request, "web/list.html", context)


@requires("loyalty.approve")
def decide_correction(request: PageRequest, pk: int) -> HttpResponse:
    """Approve or reject; who asked never decides."""
    found = correction(pk, request.viewer.scope)
    if found is None:
        raise Http404
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and applied(form, lambda: _decided(request, found, form.cleaned_data)):
        messages.success(request, gettext("Decided."))
        return redirect("corrections")
    said = {"amount": signed(found.amount), "unit": unit_names().get(found.unit, found.unit), "name": found.nickname or found.public_id}
    help_ = gettext("%(amount)s %(unit)s for %(name)s, asked by %(by)s: %(words)s") % {**said, "by": found.asked_by, "words": found.words}
    context = {"title": _("Decide a correction"), "help": help_, "form": form, "cancel_url": reverse("corrections")}
    return render(request, "web/form.html", context)


def signed(amount: int) -> str:
    """An amount with its sign, as people write it."""
    return f"{'+' if amount > 0 else '−'}{formats.number(abs(amount))}"


def _decided(request: PageRequest, found: CorrectionView, told: dict[str, Any]) -> None:
    if told["decision"] == "approve":
        approve_adjustment(request.viewer.actor, found.key, utc_now())
    else:
        reject_adjustment(request.viewer.actor, found.key, told["because"], utc_now())


def _row(one: CorrectionView) -> tuple[Any, ...]:
    member = (one.public_id, one.unit, one.amount, one.words, one.asked_by, one.asked_at)
    return (*member, STATES[one.state][0], one.decided_by, one.decided_at or "", one.decision)
