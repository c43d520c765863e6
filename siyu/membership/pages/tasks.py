"""Tasks: the list with how many complete them, one of them, publishing the next version, ending one."""

from typing import Any

import django_tables2 as tables
from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.facts import words
from siyu.lib.clock import utc_now
from siyu.lib.web.csv import csv_response
from siyu.lib.web.forms import Form, applied
from siyu.lib.web.tables import DayColumn, InstantColumn, ListTable, NumberColumn, PercentColumn
from siyu.loyalty.rewards import words_of_all
from siyu.merchant.access import PageRequest, requires

from ..queries import tasks as queries
from ..services.tasks import archive_task, publish_task
from .deeds import PERIODS, chosen_days, confirmed, this_day
from .fields import FilterField, NamesField, StepsField

HEADER = ("code", "name", "version", "begun", "completed", "completed_last", "rate", "completions", "claims")
OWN = {"task", "badge", "gift"}


def fact_choices() -> list[tuple[str, str]]:
    """Facts that may count."""
    return [one for one in words.fact_choices() if one[0].partition(".")[0] not in OWN]


class TaskForm(Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    description = forms.CharField(label=_("Explanation"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    trigger = forms.CharField(
        label=_("Fact that counts"),
        max_length=100,
        widget=forms.TextInput(attrs={"list": "facts"}),
        help_text=_("Its name in the catalogue, such as order.paid, product.reviewed, product.shared, or a fact of your own."),
    )
    where = FilterField(label=_("Only if"))
    counts = forms.ChoiceField(label=_("What is counted"), choices=[("times", _("Every time")), ("days", _("Once a business day"))])
    period = forms.ChoiceField(label=_("Begins anew"), choices=list(PERIODS.items()))
    steps = StepsField("target", label=_("Steps and rewards"))
    claim = forms.ChoiceField(label=_("Reward"), choices=[("by_hand", _("The member claims it")), ("automatic", _("Given at once"))])
    claim_days = forms.IntegerField(
        label=_("Can be claimed for days"), min_value=0, max_value=366, initial=0, help_text=_("0: without an end.")
    )
    refunds = forms.ChoiceField(
        label=_("Orders given back in whole"), choices=[("take_back", _("Do not count")), ("keep", _("Count all the same"))]
    )
    tiers = NamesField(label=_("Only tiers"), help_text=_("Codes of tiers, parted by commas; empty: everybody."))
    tags = NamesField(label=_("Only tags"), help_text=_("Names of tags, parted by commas; empty: everybody."))
    from_day = forms.DateField(label=_("From day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    until_day = forms.DateField(label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    sort = forms.IntegerField(label=_("Place in the list"), initial=0, required=False)

    def told(self) -> dict[str, Any]:
        """What the service takes, but for the code."""
        given = dict(self.cleaned_data)
        outer = {key: given.pop(key) for key in ("name", "description", "from_day", "until_day")}
        return outer | {"sort": given.pop("sort") or 0, "definition": given}


class NewTaskForm(TaskForm):
    field_order = ("code",)
    code = forms.SlugField(label=_("Code"), max_length=40, help_text=_("Small letters, digits and underscores; it does not change."))


class Tasks(ListTable):
    name = tables.Column(_("Task"), linkify=("task", {"code": tables.A("code")}))
    asks = tables.Column(_("Asks"), empty_values=())
    gives = tables.Column(_("Reward"), empty_values=())
    begun = NumberColumn(_("Members who began"))
    completed_last = NumberColumn(_("Completed"))
    rate = PercentColumn(_("Completion rate"))
    claims = NumberColumn(_("Claims"))

    def render_name(self, value: str, record: queries.TaskFigures) -> str:
        over = record.until_day is not None and record.until_day < this_day()
        return format_html('{} <span class="badge bg-secondary-lt">{}</span>', value, _("ended")) if over else value

    def render_asks(self, record: queries.TaskFigures) -> str:
        targets = " / ".join(str(step.target) for step in record.definition.steps)
        return f"{words.fact_title(record.definition.trigger)} × {targets} · {PERIODS[record.definition.period]}"

    def render_gives(self, record: queries.TaskFigures) -> str:
        return " → ".join(words_of_all(step.rewards) or "–" for step in record.definition.steps)


class Completions(ListTable):
    nickname = tables.Column(_("Member"), linkify=("member", {"public_id": tables.A("public_id")}), empty_values=())
    step = NumberColumn(_("Step"))
    start = DayColumn(_("Period from"))
    completed_at = InstantColumn(_("Completed"))
    claimed_at = InstantColumn(_("Claimed"))

    def render_nickname(self, record: queries.CompletionView) -> str:
        return record.nickname or record.public_id

    def render_step(self, value: int) -> str:
        return str(value + 1)


@requires("membership.view")
def task_list(request: PageRequest) -> Any:
    """Tasks with their figures of a range."""
    days = chosen_days(request)
    rows = queries.task_figures(days.first, days.last, request.viewer.scope, archived=True)
    if request.GET.get("csv"):
        return csv_response(request, "tasks", HEADER, ([getattr(one, name) for name in HEADER] for one in rows))
    parameters = request.GET.copy()
    parameters["csv"] = "tasks"
    context = {"title": _("Tasks"), "days": days, "csv_url": f"?{parameters.urlencode()}"}
    context |= {"new_url": reverse("task-new"), "new_title": _("New task")}
    context["table"] = Tasks(rows, empty_text=_("No tasks yet: make one, such as a first review or three orders a month"))
    return render(request, "membership/ranged.html", context)


@requires("membership.view")
def task(request: PageRequest, code: str) -> HttpResponse:
    """One task: what it asks, who completed it last, its versions."""
    row, days = _task(code), chosen_days(request)
    figures = next(one for one in queries.task_figures(days.first, days.last, request.viewer.scope, archived=True) if one.code == code)
    context = {
        "title": row.name,
        "task": row,
        "days": days,
        "figures": figures,
        "trigger": words.fact_title(figures.definition.trigger),
        "steps": [(step.target, words_of_all(step.rewards)) for step in figures.definition.steps],
        "period": PERIODS[figures.definition.period],
        "versions": queries.task_versions(code),
        "table": Completions(queries.latest_completions(code, request.viewer.scope), empty_text=_("Nobody completed it yet")),
    }
    return render(request, "membership/task.html", context)


@requires("membership.edit")
def new_task(request: PageRequest) -> HttpResponse:
    return _edited(request, NewTaskForm(request.POST or None, initial={"from_day": this_day()}), None)


@requires("membership.edit")
def edit_task(request: PageRequest, code: str) -> HttpResponse:
    row = _task(code)
    initial = row.definition | {"name": row.name, "description": row.description, "from_day": max(this_day(), row.from_day)}
    return _edited(request, TaskForm(request.POST or None, initial=initial | {"until_day": row.until_day, "sort": row.sort}), code)


@requires("membership.edit")
def end_task(request: PageRequest, code: str) -> HttpResponse:
    row, day = _task(code), this_day()
    return confirmed(
        request,
        title=row.name,
        question=gettext("End this task today? What was completed can still be claimed."),
        button=_("End"),
        service=lambda: archive_task(request.viewer.actor, code, day, today=day, now=utc_now()),
        back=reverse("task", args=[code]),
        done=_("Ended."),
    )


def _edited(request: PageRequest, form: TaskForm, code: str | None) -> HttpResponse:
    def publish() -> None:
        told = form.told()
        named = code or told["definition"].pop("code")
        publish_task(request.viewer.actor, named, today=this_day(), now=utc_now(), **told)

    if request.method == "POST" and applied(form, publish):
        return redirect("task", code=code or form.cleaned_data["code"])
    back = reverse("task", args=[code]) if code else reverse("tasks-of-members")
    context = {"title": _("New task") if code is None else form.initial["name"], "form": form, "cancel_url": back, "submit": _("Publish")}
    return render(request, "membership/facts_form.html", context | {"facts": fact_choices()})


def _task(code: str) -> Any:
    row = queries.one_task(code)
    if row is None:
        raise Http404
    return row
