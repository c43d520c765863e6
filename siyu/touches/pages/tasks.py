"""Staff tasks: what I have to do and who has read it (made for a phone), who does them, and a file."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from siyu.lib.clock import days_after, utc_now
from siyu.lib.refusal import Refusal
from siyu.lib.web.csv import csv_response
from siyu.lib.web.dates import DateRange
from siyu.lib.web.files import file_response
from siyu.lib.web.formats import major
from siyu.lib.web.forms import Form
from siyu.lib.web.keyset import paged
from siyu.lib.web.parts import Tab
from siyu.lib.web.tables import ListTable, MoneyColumn, NumberColumn, PercentColumn
from siyu.merchant.access import PageRequest, requires
from siyu.merchant.queries import staff_names, today

from .. import queries
from ..rules.tasks import KINDS, MAX_NOTE, RESULTS, SKIPS
from ..services import Finish, Skip, finish_tasks, look_at_reads, skip_tasks
from .parts import STATES, answered, ranking_tabs, why_words, zone

HEADER = ("assistant", "member", "task", "kind", "opened_at", "due_at", "state", "result", "closed_at")
RANKED = (
    *("assistant", "opened", "done", "skipped", "expired", "closed", "open", "overdue", "rate"),
    *("readers", "said_answered", "said_bought", "buyers", "orders", "net"),
)
NOT_DONE = ("opened", "rate", "skipped", "expired", "closed", "open", "overdue")  # left to the ranking by done rate
EARNED = ("readers", "answered", "bought", "buyers", "orders", "net_minor")  # left to the ranking by net amount
SIZE = 20
ENDED = ("done", "skipped", "expired", "closed")
_RULE = _(
    "Tasks are those opened in these days. Orders are those paid in them: each belongs to the last task done for its member before it was"
    " paid, within the window of the settings; what has been given back since is taken off."
)


class Ranking(ListTable):
    place = NumberColumn(_("Place"))
    name = tables.Column(_("Assistant"))
    opened = NumberColumn(_("Staff tasks"))
    done = NumberColumn(_("Done"))
    rate = PercentColumn(_("Done rate"))
    readers = NumberColumn(_("Read"))
    answered = NumberColumn(_("Answered"), is_wide=True)
    bought = NumberColumn(_("Bought, as told"), is_wide=True)
    buyers = NumberColumn(_("Buyers"), is_wide=True)
    orders = NumberColumn(_("Orders"))
    net_minor = MoneyColumn(_("Net amount"))
    skipped = NumberColumn(_("Skipped"), is_wide=True)
    expired = NumberColumn(_("Expired"), is_wide=True)
    closed = NumberColumn(_("Closed by the gate"), is_wide=True)
    open = NumberColumn(_("To do"))
    overdue = NumberColumn(_("Overdue"))


class SkipForm(Form):
    because = forms.ChoiceField(label=_("Reason"))
    note = forms.CharField(label=_("Note"), max_length=MAX_NOTE, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]
        self.fields["because"].choices = [(key, gettext(words)) for key, words in SKIPS.items()]  # type: ignore[attr-defined]


@requires("tasks.do")
def mine(request: PageRequest) -> HttpResponseBase:
    """Open tasks of the viewer's scope, the most urgent first; what is over under another tab."""
    now, scope = utc_now(), request.viewer.scope
    tonight = days_after(now, 1, zone())
    show = request.GET.get("show", "open")
    states = ENDED if show == "ended" else ("open",)
    if request.GET.get("csv"):
        names = staff_names()
        rows = (
            (
                names.get(one.assistant_id, ""),
                one.nickname or one.public_id,
                one.title,
                one.kind,
                one.opened_at,
                one.due_at,
                one.state,
                one.result,
                one.closed_at,
            )
            for one in queries.walk_tasks(scope, now=now)
        )
        return csv_response(request, "staff-tasks", HEADER, rows)
    page = paged(
        request,
        lambda at: queries.tasks(scope, at, now=now, states=states, due_before=tonight if show == "today" else None),
        key=lambda one: (one.due_at, one.touch_id),
        order=f"staff-tasks:{show}",
        size=SIZE,
    )
    names = staff_names()
    files = queries.files_of_tasks(one.touch_id for one in page.rows if one.text)
    context = {
        "title": _("Staff tasks"),
        "page": page,
        "cards": [
            (
                one,
                STATES[one.state],
                why_words(one.why or one.result),
                gettext(KINDS.get(one.kind, one.kind)),
                names.get(one.assistant_id, ""),
                files.get(one.touch_id, ()),
            )
            for one in page.rows
        ],
        "now": now,
        "tabs": _tabs(request, show, now),
        "results": [(key, gettext(words)) for key, words in RESULTS.items()],
    }
    return render(request, "touches/tasks.html", context)


