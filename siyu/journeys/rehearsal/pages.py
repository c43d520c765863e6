"""The page of a draft's rehearsal: over how many days, and what would have happened, step by step."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.audiences.queries import named
from siyu.lib.clock import utc_now
from siyu.lib.web.charts import Figure
from siyu.lib.web.formats import number, percent
from siyu.lib.web.forms import Form, applied
from siyu.merchant.access import PageRequest, requires
from siyu.touches.queries.words import WHYS

from ..models import KeptRehearsal
from ..pages.editor import drawable
from ..pages.live import picture
from ..pages.live import told as numbers_of
from ..pages.looks import Face, faces, way_words
from ..pages.parts import STATES, tabs
from ..queries import journey
from .jobs import ask
from .rehearse import MAX_DAYS
from .result import counts_of

USUAL_DAYS = 90
SAMPLES = 20
GIVEN = {
    "reserved": _("would have been sent"),
    "asked": _("would have been asked of staff"),
    "refused": _("would not have been sent"),
    "control": _("would have been held out"),
    "reward": _("would have been given"),
    "tag": _("would have been tagged"),
    "trait": _("would have been said"),
    "start": _("would have been started"),
}


class DaysForm(Form):
    days = forms.IntegerField(label=_("Over the last days"), min_value=1, max_value=MAX_DAYS, initial=USUAL_DAYS)


class Way(NamedTuple):
    """A way out of a step: how many went it, and their share of all who entered."""

    name: str
    passed: int
    share: str


class Row(NamedTuple):
    """A step of the draft with its numbers."""

    title: str
    words: str
    standing: int
    ways: list[Way]
    given: list[tuple[Any, int]]
    refused: list[tuple[Any, int]]


@requires("journeys.view")
def rehearsal(request: PageRequest, code: str) -> HttpResponse:
    found = journey(code)
    if found is None:
        raise Http404
    kept = KeptRehearsal.objects.filter(journey__code=code).first()
    form = DaysForm(request.POST or None, initial={"days": kept.days} if kept is not None else None)
    if request.method == "POST":
        if not request.viewer.may("journeys.edit"):
            return HttpResponse(status=403)
        if form.is_valid() and applied(form, lambda: ask(request.viewer.actor, code, form.cleaned_data["days"], now=utc_now())):
            return redirect("journey-rehearsal", code)
    told = kept.told if kept is not None and kept.state == "done" else None
    context = {
        "title": found.name,
        "journey": found,
        "state": STATES[found.state],
        "tabs": tabs(found, "rehearsal", failed=found.failed),
        "boot": _picture(kept.draft, told) if kept is not None and told else None,
        "form": form,
        "kept": kept,
        "told": told,
        "is_under_way": kept is not None and kept.state in ("queued", "running"),
        "is_old": kept is not None and kept.revision != found.revision,
        "figures": _figures(told) if told else [],
        "rows": _rows(kept.draft, told) if kept is not None and told else [],
        "months": list(told["months"].items()) if told else [],
        "samples": _samples(kept.draft, told) if kept is not None and told and request.viewer.scope.is_whole else [],
    }
    return render(request, "journeys/rehearsal.html", context)


def _picture(draft: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """The canvas of what was rehearsed, with its numbers in the place of those of a journey that lives."""
    definition = drawable(draft)
    return picture(definition, faces(definition), numbers_of(counts_of(told)))


def _figures(told: Mapping[str, Any]) -> list[Figure]:
    entered = told["entered"]
    return [
        Figure(_("Would have entered"), number(entered), note=gettext("%(count)s members") % {"count": number(told["members"])}),
        Figure(
            _("Would have been touched"),
            number(told["touched"]),
            note=gettext("%(count)s members") % {"count": number(told["touched_members"])},
        ),
        Figure(_("Reached the goal"), number(told["goals"]), note=_share(told["goals"], entered)),
        Figure(_("Left early"), number(told["left"]), note=_share(told["left"], entered)),
        Figure(_("Still under way"), number(told["under_way"]), note=_share(told["under_way"], entered)),
    ]


def _share(part: int, whole: int) -> str:
    return percent(part / whole) if whole else ""


def _rows(draft: Mapping[str, Any], told: Mapping[str, Any]) -> list[Row]:
    looks, entered = faces(draft), told["entered"]
    rows = []
    for name in _in_order(draft):
        ways = [Way(way_words(way), times, _share(times, entered)) for step, way, times in told["ways"] if step == name]
        given = [(GIVEN.get(what, what), times) for step, what, times in told["given"] if step == name]
        refused = [(WHYS.get(why, why), times) for step, why, times in told["refused"] if step == name]
        rows.append(Row(looks[name].title, looks[name].words, told["steps"].get(name, 0), ways, given, refused))
    return rows


def _in_order(draft: Mapping[str, Any]) -> list[str]:
    """The steps as members come to them; those that nothing leads to stand last."""
    found: dict[str, None] = {}
    waiting = [draft["first"], *draft["steps"]]
    while waiting:
        name = waiting.pop(0)
        if name in draft["steps"] and name not in found:
            found[name] = None
            waiting[:0] = (draft["steps"][name].get("next") or {}).values()
    return list(found)


def _samples(draft: Mapping[str, Any], told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A few who would have entered, each with their times."""
    looks = faces(draft)
    chosen = told["samples"][:SAMPLES]
    known = {member: (public, nickname) for member, public, nickname in named([one["member_id"] for one in chosen])}
    return [
        {
            "public": known[one["member_id"]][0],
            "nickname": known[one["member_id"]][1] or gettext("without a name"),
            "entered_at": datetime.fromisoformat(one["entered_at"]),
            "moments": [_moment(looks, moment) for moment in one["moments"]],
        }
        for one in chosen
        if one["member_id"] in known
    ]


def _moment(looks: Mapping[str, Face], moment: Mapping[str, Any]) -> dict[str, Any]:
    look = looks.get(moment["step"])
    told = f"{look.title} {look.words}".strip() if look is not None else moment["step"]
    return {**moment, "at": datetime.fromisoformat(moment["at"]), "step": told, "way": way_words(moment["way"])}
