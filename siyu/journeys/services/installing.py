"""A recipe becomes a journey: its templates and audiences, as far as they are missing, and a draft. Nothing runs until it is published."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from siyu.audiences import queries as audiences
from siyu.audiences import services as audience_services
from siyu.lib.refusal import Refusal
from siyu.merchant.rules import WHOLE, Actor
from siyu.merchant.services import audit
from siyu.touches import queries as touches
from siyu.touches.services import publish_template

from ..recipes import Crowd, Wording, recipes
from .writing import create

MAX_TEMPLATE_CODE = 40


def install(by: Actor, recipe: str, code: str, values: Mapping[str, Any] | None = None, *, name: str = "", now: datetime) -> int:
    """Write a recipe as the draft of a new journey `code`; returns its number. `values` answer what the recipe asks.

    Refusals: `recipe.unknown`, `recipe.values`, and those of `create`, `publish_template`, `audiences.create`.
    """
    module = recipes().get(recipe)
    if module is None:
        raise Refusal("recipe.unknown", "there is no recipe %(name)s", name=recipe[:60])
    told = answered(module.Values, values or {})
    with transaction.atomic():
        codes = {wording.word: _template(by, code, wording, now) for wording in module.templates(told)}
        numbers = {crowd.word: _audience(by, code, crowd, now) for crowd in module.audiences(told)}
        definition = resolved(module.definition(told), codes, numbers)
        made = create(by, code, name or str(module.TITLE), definition, now=now)
        audit(by, "recipe.installed", f"journey:{code}", {"recipe": recipe, "values": msgspec.to_builtins(told)}, at=now)
    return made


def answered(asked: type, values: Mapping[str, Any]) -> Any:
    """What was answered, in the form that a recipe asks for. Refusal: `recipe.values`."""
    try:
        return msgspec.convert(dict(values), asked, strict=False)
    except (msgspec.ValidationError, ValueError) as error:
        raise Refusal("recipe.values", "what this recipe asks is not answered: %(reason)s", reason=error) from error


def resolved(part: Any, codes: Mapping[str, str], numbers: Mapping[str, int]) -> Any:
    """The same with codes of templates and numbers of audiences in the place of a recipe's own words."""
    if isinstance(part, list):
        return [resolved(each, codes, numbers) for each in part]
    if not isinstance(part, dict):
        return part
    made = {key: resolved(value, codes, numbers) for key, value in part.items()}
    if isinstance(word := part.get("template"), str):
        made["template"] = codes[word]
    if isinstance(word := part.get("audience"), str):
        made["audience"] = numbers[word]
    return made


def _template(by: Actor, journey: str, wording: Wording, now: datetime) -> str:
    """Its code: the journey's with the recipe's word. One that is there already is kept as it is."""
    code = f"{journey[: MAX_TEMPLATE_CODE - len(wording.word) - 1]}-{wording.word}"
    if any(known.code == code and known.medium == wording.medium for known in touches.templates()):
        return code
    variant = {"subject": wording.subject, "text": wording.text}
    publish_template(by, code, wording.name, wording.medium, wording.purpose, {"zh-hans": variant}, now=now)
    return code


def _audience(by: Actor, journey: str, crowd: Crowd, now: datetime) -> int:
    """Its number. One of the same name and rule is shared; where the name is taken by another rule, the journey's code is added."""
    taken = {known.name: known.id for known in audiences.audiences(WHOLE)}
    if crowd.name not in taken:
        return audience_services.create(by, crowd.name, crowd.rule, now=now)
    if audiences.rule_of(taken[crowd.name]) == crowd.rule:
        return taken[crowd.name]
    name = f"{crowd.name} · {journey}"
    return taken[name] if name in taken else audience_services.create(by, name, crowd.rule, now=now)
