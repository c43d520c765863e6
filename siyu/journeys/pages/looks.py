"""How a definition looks on the canvas: the words, sign and ways of each step, of the trigger and of the rules beside it."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from siyu.audiences.queries import names
from siyu.audiences.wording import fact_words
from siyu.lib.refusal import Refusal
from siyu.lib.web.parts import Words
from siyu.touches.queries import templates

from ..rules.definition import Entry, Exit, FactExit, Goal
from ..steps import steps
from ..triggers import triggers
from ..words import same_words

TRIGGER = "@trigger"  # the place of the trigger on the canvas; no step can be called so
Piece = Mapping[str, Any]


class Look(NamedTuple):
    """A kind of step: its sign, its colour, and what a new one says."""

    icon: str
    colour: str
    fresh: dict[str, Any]


LOOKS: dict[str, Look] = {
    "touch": Look("send", "blue", {"template": ""}),
    "staff_task": Look("checklist", "blue", {"template": ""}),
    "webhook": Look("webhook", "blue", {"template": ""}),
    "wait": Look("clock", "orange", {"days": 1}),
    "wait_until": Look("hourglass", "orange", {"fact": "order.paid", "days": 3}),
    "rhythm": Look("heartbeat", "orange", {}),
    "until_time": Look("alarm", "orange", {"at": "10:00"}),
    "until_date": Look("calendar-event", "orange", {"property": "", "days": -1, "at": "10:00"}),
    "branch": Look("arrows-split-2", "purple", {"ways": [{"name": "A", "rule": {"condition": "audience"}}]}),
    "split": Look("percentage", "purple", {"arms": [{"name": "A", "weight": 5_000}, {"name": "B", "weight": 5_000}]}),
    "reward": Look("gift", "green", {"reward": {"kind": "points", "amount": 100}}),
    "tag": Look("tag", "green", {"tag": ""}),
    "trait": Look("id", "green", {"trait": "", "value": ""}),
    "start": Look("route", "teal", {"journey": ""}),
    "end": Look("flag", "secondary", {}),
}
PLAIN = Look("point", "secondary", {})
STARTER = Look("bolt", "red", {})
GROUPS: Sequence[tuple[Words, Sequence[str]]] = (
    (_("Reach"), ("touch", "staff_task", "webhook")),
    (_("Wait"), ("wait", "wait_until", "until_time", "until_date", "rhythm")),
    (_("Part"), ("branch", "split")),
    (_("Give and mark"), ("reward", "tag", "trait")),
    (_("Go on"), ("start", "end")),
)
WAYS: dict[str, Words] = {
    "next": "",
    "refused": _("Held back by the gate"),
    "happened": _("It happened"),
    "timeout": _("Time is up"),
    "missed": _("Past, or no date"),
    "other": _("Everybody else"),
    "held_out": _("Control group"),
    "done": _("Walked to the end"),
}


def palette() -> list[tuple[Words, list[str]]]:
    """The kinds of step there are, in groups; a kind that no group names stands in the last."""
    named = {kind for _title, kinds in GROUPS for kind in kinds}
    groups = [(title, [kind for kind in kinds if kind in steps()]) for title, kinds in GROUPS]
    groups[-1][1].extend(kind for kind in steps() if kind not in named)
    return groups


class Face(NamedTuple):
    """A step or the trigger as the canvas draws it; `ways` are (way, its words)."""

    title: str
    words: str
    icon: str
    colour: str
    ways: list[tuple[str, str]]

    def told(self) -> dict[str, Any]:
        return self._asdict()


def faces(definition: Mapping[str, Any]) -> dict[str, Face]:
    """Of every step, and of the trigger; one that cannot be read yet is drawn too."""
    known = template_names()
    told = definition.get("steps")
    found = {name: face(step, known) for name, step in told.items() if isinstance(step, dict)} if isinstance(told, dict) else {}
    return {TRIGGER: trigger_face(definition.get("trigger")), **found}


def face(piece: Piece, known: Mapping[str, str] | None = None) -> Face:
    """A step as it is drawn."""
    kind = str(piece.get("step", ""))
    look, module = LOOKS.get(kind, PLAIN), steps().get(kind)
    if module is None:
        return Face(kind, "", look.icon, look.colour, [])
    title, words = str(module.TITLE), _words(module, _read(piece, module.Terms), known)
    return Face(title, _beyond(title, words), look.icon, look.colour, [(way, way_words(way)) for way in _ways(module, piece)])


def trigger_face(piece: Any) -> Face:
    """The trigger as it is drawn: from here members come to the first step."""
    module = triggers().get(str(piece.get("kind", ""))) if isinstance(piece, dict) else None
    terms = _read(piece, module.Terms) if module else None
    words = _told(module, terms) if module and terms is not None else gettext("To be filled in")
    return Face(gettext("Trigger"), words, STARTER.icon, STARTER.colour, [("next", "")])


def way_words(way: str) -> str:
    return str(WAYS.get(way, way))


def template_names() -> dict[str, str]:
    """Code → name of the templates."""
    return {one.code: one.name for one in templates()}


def _read(piece: Piece, terms: type) -> Any:
    """The terms of a piece; None when they cannot be read yet."""
    try:
        return msgspec.convert(piece, terms)
    except (msgspec.ValidationError, RecursionError):
        return None


def _words(module: Any, terms: Any, known: Mapping[str, str] | None) -> str:
    if terms is None:
        return gettext("To be filled in")
    if (code := getattr(terms, "template", None)) is not None:
        return (template_names() if known is None else known).get(code, code)
    if terms.__struct_fields__ == ("next",):  # its title says it
        return ""
    return _told(module, terms)


def _told(module: Any, terms: Any) -> str:
    """In the piece's own words; a reward or a filter that is not finished has none."""
    return _said(lambda: module.words(terms))


