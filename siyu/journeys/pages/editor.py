"""The editor of a draft: the page with the canvas, and the door by which every change is saved and checked."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from django.http import HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.merchant.access import PageRequest, requires

from .. import queries, services
from ..checking import problems
from ..queries import JourneyView
from ..rules.definition import MAX_STEPS
from ..steps import steps
from . import saying
from .fields import suggestions
from .looks import LOOKS, PLAIN, Face, face, faces, palette, parts, trigger_face
from .panel import PARTS
from .parts import STATES, journey_or_404, this_day

WORDS = {
    "canvas": _("Canvas of the journey: arrow keys go from step to step, Enter edits, Delete removes"),
    "onward": _("Onward"),
    "ends": _("the journey ends"),
    "same": _("goes on all the same"),
    "standing": _("%s waiting here"),
    "added": _("Added: %s"),
    "removed": _("Removed: %s"),
    "full": _("A journey has at most 200 steps."),
    "faults": _("%s to put right"),
    "faultless": _("Ready to publish"),
    "changed": _("Not saved yet"),
    "saving": _("Saving …"),
    "saved": _("Saved at %s"),
    "failed": _("Could not be saved"),
    "kept": _("What could not be saved before is here again."),
    "offline": _("The server cannot be reached; nothing is lost, try again in a moment."),
    "entered": _("entered"),
}


@requires("journeys.edit")
def edit(request: PageRequest, code: str) -> HttpResponse:
    """The canvas with the draft on it."""
    found = journey_or_404(code)
    if found.state == "archived":
        return redirect("journey", code=code)
    definition = drawable(queries.definition(code) or {})
    context = {
        "title": found.name,
        "journey": found,
        "state": STATES[found.state],
        "groups": [(title, [(kind, steps()[kind].TITLE, LOOKS.get(kind, PLAIN)) for kind in kinds]) for title, kinds in palette()],
        "parts": PARTS,
        "boot": boot(found, definition),
        "suggestions": suggestions(this_day()),
    }
    return render(request, "journeys/edit.html", context)


@requires("journeys.edit")
def draft(request: PageRequest, code: str) -> HttpResponse:
    """Save a draft; answers its revision, how it looks and what is wrong with it. 409 when somebody else saved, or it may not be kept."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    found = journey_or_404(code)
    try:
        told = msgspec.json.decode(request.body)
        definition, revision = told["definition"], int(told["revision"])
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        return JsonResponse(saying.refusal("journey.invalid", gettext("This cannot be read.")), status=409)
    try:
        saved = services.save_draft(request.viewer.actor, code, definition, revision, now=utc_now())
    except Refusal as refusal:
        return JsonResponse(saying.refusal(refusal.code, refusal.told(gettext), revision=_revision(found)), status=409)
    looks = faces(drawable(definition))
    return JsonResponse(
        {
            "revision": saved.revision,
            "problems": saying.told(saved.problems, looks),
            "faces": {name: one.told() for name, one in looks.items()},
            "parts": parts(definition),
        }
    )


def _revision(before: JourneyView) -> int:
    now = queries.journey(before.code)
    return (now or before).revision


def drawable(definition: Mapping[str, Any]) -> dict[str, Any]:
    """A definition with all that the canvas needs, however unfinished it is."""
    told = definition.get("steps")
    made = {name: one for name, one in told.items() if isinstance(one, dict)} if isinstance(told, dict) else {}
    trigger = definition.get("trigger")
    return {**definition, "trigger": trigger if isinstance(trigger, dict) else {}, "first": str(definition.get("first", "")), "steps": made}


def boot(found: JourneyView, definition: dict[str, Any]) -> dict[str, Any]:
    """What the script of the editor begins with."""
    looks = faces(definition)
    return {
        "definition": definition,
        "revision": found.revision,
        "faces": {name: one.told() for name, one in looks.items()},
        "problems": saying.told(problems(definition), looks),
        "parts": parts(definition),
        "kinds": {kind: _kind(kind) for kind in steps()},
        "trigger": {"face": trigger_face({}).told()},
        "unknown": {"face": Face("?", "", PLAIN.icon, PLAIN.colour, []).told()},
        "highest": _highest(found.code, definition),
        "most": MAX_STEPS,
        "words": {name: str(words) for name, words in WORDS.items()},
        "urls": {
            "draft": reverse("journey-draft", args=[found.code]),
            "panel": reverse("journey-panel"),
            "publish": reverse("journey-publish", args=[found.code]),
            "builder": reverse("audience-builder"),
            "rule": reverse("audience-rule"),
        },
    }


def _kind(kind: str) -> dict[str, Any]:
    fresh = {"step": kind, **LOOKS.get(kind, PLAIN).fresh}
    return {"fresh": fresh, "face": face(fresh).told()}


def _highest(code: str, draft: Mapping[str, Any]) -> int:
    """The greatest number of a step, s12, that this journey ever used: a new step is never taken for an old one."""
    published = [queries.definition(code, one.number) or {} for one in queries.versions(code)[:20]]
    named = [name for one in [draft, *published] for name in one.get("steps", {})]
    return max((int(found[1]) for name in named if (found := re.fullmatch(r"s(\d{1,9})", name))), default=0)
