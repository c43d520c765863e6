"""A journey as it runs: the canvas with its numbers, its versions, and who stands at a step."""

from collections.abc import Mapping
from typing import Any

import django_tables2 as tables
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.web.charts import Figure
from siyu.lib.web.formats import number, percent
from siyu.lib.web.tables import BadgeColumn, InstantColumn, ListTable, NumberColumn
from siyu.merchant.access import PageRequest, requires

from .. import queries
from ..queries import Counts, JourneyView
from .editor import WORDS, drawable
from .looks import TRIGGER, Face, faces, parts, way_words
from .panel import PARTS
from .parts import STATES, journey_or_404, tabs

AT_A_STEP = 20  # members shown beside the canvas
SECONDS = 10  # between two looks at the numbers


class Versions(ListTable):
    number = NumberColumn(_("Version"))
    state = BadgeColumn({"now": (_("in force"), "green"), "old": (_("old"), "secondary")}, _("State"))
    under_way = NumberColumn(_("Under way"))
    made_by = tables.Column(_("Published by"))
    made_at = InstantColumn(_("Published"))
    look = tables.Column("", linkify=lambda record: record["url"])


@requires("journeys.view")
def journey(request: PageRequest, code: str) -> HttpResponse:
    """The canvas with how many stand at each step and passed each way; `?version=` shows an older one, a draft its own shape."""
    found = journey_or_404(code)
    chosen = _number(found, request.GET.get("version", ""))
    definition = drawable(queries.definition(code, chosen or None) or {})
    looks = faces(definition)
    counts = queries.counts(code, chosen) if chosen else None
    moves = {"live": ("pause",), "paused": ("resume",)}.get(found.state, ())
    context = {
        "title": found.name,
        "journey": found,
        "state": STATES[found.state],
        "tabs": tabs(found, "canvas", failed=found.failed),
        "number": chosen,
        "versions": queries.versions(code),
        "moves": moves,
        "figures": figures(counts) if counts else [],
        "rows": _rows(definition, looks, counts) if counts else [],
        "parts": [(part, parts(definition)[place]) for place, part in PARTS.items()],
        "is_narrowed": not request.viewer.scope.is_whole,
        "boot": _boot(found, chosen, definition, looks, counts),
    }
    return render(request, "journeys/journey.html", context)


@requires("journeys.view")
def numbers(request: PageRequest, code: str) -> JsonResponse:
    """The numbers of a version, asked for again and again."""
    found = journey_or_404(code)
    chosen = _number(found, request.GET.get("version", ""))
    if not chosen:
        raise Http404
    counts = queries.counts(code, chosen)
    return JsonResponse({**told(counts), "figures": [[str(one.label), one.value, str(one.note)] for one in figures(counts)]})


@requires("journeys.view")
def standing(request: PageRequest, code: str) -> HttpResponse:
    """Who waits at a step: the part beside the canvas."""
    found = journey_or_404(code)
    chosen, step = _number(found, request.GET.get("version", "")), request.GET.get("step", "")[:60]
    definition = drawable(queries.definition(code, chosen or None) or {})
    looks = faces(definition)
    if step not in looks:
        raise Http404
    here = [] if step == TRIGGER else queries.enrolments(code, request.viewer.scope, step, "waiting", chosen, limit=AT_A_STEP)
    context = {
        "journey": found,
        "number": chosen,
        "step": step,
        "face": looks[step],
        "members": here if request.viewer.may("members.view") else [],
        "is_trigger": step == TRIGGER,
        "more": len(here) == AT_A_STEP,
        "ways": _ways(definition, looks, queries.counts(code, chosen), step) if chosen else [],
    }
    return render(request, "journeys/parts/standing.html", context)


@requires("journeys.view")
def versions(request: PageRequest, code: str) -> HttpResponse:
    """Every version that was ever in force."""
    found = journey_or_404(code)
    rows = [
        {
            **one._asdict(),
            "state": "now" if one.number == found.number else "old",
            "look": gettext("Look at it"),
            "url": f"{reverse('journey', args=[code])}?version={one.number}",
        }
        for one in queries.versions(code)
    ]
    context = {
        "title": found.name,
        "journey": found,
        "state": STATES[found.state],
        "tabs": tabs(found, "versions", failed=found.failed),
        "table": Versions(rows, empty_text=_("Not published yet")),
    }
    return render(request, "journeys/listed.html", context)


