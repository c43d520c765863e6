"""The form beside the canvas: of a step, the trigger, the entry, the exits or the goal. It keeps nothing: a piece in, a piece out."""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from django.http import HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from siyu.lib.web.parts import Words
from siyu.merchant.access import PageRequest, requires

from ..rules.definition import MAX_EXITS
from ..steps import steps
from . import fields
from .looks import LOOKS, PLAIN, STARTER, TRIGGER, face, trigger_face

FIRST_GOAL = {"fact": "order.paid", "within_days": 7}
FIRST_EXITS: dict[str, dict[str, Any]] = {
    "fact": {"kind": "fact", "fact": "order.paid"},
    "audience": {"kind": "audience"},
}


class Part(NamedTuple):
    """What stands beside the graph: its title, its sign, and what it is for."""

    title: Words
    icon: str
    help: Words


PARTS: dict[str, Part] = {
    TRIGGER: Part(_("Trigger"), STARTER.icon, _("What lets members in.")),
    "entry": Part(_("Entry"), "login-2", _("How often the same member may come in.")),
    "exits": Part(_("Exits"), "door-exit", _("What ends it at once, whatever the member waits for.")),
    "goal": Part(_("Goal"), "target", _("What it is for: counted once for each time a member enters.")),
}


@requires("journeys.edit")
def panel(request: PageRequest) -> HttpResponse:
    """The form of a piece, or, after a change, the piece that the form says with the form anew."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    place, given = request.POST.get("place", ""), _given(request.POST.get("piece", ""))
    is_change = "act" in request.POST
    one = _PLACES.get(place, _STEP)
    piece = one.read(request.POST, given, request.POST.get("act", "")) if is_change else given
    context = {"place": place, "piece": msgspec.json.encode(piece).decode(), **one.context(piece, request.POST)}
    return JsonResponse({"piece": piece, "face": one.face(piece), "html": render_to_string("journeys/parts/panel.html", context, request)})


class _Place(NamedTuple):
    """How a place is read, drawn and shown on the canvas."""

    read: Callable[[Any, Any, str], Any]
    context: Callable[[Any, Any], dict[str, Any]]
    face: Callable[[Any], Any]


def _given(text: str) -> Any:
    try:
        return msgspec.json.decode(text[:200_000])
    except (msgspec.DecodeError, UnicodeError):
        return None


# --- a step ---


def _read_step(sent: Any, given: Any, act: str) -> dict[str, Any]:
    kind = sent.get("kind", "")
    if kind not in steps():
        return given if isinstance(given, dict) else {}
    return fields.acted(fields.read_step(kind, sent), act)


def _step_context(piece: Any, sent: Any) -> dict[str, Any]:
    kind = piece.get("step", "") if isinstance(piece, dict) else ""
    if kind not in steps():
        return {"title": kind, "icon": PLAIN.icon, "colour": PLAIN.colour, "inputs": [], "kind": kind, "is_step": True}
    made = fields.of_step(kind, piece, sent.get("p:what", ""))
    return {
        "kind": kind,
        "title": steps()[kind].TITLE,
        "icon": LOOKS.get(kind, PLAIN).icon,
        "colour": LOOKS.get(kind, PLAIN).colour,
        "inputs": [one for one in made if one.field not in fields.RARE],
        "rare_inputs": [one for one in made if one.field in fields.RARE],
        "is_step": True,
    }


_STEP = _Place(_read_step, _step_context, lambda piece: face(piece).told() if isinstance(piece, dict) else None)


# --- what stands beside the graph ---


def _beside(place: str, inputs: list[Any], **more: Any) -> dict[str, Any]:
    part = PARTS[place]
    return {"title": part.title, "icon": part.icon, "colour": "red", "help": part.help, "inputs": inputs, **more}


def _read_goal(sent: Any, given: Any, act: str) -> Any:
    return {"add": dict(FIRST_GOAL), "remove": None}.get(act) if act in ("add", "remove") else fields.read_goal(sent)


def _goal_context(piece: Any, sent: Any) -> dict[str, Any]:
    return _beside("goal", fields.of_goal(piece) if isinstance(piece, dict) else [], is_optional=True, is_there=isinstance(piece, dict))


def _read_exits(sent: Any, given: Any, act: str) -> Any:
    told = fields.read_exits(sent, MAX_EXITS)
    verb, _dot, rest = act.partition(".")
    if verb == "add" and rest in FIRST_EXITS and len(told) < MAX_EXITS:
        told.append(dict(FIRST_EXITS[rest]))
    elif verb == "remove" and rest.isdigit() and int(rest) < len(told):
        del told[int(rest)]
    return told or None


def _exits_context(piece: Any, sent: Any) -> dict[str, Any]:
    told = [one for one in piece if isinstance(one, dict)] if isinstance(piece, list) else []
    return _beside("exits", [], exits=fields.of_exits(told), has_exits=True, is_full=len(told) >= MAX_EXITS)


def _dict(piece: Any) -> dict[str, Any]:
    return piece if isinstance(piece, dict) else {}


_PLACES: dict[str, _Place] = {
    TRIGGER: _Place(
        lambda sent, given, act: fields.read_trigger(sent),
        lambda piece, sent: _beside(TRIGGER, fields.of_trigger(_dict(piece))),
        lambda piece: trigger_face(piece).told(),
    ),
    "entry": _Place(
        lambda sent, given, act: fields.read_entry(sent),
        lambda piece, sent: _beside("entry", fields.of_entry(_dict(piece))),
        lambda piece: None,
    ),
    "exits": _Place(_read_exits, _exits_context, lambda piece: None),
    "goal": _Place(_read_goal, _goal_context, lambda piece: None),
}
