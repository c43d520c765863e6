"""成长路线图 on one page: every step with its people, its conversion, and what is placed there."""

from django import forms
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.charts import Chart, Column, csv_of, funnel
from siyu.lib.web.forms import Form, applied
from siyu.merchant.access import PageRequest, requires

from ...queries.growth_map import DAYS, MapStep, growth_map
from ...services.growth_map import place_on_map

RUNG_NAMES = {
    "stranger": _("Stranger"),
    "follower": _("Follower"),
    "friend": _("Friend"),
    "group_member": _("Group member"),
    "buyer": _("Has bought"),
    "repeat_buyer": _("Repeat buyer"),
}


class NoteForm(Form):
    """What is placed at one step."""

    benefit = forms.CharField(label=_("Benefit"), max_length=500, required=False)
    gesture = forms.CharField(label=_("Gesture"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    benefits = forms.CharField(label=_("Codes of benefits, with commas"), max_length=800, required=False)


@requires("loyalty.view")
def the_map(request: PageRequest) -> HttpResponseBase:
    """The whole way, its losses, and the weakest step."""
    steps = growth_map(utc_now(), request.viewer.scope)
    chart = _chart(steps)
    context = {
        "title": _("Growth map"),
        "steps": [(step, _named(step)) for step in steps],
        "chart": chart,
        "days": DAYS,
    }
    return csv_of(request, [chart]) or render(request, "loyalty/growth_map.html", context)


@requires("loyalty.edit")
def place(request: PageRequest, step: str) -> HttpResponseBase:
    """Write what is placed at a step."""
    own = next((one for one in growth_map(utc_now(), request.viewer.scope) if one.code == step), None)
    initial = {"benefit": own.benefit, "gesture": own.gesture, "benefits": ", ".join(own.benefits)} if own else {}
    form = NoteForm(request.POST or None, initial=initial)

    def write() -> None:
        data = form.cleaned_data
        codes = [code.strip() for code in data["benefits"].split(",") if code.strip()]
        place_on_map(request.viewer.actor, step, data["benefit"], data["gesture"], codes, now=utc_now())

    if request.method == "POST" and applied(form, write):
        return redirect("growth-map")
    title = _named(own) if own else step
    return render(request, "web/form.html", {"title": title, "form": form, "cancel_url": reverse("growth-map")})


def _named(step: MapStep) -> str:
    return str(RUNG_NAMES.get(step.code, step.name))


def _chart(steps: list[MapStep]) -> Chart:
    rows = [
        (_named(step), step.threshold, step.members, step.reached, step.went_on, step.lost, step.conversion, step.days) for step in steps
    ]
    columns = [
        Column(_("Stage of the map")),
        Column(_("Threshold"), "number"),
        Column(_("At it now"), "number"),
        Column(_("Reached in 90 days"), "number"),
        Column(_("Went on"), "number"),
        Column(_("Lost"), "number"),
        Column(_("Conversion"), "percent"),
        Column(_("Days to the next"), "number"),
    ]
    help = _("Of those who reached a step within 90 days, the share that has reached a later one since.")
    return Chart(
        "growth-map", _("From stranger to super member"), funnel([(_named(step), step.reached) for step in steps]), columns, rows, help=help
    )
