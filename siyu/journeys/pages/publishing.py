"""Publishing: what the draft changes, and where those go on who stand at steps that are gone."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.lib.clock import utc_now
from siyu.lib.web.forms import Form, applied
from siyu.merchant.access import PageRequest, requires

from .. import queries, services
from ..checking import problems
from . import saying
from .editor import drawable
from .looks import TRIGGER, Face, faces
from .parts import STATES, journey_or_404

STAY, LEAVE = "stay", "leave"
_KEPT = "to:"  # prefix of the fields


class Move(NamedTuple):
    """A step of the version in force: how it looked, how many stand there, whether the draft still has it, where they shall go on."""

    step: str
    face: Face
    standing: int
    is_gone: bool
    field: str
    chosen: str


@requires("journeys.edit")
def publish(request: PageRequest, code: str) -> HttpResponse:
    """Put the draft in force; whoever is under way stays on the old version unless the map says otherwise."""
    found = journey_or_404(code)
    draft = drawable(queries.definition(code) or {})
    looks = faces(draft)
    faults = saying.told(problems(queries.definition(code)), looks)
    before = drawable(queries.definition(code, found.number) or {}) if found.number else None
    form = Form(request.POST if request.method == "POST" else None)
    moves = _moves(code, found.number, before, draft, request.POST) if before is not None else []
    if request.method == "POST" and not faults:
        wanted = {one.step: one.chosen for one in moves if one.standing and one.chosen != STAY}
        if applied(form, lambda: services.publish(request.viewer.actor, code, wanted, now=utc_now())):
            messages.success(request, gettext("Published. It is in force from now on."))
            return redirect("journey", code=code)
    context = {
        "title": gettext("Publish “%(name)s”") % {"name": found.name},
        "journey": found,
        "state": STATES[found.state],
        "form": form,
        "problems": faults,
        "next_number": found.number + 1,
        "moves": [one for one in moves if one.standing or one.is_gone],
        "targets": [(STAY, _("finish by the old version")), *_targets(looks), (LEAVE, _("leave the journey"))],
        "changes": _changes(before, draft, looks),
    }
    return render(request, "journeys/publish.html", context)


def _moves(code: str, number: int, before: Mapping[str, Any], draft: Mapping[str, Any], sent: Mapping[str, str]) -> list[Move]:
    standing, looks = queries.movable(code, number), faces(before)
    made = []
    for step in before["steps"]:
        is_gone = step not in draft["steps"]
        chosen = sent.get(f"{_KEPT}{step}", STAY if is_gone else step)
        made.append(Move(step, looks[step], standing.get(step, 0), is_gone, f"{_KEPT}{step}", chosen))
    return made


def _targets(looks: Mapping[str, Face]) -> list[tuple[str, str]]:
    return [(name, " · ".join(filter(None, (one.title, one.words)))) for name, one in looks.items() if name != TRIGGER]


def _changes(before: Mapping[str, Any] | None, draft: Mapping[str, Any], looks: Mapping[str, Face]) -> list[tuple[str, str, str]]:
    """(colour, what, which) of each step that is new, gone or says something else, and of the rules beside the graph."""
    if before is None:
        return []
    old, new, was = before["steps"], draft["steps"], faces(before)
    changes = [("green", gettext("new"), _name(looks[name])) for name in new if name not in old]
    changes += [("red", gettext("gone"), _name(was[name])) for name in old if name not in new]
    changes += [("blue", gettext("changed"), _name(looks[name])) for name in new if name in old and new[name] != old[name]]
    beside = {"trigger": gettext("Trigger"), "entry": gettext("Entry"), "exits": gettext("Exits"), "goal": gettext("Goal")}
    return changes + [("blue", gettext("changed"), title) for name, title in beside.items() if before.get(name) != draft.get(name)]


def _name(face: Face) -> str:
    return " · ".join(filter(None, (face.title, face.words)))
