"""What definitions are checked against: the kinds there are, and what the other rooms know."""

from typing import Any

from django.utils.translation import gettext

from siyu.audiences import queries as audiences
from siyu.lib.refusal import Refusal
from siyu.loyalty import rewards
from siyu.touches import queries as touches

from .queries import callable_journeys
from .rules import Definition, Known, Problem, check, kind_of, read
from .rules.definition import ENTERED, LEFT
from .rules.loops import Node
from .steps import steps
from .triggers import triggers


def known() -> Known:
    """What there is now."""
    return Known(
        steps=steps(),
        triggers=triggers(),
        templates={one.code: one.medium for one in touches.templates()},
        audiences=audiences.names().keys(),
        journeys=callable_journeys().keys(),
        rule_fault=_rule_fault,
        reward_fault=_reward_fault,
    )


def problems(definition: Any) -> list[Problem]:
    """Everything that is wrong with a definition."""
    return check(definition, known())


def stored(definition: Any) -> Definition:
    """A published definition in the terms of its kinds. What it names may be gone by now: walking tells."""
    found, faults = read(definition, Known(steps(), triggers()))
    if found is None:
        raise ValueError(f"a published definition cannot be read: {faults[:1]}")
    return found


def node(code: str, definition: Definition) -> Node:
    """A journey as others see it that may start it, or that it may start."""
    starts = triggers()[kind_of(definition.trigger)].hears(definition.trigger, code)
    made = steps()
    causes = [
        cause for terms in definition.steps.values() if (told := getattr(made[kind_of(terms)], "causes", None)) for cause in told(terms)
    ]
    own = [(name, {"journey": code}) for name in (ENTERED, LEFT)]
    return Node(definition.entry, [(start.fact, start.where) for start in starts], [*causes, *own])


def _rule_fault(rule: Any) -> str:
    fault = audiences.rule_fault(rule)
    return fault.told(gettext) if fault is not None else ""


def _reward_fault(terms: Any) -> str:
    try:
        rewards.check(terms)
    except Refusal as refusal:
        return refusal.told(gettext)
    return ""