@requires("tasks.do")
def read(request: PageRequest) -> HttpResponse:
    """Who has read what was sent to them, newest first; what the viewer sent is new until this page has shown it."""
    now, viewer = utc_now(), request.viewer
    page = paged(
        request,
        lambda at: queries.reads(viewer.scope, at, now=now),
        key=lambda one: (one.read_at, one.touch_id),
        order="staff-tasks:read",
        size=SIZE,
    )
    names = staff_names()
    context = {
        "title": _("Staff tasks"),
        "page": page,
        "rows": [(one, gettext(KINDS.get(one.kind, one.kind)), names.get(one.assistant_id, "")) for one in page.rows],
        "days": queries.READ_DAYS,
        "tabs": _tabs(request, "read", now),
    }
    look_at_reads(viewer.actor, [one.touch_id for one in page.rows if one.is_new], now=now)
    return render(request, "touches/reads.html", context)


def _tabs(request: PageRequest, active: str, now: datetime) -> list[Tab]:
    scope, url = request.viewer.scope, reverse("staff-tasks")
    counts = queries.task_counts(scope, days_after(now, 1, zone()))
    return [
        Tab(_("To do"), url, active == "open", counts.open),
        Tab(_("Due today"), f"{url}?show=today", active == "today", counts.due),
        Tab(_("Over"), f"{url}?show=ended", active == "ended"),
        Tab(_("Read"), reverse("staff-tasks-read"), active == "read", queries.new_reads(scope, now=now) or None),
        Tab(_("Ranking"), reverse("staff-task-rates")),
    ]


@requires("tasks.do")
@require_POST
def done(request: PageRequest, touch: UUID) -> HttpResponse:
    """I did it; where the gate says no now, the page says why."""
    finish = Finish(touch, request.POST.get("result", "sent"), request.POST.get("note", "")[:MAX_NOTE])
    try:
        (closed,) = finish_tasks(request.viewer.actor, [finish], scope=request.viewer.scope, now=utc_now())
    except Refusal as refusal:
        messages.error(request, refusal.told(gettext))
    else:
        if closed.state == "done":
            messages.success(request, gettext("Done."))
        else:
            messages.warning(request, gettext("Not counted: %(why)s") % {"why": why_words(closed.why)})
    return redirect("staff-tasks")


@requires("tasks.do")
def file(request: PageRequest, touch: UUID, number: int) -> HttpResponse:
    """A file that goes along with a task of the viewer's scope, to be sent by hand."""
    found = queries.file_of_task(request.viewer.scope, touch, number)
    if found is None:
        raise Http404
    return file_response(found.name, found.media_type, found.content)


@requires("tasks.do")
def skip(request: PageRequest, touch: UUID) -> HttpResponse:
    """I will not do it, and why."""
    form = SkipForm(request.POST or None)

    def skipped() -> None:
        told = Skip(touch, form.cleaned_data["because"], form.cleaned_data["note"])
        skip_tasks(request.viewer.actor, [told], scope=request.viewer.scope, now=utc_now())

    return answered(request, form, skipped, title=_("Skip the task"), button=_("Skip"), back=reverse("staff-tasks"), done=_("Skipped."))


def _placed(ranking: list[queries.Ranked], by_net: bool) -> Iterator[tuple[int | None, queries.Ranked]]:
    """Each with a place: who did as well shares it, who did or brought nothing has none."""
    scores = [(earned.net_minor,) if by_net else (rate.rate, rate.done) for rate, earned in ranking]
    return ((scores.index(score) + 1 if score[-1] > 0 else None, one) for score, one in zip(scores, ranking, strict=True))


@requires("tasks.do")
def rates(request: PageRequest, by_net: bool = False) -> HttpResponseBase:
    """Who does the tasks opened in a range, and what the tasks brought in it: the ranking by done rate, or by net amount."""
    now = utc_now()
    days = DateRange.from_request(request, today(now))
    ranking = queries.ranking(request.viewer.scope, days.first, days.last, now=now, by_net=by_net)
    if request.GET.get("csv"):
        return csv_response(request, "done-rate", RANKED, map(_ranked, ranking))
    rows = [{"place": place, "rate": rate.rate, **rate._asdict(), **earned._asdict()} for place, (rate, earned) in _placed(ranking, by_net)]
    context = {
        "title": _("Ranking of assistants"),
        "days": days,
        "tabs": ranking_tabs(request, "staff-task-rates-net" if by_net else "staff-task-rates"),
        "table": Ranking(rows, exclude=NOT_DONE if by_net else EARNED, empty_text=_("No tasks in this range")),
        "csv_url": f"?{_with_csv(request)}",
        "note": _RULE,
    }
    return render(request, "touches/ranged.html", context)


def _ranked(one: queries.Ranked) -> tuple[Any, ...]:
    rate, earned = one
    told = (rate.readers, rate.answered, rate.bought, earned.buyers, earned.orders, major(earned.net_minor))
    return (*rate[1:9], round(rate.rate, 4), *told)


def _with_csv(request: PageRequest) -> str:
    asked = request.GET.copy()
    asked["csv"] = "1"
    return asked.urlencode()