def figures(counts: Counts) -> list[Figure]:
    rate = percent(counts.goals / counts.entered) if counts.entered else "–"
    return [
        Figure(_("Came in"), number(counts.entered), note=_besides(counts)),
        Figure(_("Under way"), number(counts.under_way)),
        Figure(_("Finished"), number(counts.done)),
        Figure(_("Left early"), number(counts.left)),
        Figure(_("Set aside"), number(counts.failed)),
        Figure(_("Goal reached"), number(counts.goals), note=rate),
    ]


def _besides(counts: Counts) -> str:
    """Who makes the difference between those who came in and those who are somewhere now."""
    came, went, joined = (
        gettext("%(count)s came from other versions"),
        gettext("%(count)s went over to other versions"),
        gettext("%(count)s joined by a merge"),
    )
    told = [(counts.moved, came), (-counts.moved, went), (counts.joined, joined)]
    return gettext(", ").join(words % {"count": number(many)} for many, words in told if many > 0)


def told(counts: Counts) -> dict[str, Any]:
    """Numbers as the script takes them; a way is named `step·way`."""
    return {
        "entered": counts.entered,
        "steps": dict(counts.steps),
        "ways": {f"{step}·{way}": passed for (step, way), passed in counts.ways.items()} | {f"{TRIGGER}·next": counts.entered},
    }


def _number(found: JourneyView, asked: str) -> int:
    """The version asked for, else the one in force; 0 is the draft of a journey never published."""
    known = {one.number for one in queries.versions(found.code)}
    return int(asked) if asked.isdigit() and int(asked) in known else found.number


def _rows(definition: Mapping[str, Any], looks: Mapping[str, Face], counts: Counts) -> list[dict[str, Any]]:
    """The table behind the picture: each step with who waits there and the ways taken."""
    return [
        {"step": step, "face": looks[step], "standing": counts.steps.get(step, 0), "ways": _ways(definition, looks, counts, step)}
        for step in _order(definition)
    ]


def _ways(definition: Mapping[str, Any], looks: Mapping[str, Face], counts: Counts, step: str) -> list[dict[str, Any]]:
    """The ways out of a step: their words, how many passed, of all that entered, and where they lead."""
    if step == TRIGGER:
        return []
    after = definition["steps"][step].get("next") or {}
    known = [way for way, _words in looks[step].ways]
    passed = {way: count for (name, way), count in counts.ways.items() if name == step}
    return [
        {
            "words": way_words(way) or gettext("Onward"),
            "passed": passed.get(way, 0),
            "share": passed.get(way, 0) / counts.entered if counts.entered else None,
            "to": _where(looks, after.get(way, ""), way),
        }
        for way in dict.fromkeys([*known, *passed])
    ]


def _where(looks: Mapping[str, Face], to: str, way: str) -> str:
    if to in looks:
        return " · ".join(filter(None, (looks[to].title, looks[to].words)))
    return gettext("goes on all the same") if way == "refused" else gettext("the journey ends")


def _order(definition: Mapping[str, Any]) -> list[str]:
    """Steps as members meet them, then those that nobody meets."""
    found: dict[str, None] = {}
    ahead = [definition["first"]]
    while ahead:
        step = ahead.pop(0)
        if step in definition["steps"] and step not in found:
            found[step] = None
            ahead += [str(to) for to in (definition["steps"][step].get("next") or {}).values()]
    return [*found, *(step for step in definition["steps"] if step not in found)]


def _boot(
    found: JourneyView, chosen: int, definition: Mapping[str, Any], looks: Mapping[str, Face], counts: Counts | None
) -> dict[str, Any]:
    base = {name: reverse(f"journey-{name}", args=[found.code]) for name in ("numbers", "standing")}
    urls = {name: f"{url}?version={chosen}" for name, url in base.items()}
    return picture(definition, looks, told(counts) if counts else None, urls=urls, seconds=SECONDS)


def picture(
    definition: Mapping[str, Any],
    looks: Mapping[str, Face],
    numbers: Mapping[str, Any] | None,
    *,
    urls: Mapping[str, str] | None = None,
    seconds: int = 0,
) -> dict[str, Any]:
    """What `journeys/parts/picture.html` draws: numbers as `told` gives them; without `seconds` they stay as they are."""
    return {
        "definition": definition,
        "faces": {name: one.told() for name, one in looks.items()},
        "numbers": numbers,
        "seconds": seconds,
        "words": {name: str(words) for name, words in WORDS.items()},
        "urls": dict(urls or {}),
    }
