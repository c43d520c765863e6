"""Who walks a journey: the list, one member's path with the reason of each step, and those who were set aside."""

from typing import Any

import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.facts.words import fact_title
from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.lib.web.formats import instant
from siyu.lib.web.forms import FilterForm, Form, applied
from siyu.lib.web.keyset import decode, encode
from siyu.lib.web.parts import Moment
from siyu.lib.web.tables import BadgeColumn, InstantColumn, ListTable
from siyu.merchant.access import PageRequest, requires
from siyu.touches.queries.words import STATUSES as TOUCHES
from siyu.touches.queries.words import detail_words
from siyu.touches.queries.words import why_words as touch_why

from .. import queries, services
from ..queries import EnrolmentView, PassageView, TouchAnswer
from .editor import drawable
from .looks import PLAIN, Face, faces, way_words
from .parts import STATES, STATUSES, journey_or_404, tabs, why_words

PAGE = 50
MAX_FAILED = 200


class Enrolments(ListTable):
    nickname = tables.Column(_("Member"), empty_values=())
    status = BadgeColumn(STATUSES, _("State"))
    step = tables.Column(_("Step"), empty_values=())
    why = tables.Column(_("Why"), empty_values=())
    entered_at = InstantColumn(_("Came in"))
    since = InstantColumn(_("Here since"))
    due_at = InstantColumn(_("Goes on"))

    def __init__(self, rows: Any, looks: dict[int, dict[str, Face]], **options: Any) -> None:
        super().__init__(rows, **options)
        self.looks = looks

    def render_nickname(self, record: EnrolmentView) -> str:
        return format_html(
            '<a href="{}">{}</a>', reverse("journey-path", args=[record.code, record.id]), record.nickname or record.public_id
        )

    def render_step(self, record: EnrolmentView) -> str:
        return step_words(self.looks.get(record.number, {}), record.step)

    def render_why(self, record: EnrolmentView) -> str:
        return " · ".join(filter(None, (str(why_words(record.why)) if record.status != "waiting" else "", record.detail))) or "–"


class MemberFilter(FilterForm):
    status = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("all")), *((key, words) for key, (words, _c) in STATUSES.items())]
    )
    step = forms.ChoiceField(label=_("Step"), required=False)
    version = forms.IntegerField(label=_("Version"), required=False, min_value=1, max_value=2**31 - 1)


class DismissForm(Form):
    because = forms.CharField(label=_("Why"), max_length=500)


def step_words(looks: dict[str, Face], step: str) -> str:
    face = looks.get(step)
    return " · ".join(filter(None, (face.title, face.words))) if face else step or "–"


def looks_of(code: str, numbers: set[int]) -> dict[int, dict[str, Face]]:
    """How the steps of some versions look."""
    return {number: faces(drawable(queries.definition(code, number) or {})) for number in sorted(numbers)[-20:]}


@requires("journeys.view")
def members(request: PageRequest, code: str) -> HttpResponse:
    """Enrolments, newest first; those of the viewer's scope."""
    found = journey_or_404(code)
    filters: Any = MemberFilter(request.GET or None)
    now = faces(drawable(queries.definition(code, found.number or None) or {}))
    filters.fields["step"].choices = [
        ("", _("all")),
        *((name, step_words(now, name)) for name in now if name in _steps(code, found.number)),
    ]
    chosen = filters.chosen
    cursor = request.GET.get("cursor", "")
    after = decode("journey-members", cursor).key[0] if cursor else None  # type: ignore[index]
    may_see = request.viewer.may("members.view")
    rows = (
        queries.enrolments(code, request.viewer.scope, chosen.get("step"), chosen.get("status"), chosen.get("version"), after, PAGE + 1)
        if may_see
        else []
    )
    shown = rows[:PAGE]
    context = {
        "title": found.name,
        "journey": found,
        "state": STATES[found.state],
        "tabs": tabs(found, "members", failed=found.failed),
        "filters": filters,
        "table": Enrolments(shown, looks_of(code, {one.number for one in shown}), empty_text=_("Nobody here")),
        "older": encode("journey-members", (shown[-1].id,)) if len(rows) > PAGE else "",
        "is_older": bool(cursor),
    }
    return render(request, "journeys/members.html", context)


def _steps(code: str, number: int) -> set[str]:
    return set((queries.definition(code, number or None) or {}).get("steps", {}))


@requires("journeys.view")
def path(request: PageRequest, code: str, pk: int) -> HttpResponse:
    """All that one member passed in a journey: each step with the way, the instant and the fact or time behind it."""
    found = journey_or_404(code)
    one = queries.enrolment(pk, request.viewer.scope) if request.viewer.may("members.view") else None
    walked = queries.path(pk) if one is not None and one.code == code else None
    if one is None or walked is None:
        raise Http404
    looks = looks_of(code, {one.number, *(passage.number for passage in walked.passages)})
    moments = [_passed(passage, looks.get(passage.number, {}), request.viewer.may("facts.view")) for passage in walked.passages]
    context = {
        "title": gettext("%(member)s in “%(journey)s”") % {"member": one.nickname or one.public_id, "journey": one.journey},
        "journey": found,
        "one": one,
        "status": STATUSES.get(one.status, (one.status, "secondary")),
        "why": why_words(one.why) if one.status != "waiting" else "",
        "step": step_words(looks.get(one.number, {}), one.step),
        "moments": [*_here(one, looks.get(one.number, {}), walked.touch), *reversed(moments)],
        "may_act": request.viewer.may("journeys.edit") and one.status in ("waiting", "failed"),
    }
    return render(request, "journeys/path.html", context)


