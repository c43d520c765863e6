"""What is wrong with a definition, where it is shown and in words that say what to do."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext

from siyu.lib.web.terms import said

from ..rules import Problem
from .looks import TRIGGER, Face

PARTS = ("entry", "exits", "goal")


def told(problems: Sequence[Problem], faces: Mapping[str, Face]) -> list[dict[str, str]]:
    """Each problem with the place where it is shown: a step, the trigger, `entry`, `exits` or `goal`."""
    return [_told(one, faces) for one in problems]


def _told(one: Problem, faces: Mapping[str, Face]) -> dict[str, str]:
    field = re.sub(r"\[(\d+)\]", r".\1", one.field)  # ways[0].name → ways.0.name
    place = one.step or _place(field)
    field = field.removeprefix("trigger.") if place == TRIGGER else field
    field = field.removeprefix(f"{place}.") if place in ("entry", "goal") else field
    return {"place": place, "field": field, "code": one.code, "message": message(one), "where": _where(place, faces)}


def _place(field: str) -> str:
    head = field.partition(".")[0]
    return head if head in PARTS else TRIGGER


def _where(place: str, faces: Mapping[str, Face]) -> str:
    titles = {"entry": gettext("Entry"), "exits": gettext("Exits"), "goal": gettext("Goal")}
    return titles.get(place) or (faces[place].title if place in faces else place)


def message(one: Problem) -> str:
    """A problem in the reader's language."""
    told = one.told(gettext)
    return said(told) if one.code == "terms.invalid" else told


def refusal(code: str, words: str, **more: Any) -> dict[str, Any]:
    """What a script is told of a refusal."""
    return {"code": code, "message": words, **more}