def _said(words: Callable[[], str]) -> str:
    try:
        return words()
    except (Refusal, LookupError, TypeError, ValueError, RecursionError):
        return gettext("To be filled in")


def _beyond(title: str, words: str) -> str:
    """What the words say beyond the title that stands above them: `wait 2 days` below “Wait” is `2 days`."""
    return words[len(title) :].lstrip(" ：:") or words if words.lower().startswith(title.lower()) else words


def _ways(module: Any, piece: Piece) -> list[str]:
    """The ways out of a step, of one that is not finished too."""
    try:
        found = module.ways(_loose({"hold_out": 0, "ways": [], "arms": [], "any": [], **piece}))
    except (AttributeError, TypeError):
        return list(piece.get("next") or {})
    return list(dict.fromkeys(str(way) for way in found))


def _loose(value: Any) -> Any:
    if isinstance(value, dict):
        return SimpleNamespace(**{str(name): _loose(each) for name, each in value.items()})
    return [_loose(each) for each in value] if isinstance(value, list) else value


# --- what stands beside the graph ---


def parts(definition: Mapping[str, Any]) -> dict[str, str]:
    """The trigger, the entry, the exits and the goal in words."""
    return {
        TRIGGER: trigger_face(definition.get("trigger")).words,
        "entry": entry_words(_read(definition.get("entry") or {}, Entry)),
        "exits": exits_words(definition.get("exits") or []),
        "goal": goal_words(definition.get("goal")),
    }


def entry_words(entry: Entry | None) -> str:
    if entry is None:
        return gettext("To be filled in")
    said = {
        "once": gettext("Once ever"),
        "many": gettext("Every time it happens"),
        "keyed": gettext("Once for each “%(property)s”") % {"property": entry.by or "?"},
    }[entry.how]
    more = [] if entry.at_once or entry.how == "once" else [gettext("not while under way")]
    if entry.again_after_days and entry.how != "once":
        more.append(gettext("at most every %(days)s days") % {"days": entry.again_after_days})
    return gettext(", ").join([said, *more])


def exits_words(exits: Any) -> str:
    if not exits or not isinstance(exits, list):
        return gettext("None")
    try:
        read = msgspec.convert(exits, list[Exit])
    except msgspec.ValidationError:
        return gettext("To be filled in")
    return gettext(" or ").join(_said(partial(_exit_words, one)) for one in read)


def _exit_words(one: Any) -> str:
    if isinstance(one, FactExit):
        return same_words(fact_words(one.fact, one.where), one.same)
    told = gettext("leaving audience “%(name)s”") if one.edge == "left" else gettext("entering audience “%(name)s”")
    return told % {"name": names().get(one.audience, one.audience)}


def goal_words(goal: Any) -> str:
    if not isinstance(goal, dict):
        return gettext("None")
    read = _read(goal, Goal)
    if read is None:
        return gettext("To be filled in")
    told = gettext("%(fact)s within %(days)s days")
    return _said(lambda: told % {"fact": same_words(fact_words(read.fact, read.where), read.same), "days": read.within_days})
