"""The list of journeys, a new one, and the steps of a journey's own life: pause, resume, archive, a new name."""

from typing import Any

import django_tables2 as tables
from django import forms
from django.db import connection
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.sql import statements
from siyu.lib.web.forms import Form, applied, confirmed, name_of_copy
from siyu.lib.web.tables import BadgeColumn, InstantColumn, ListTable, NumberColumn, PercentColumn
from siyu.merchant.access import PageRequest, requires

from .. import queries, services
from ..recipes import recipes
from ..services.writing import MAX_NAME
from .parts import STATES, free_code, journey_or_404

_sql = statements("siyu.journeys", "pages")
FRESH: dict[str, Any] = {"trigger": {"kind": "fact", "fact": ""}, "entry": {"how": "once"}, "first": "", "steps": {}}
MOVES: dict[str, tuple[Any, Any, Any, Any]] = {
    "pause": (
        _("Pause"),
        _("Nobody enters and nobody moves until it goes on; exits still hold. What falls due meanwhile comes then."),
        services.pause,
        _("Paused."),
    ),
    "resume": (_("Go on"), _("Let members in again and take up what fell due?"), services.resume, _("It goes on.")),
    "archive": (
        _("Archive"),
        _("Put it away for good? Whoever is under way leaves; what happened stays to be read."),
        services.archive,
        _("Archived."),
    ),
}


class Journeys(ListTable):
    name = tables.Column(_("Journey"), linkify=("journey", {"code": tables.A("code")}))
    state = BadgeColumn(STATES, _("State"))
    entered = NumberColumn(_("Came in"))
    under_way = NumberColumn(_("Under way"))
    goals = NumberColumn(_("Goal reached"))
    rate = PercentColumn(_("Goal rate"))
    failed = NumberColumn(_("Set aside"))
    changed_by = tables.Column(_("Changed by"))
    changed_at = InstantColumn(_("Changed"))

    def render_name(self, value: str, record: dict[str, Any]) -> str:
        mark = (
            format_html(' <span class="badge bg-blue-lt">{}</span>', _("draft changed"))
            if record["is_changed"] and record["number"]
            else ""
        )
        return format_html("{}{}", value, mark)

    def render_failed(self, value: int, record: dict[str, Any]) -> str:
        if not value:
            return "–"
        return format_html('<a class="text-red" href="{}">{}</a>', reverse("journey-failed", args=[record["code"]]), value)


class JourneyForm(Form):
    name = forms.CharField(label=_("Name"), max_length=MAX_NAME)
    code = forms.CharField(
        label=_("Code"),
        max_length=60,
        help_text=_("Small letters, digits, - and _; programs and reports know the journey by it. It never changes."),
    )


class NameForm(Form):
    name = forms.CharField(label=_("Name"), max_length=MAX_NAME)


@requires("journeys.view")
def journeys(request: PageRequest) -> HttpResponse:
    """All journeys with what they brought."""
    with_archived = bool(request.GET.get("archived"))
    with connection.cursor() as cursor:
        cursor.execute(_sql.goals)
        goals = dict(cursor.fetchall())
    rows = [
        {**one._asdict(), "goals": goals.get(one.code, 0), "rate": goals.get(one.code, 0) / one.entered if one.entered else None}
        for one in queries.journeys(archived=with_archived)
    ]
    context = {
        "title": _("Journeys"),
        "table": Journeys(rows, empty_text=_("No journey yet: draw one, and members walk it by themselves")),
        "with_archived": with_archived,
        "has_recipes": bool(recipes()),
    }
    return render(request, "journeys/journeys.html", context)


@requires("journeys.edit")
def new(request: PageRequest) -> HttpResponse:
    """A new journey with an empty canvas."""
    form = JourneyForm(request.POST or None, initial={"code": free_code("journey")})
    if request.method == "POST" and applied(form, lambda: _create(request, form.cleaned_data)):
        return redirect("journey-edit", code=form.cleaned_data["code"])
    context = {"title": _("New journey"), "form": form, "submit": _("Draw it"), "cancel_url": reverse("journeys")}
    return render(request, "web/form.html", context)


def _create(request: PageRequest, told: dict[str, Any]) -> None:
    services.create(request.viewer.actor, told["code"], told["name"], FRESH, now=utc_now())


@requires("journeys.edit")
def duplicate(request: PageRequest, code: str) -> HttpResponse:
    """A new journey that begins with the draft of this one."""
    found = journey_or_404(code)
    form = JourneyForm(request.POST or None, initial={"code": free_code(code[:50]), "name": name_of_copy(found.name, MAX_NAME)})

    def made() -> None:
        told = form.cleaned_data
        services.duplicate(request.viewer.actor, code, told["code"], told["name"], now=utc_now())

    if request.method == "POST" and applied(form, made):
        return redirect("journey-edit", code=form.cleaned_data["code"])
    help_ = _("A draft with the same steps, for you to change. Nobody enters before it is published.")
    context = {"title": f"{found.name} · {gettext('Duplicate')}", "help": help_, "form": form, "submit": _("Duplicate")}
    return render(request, "web/form.html", context | {"cancel_url": reverse("journey", args=[code])})


@requires("journeys.edit")
def rename(request: PageRequest, code: str) -> HttpResponse:
    found = journey_or_404(code)
    form = NameForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and applied(
        form, lambda: services.rename(request.viewer.actor, code, form.cleaned_data["name"], now=utc_now())
    ):
        return redirect("journey", code=code)
    context = {"title": _("Another name"), "form": form, "cancel_url": reverse("journey", args=[code])}
    return render(request, "web/form.html", context)


@requires("journeys.edit")
def move(request: PageRequest, code: str, step: str) -> HttpResponse:
    """Pause, resume or archive, after a question."""
    found = journey_or_404(code)
    if step not in MOVES:
        raise Http404
    title, question, service, done = MOVES[step]
    run = lambda: service(request.viewer.actor, code, now=utc_now())  # noqa: E731
    back = reverse("journeys") if step == "archive" else reverse("journey", args=[code])
    return confirmed(request, f"{title} · {found.name}", question, title, run, back, gettext(done))
