"""Recipes: journeys of the trade, ready to switch on. One file each, listed in `wiring.RECIPES`; installing writes a draft."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Annotated, Any, NamedTuple, Protocol

import msgspec
from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from msgspec import Meta

STEP_HEIGHT, STEP_WIDTH = 110.0, 240.0  # of the canvas, in its own units

Points = Annotated[int, Meta(ge=0, le=100_000, title="points to give")]
Days = Annotated[int, Meta(ge=1, le=365, title="days")]
Medium = Annotated[str, Meta(pattern="^(inbox|sms|email)$", title="by", extra_json_schema={"input": "medium"})]
Hour = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", title="at", extra_json_schema={"input": "time"})]
HoldOut = Annotated[int, Meta(ge=0, le=5_000, title="held out, of 10,000")]
STOP = "拒收请回复R"


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one is asked when installing: every field has a default."""


class Wording(NamedTuple):
    """A template as a recipe writes it; `word` is how its definition names it."""

    word: str
    name: str
    medium: str
    text: str
    subject: str = ""
    purpose: str = "marketing"


class Crowd(NamedTuple):
    """An audience as a recipe makes it; `word` is how its definition names it."""

    word: str
    name: str
    rule: dict[str, Any]


class Recipe(Protocol):
    """What a file of recipes holds. Definitions name templates and audiences by their words; installing puts codes and numbers there."""

    TITLE: Any  # in the reader's words
    WORDS: Any  # what it does, for whom, and which caps it keeps
    Values: type[Asked]

    def templates(self, values: Any) -> Sequence[Wording]: ...
    def audiences(self, values: Any) -> Sequence[Crowd]: ...
    def definition(self, values: Any) -> dict[str, Any]: ...


@lru_cache(maxsize=1)
def recipes() -> dict[str, Any]:
    """Every recipe by the name of its file."""
    return {path.rpartition(".")[2]: import_module(path) for path in import_string(f"{settings.WIRING}.RECIPES")}


def message(word: str, name: str, medium: str, subject: str, text: str, purpose: str = "marketing") -> Wording:
    """A message by a medium that is asked for; an advertising SMS ends as the law wants it, and has no subject."""
    if medium == "sms":
        return Wording(word, name, medium, f"{text} {STOP}" if purpose == "marketing" else text, "", purpose)
    return Wording(word, name, medium, text, subject, purpose)


def task(word: str, name: str, text: str, purpose: str = "marketing") -> Wording:
    """What the member's own assistant is to do."""
    return Wording(word, name, "task", text, name, purpose)


def drawn(trigger: Mapping[str, Any], steps: Mapping[str, Mapping[str, Any]], **more: Any) -> dict[str, Any]:
    """A definition of steps that follow each other: each leads on by `next` to the step behind it, unless it says where it leads."""
    names = list(steps)
    made = {}
    for place, (name, step) in enumerate(steps.items()):
        leads_on = place + 1 < len(names) and "next" not in step and step["step"] != "end"
        made[name] = {**step, "next": {"next": names[place + 1]}} if leads_on else dict(step)
    return {"trigger": dict(trigger), **more, "first": names[0], "steps": made, "places": places(names[0], made)}


def told_twice(crowd: str, days: int, last_days: int, *, again_after_days: int, **more: Any) -> dict[str, Any]:
    """Whoever comes into an audience, so many days before something ends, hears of it by `soon`, and by `last` shortly before; whoever
    leaves the audience hears no more."""
    steps: dict[str, dict[str, Any]] = {
        "soon": {"step": "touch", "template": "soon"},
        "wait": {"step": "wait", "days": max(days - last_days, 1)},
        "last": {"step": "touch", "template": "last", "priority": 5},
        "end": {"step": "end"},
    }
    inside = {"kind": "audience", "audience": crowd}
    entry = {"how": "many", "again_after_days": again_after_days, "at_once": False}
    return drawn(inside, steps, entry=entry, exits=[inside], **more)


def places(first: str, steps: Mapping[str, Any]) -> dict[str, list[float]]:
    """Where the canvas draws steps: each below those that lead to it, side by side with those as far from the first."""
    rows, row, seen = [], [first], {first}
    while row:
        rows.append(row)
        following = [to for name in row for to in steps[name].get("next", {}).values()]
        row = [to for to in dict.fromkeys(following) if to not in seen]
        seen.update(row)
    found = {}
    for depth, names in enumerate(rows):
        for place, name in enumerate(names):
            found[name] = [120.0 + STEP_WIDTH * place, 80.0 + STEP_HEIGHT * depth]
    return found


def held_out(share: int, to: str) -> dict[str, Any]:
    """A split that leaves so many of 10,000 out, to see what the journey brings."""
    arm = gettext("With messages")  # as whoever installs it reads
    arms = {"arms": [{"name": arm, "weight": 10_000 - share}], "hold_out": share}
    return {"step": "split", **arms, "next": {arm: to, **({"held_out": to} if share else {})}}


def rewarded(points: int, step: str, following: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Steps with a gift of points before them, if there is one to give."""
    return {step: {"step": "reward", "reward": {"kind": "points", "amount": points}}, **following} if points else following