def _passed(passage: PassageView, looks: dict[str, Face], may_open: bool) -> Moment:
    face = looks.get(passage.step)
    because = gettext("because of “%(fact)s”") % {"fact": fact_title(passage.fact)} if passage.fact else gettext("by time or at once")
    # a fact's page is found by its instant in microseconds and its number
    url = reverse("fact", args=[round(passage.fact_at.timestamp() * 1_000_000), passage.fact_id]) if may_open and passage.fact_at else ""
    way = way_words(passage.way)
    detail = " · ".join(filter(None, (gettext("Way: %(way)s") % {"way": way} if way else "", because)))
    return Moment(passage.at, step_words(looks, passage.step), detail, *_sign(face), url=url, facts=_touch(passage.touch))


def _here(one: EnrolmentView, looks: dict[str, Face], touch: TouchAnswer | None) -> list[Moment]:
    """Where they stand, or how it ended."""
    if one.status == "waiting":
        until = gettext("goes on %(time)s") % {"time": instant(one.due_at)} if one.due_at else gettext("waits for something to happen")
        return [Moment(one.since, step_words(looks, one.step), until, "map-pin", "blue", badge=gettext("is here"), facts=_touch(touch))]
    title, colour = STATUSES.get(one.status, (one.status, "secondary"))
    told = " · ".join(filter(None, (str(why_words(one.why)), one.detail)))
    return [Moment(one.ended_at or one.since, title, told, "flag", colour, facts=_touch(touch))]


def _sign(face: Face | None) -> tuple[str, str]:
    return (face.icon, face.colour) if face else (PLAIN.icon, PLAIN.colour)


def _touch(touch: TouchAnswer | None) -> list[tuple[Any, str]]:
    if touch is None:
        return []
    words, _colour = TOUCHES.get(touch.status, (touch.status, ""))
    said = " · ".join(filter(None, (str(words), str(touch_why(touch.why)) if touch.why else "", detail_words(touch.detail))))
    return [(gettext("The gate"), said), *([(gettext("Sent"), instant(touch.sent_at))] if touch.sent_at else [])]


@requires("journeys.view")
def failed(request: PageRequest, code: str) -> HttpResponse:
    """Those who could not take their step, each with the reason; tried again, or let go with a word why."""
    found = journey_or_404(code)
    form = DismissForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        return _act(request, code, form)
    rows = queries.failed(code, request.viewer.scope, MAX_FAILED) if request.viewer.may("members.view") else []
    looks = looks_of(code, {one.number for one in rows})
    context = {
        "title": found.name,
        "journey": found,
        "state": STATES[found.state],
        "tabs": tabs(found, "failed", failed=found.failed),
        "rows": [(one, step_words(looks.get(one.number, {}), one.step), why_words(one.why)) for one in rows],
        "is_cut": len(rows) == MAX_FAILED,
        "may_edit": request.viewer.may("journeys.edit"),
    }
    return render(request, "journeys/failed.html", context)


def _act(request: PageRequest, code: str, form: Form) -> HttpResponse:
    """Retry or dismiss those that were ticked."""
    if not request.viewer.may("journeys.edit"):
        raise Http404
    mine = {one.id for one in queries.failed(code, request.viewer.scope, MAX_FAILED)}
    ids = [int(number) for number in request.POST.getlist("enrolment") if number.isdigit() and int(number) in mine]
    try:
        if not ids:
            messages.warning(request, gettext("Tick somebody first."))
        elif request.POST.get("act") == "retry":
            done = services.retry(request.viewer.actor, ids, now=utc_now())
            messages.success(request, gettext("%(count)s take their step again.") % {"count": done})
        else:
            done = services.dismiss(request.viewer.actor, ids, request.POST.get("because", ""), now=utc_now())
            messages.success(request, gettext("%(count)s were let go.") % {"count": done})
    except Refusal as refusal:
        messages.error(request, refusal.told(gettext))
    return redirect("journey-failed", code=code)


@requires("journeys.edit")
def take_out(request: PageRequest, code: str, pk: int) -> HttpResponse:
    """Take a member out of a journey, with a word why."""
    one = queries.enrolment(pk, request.viewer.scope)
    if one is None or one.code != code:
        raise Http404
    form = DismissForm(request.POST or None)
    if request.method == "POST" and applied(
        form, lambda: services.remove(request.viewer.actor, [pk], form.cleaned_data["because"], now=utc_now())
    ):
        messages.success(request, gettext("Taken out."))
        return redirect("journey-path", code=code, pk=pk)
    title = gettext("Take %(member)s out of “%(journey)s”") % {"member": one.nickname or one.public_id, "journey": one.journey}
    context = {"title": title, "form": form, "submit": _("Take out"), "cancel_url": reverse("journey-path", args=[code, pk])}
    return render(request, "web/form.html", context)
