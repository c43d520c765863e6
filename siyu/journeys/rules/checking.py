"""Whether a definition may be published: every fault at once, each with its step and field."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from siyu.facts import filters
from siyu.facts.names import check_name
from siyu.lib.words import gettext_noop

from .definition import OWN, AudienceExit, Definition, Outline
from .faults import Flaw, Problem
from .graph import circles, reached


@dataclass(frozen=True)
class Known:
    """What there is: kinds of step and trigger (their modules), and what steps may name."""

    steps: Mapping[str, Any]
    triggers: Mapping[str, Any]
    templates: Mapping[str, str] = field(default_factory=dict)  # code → medium
    audiences: Collection[int] = ()
    journeys: Collection[str] = ()  # codes
    rule_fault: Callable[[Any], str] = lambda rule: ""  # why an audience's rule may not stand; nothing when it may
    reward_fault: Callable[[Any], str] = lambda terms: ""


def check(definition: Any, known: Known) -> list[Problem]:
    """Everything that is wrong with a definition; nothing when it may be published."""
    return read(definition, known)[1]


def read(definition: Any, known: Known) -> tuple[Definition | None, list[Problem]]:
    """The definition in the terms of its kinds (None when it is not of that form), and what is wrong with it."""
    try:
        outline = msgspec.convert(definition, Outline)
    except (msgspec.ValidationError, RecursionError) as error:
        return None, [_misformed("", error)]
    problems: list[Problem] = []
    trigger = _terms("", outline.trigger, "kind", "trigger", known.triggers, problems)
    steps = {name: _terms(name, told, "step", "step", known.steps, problems) for name, told in outline.steps.items()}
    if problems or trigger is None:
        return None, problems
    found = Definition(trigger, outline.entry, tuple(outline.exits), outline.goal, outline.first, steps)
    return found, [*_of_the_journey(found, known), *_of_steps(found, known), *_of_the_graph(found, known)]


def _terms(step: str, told: Any, tag: str, where: str, kinds: Mapping[str, Any], problems: list[Problem]) -> Any:
    if not isinstance(told, dict):
        problems.append(Problem(step, "step", "terms.invalid", gettext_noop("a step is a JSON object")))
        return None
    kind = told.get(tag)
    if not isinstance(kind, str) or kind not in kinds:
        words = gettext_noop("choose one of: %(kinds)s")
        problems.append(Problem(step, tag if step else where, f"{where}.unknown", words, kinds=", ".join(kinds)))
        return None
    if step and not re.fullmatch(r"[A-Za-z0-9_-]{1,60}", step):
        problems.append(Problem(step, "step", "step.name", gettext_noop("a step's name has 1 to 60 letters, digits, _ or -")))
    try:
        return msgspec.convert(told, kinds[kind].Terms)
    except (msgspec.ValidationError, RecursionError) as error:
        problems.append(_misformed(step, error, "" if step else where))
        return None


def _misformed(step: str, error: Exception, part: str = "") -> Problem:
    """What msgspec says, with the field that it speaks of, in a part of the definition."""
    said = str(error)
    path = re.search(r" - at `\$\.?([^`]*)`", said)
    named = re.search(r"field `([^`]+)`", said)
    at = path[1] if path else ""
    if named:
        at = f"{at}.{named[1]}".lstrip(".")
    return Problem(step, f"{part}.{at}".strip("."), "terms.invalid", "%(reason)s", reason=said[: path.start()] if path else said)


def _of_the_journey(found: Definition, known: Known) -> Iterator[Problem]:
    yield from _named_facts(found)
    yield from (fault.at("") for fault in known.triggers[_tag(found.trigger)].check(found.trigger, known))
    if found.entry.how == "keyed" and not found.entry.by:
        yield Problem("", "entry.by", "entry.by", gettext_noop("say by which property of the trigger a member enters again"))
    for place, one in enumerate(found.exits):
        if isinstance(one, AudienceExit) and one.audience not in known.audiences:
            words = gettext_noop("there is no audience %(number)s")
            yield Problem("", f"exits.{place}.audience", "audience.unknown", words, number=one.audience)


def _named_facts(found: Definition) -> Iterator[Problem]:
    """Exits and the goal: facts with filters."""
    named = [(f"exits.{place}", one) for place, one in enumerate(found.exits) if not isinstance(one, AudienceExit)]
    if found.goal is not None:
        named.append(("goal", found.goal))  # type: ignore[arg-type]
    for where, terms in named:
        for fault in fact_faults(terms.fact, terms.where):
            yield Problem("", f"{where}.{fault.field}", fault.code, fault.words, **fault.values)


def fact_faults(fact: str, where: Any) -> Iterator[Flaw]:
    """What is wrong with a fact that something waits for."""
    if fact.startswith(OWN):
        yield Flaw("fact", "fact.own", gettext_noop("journeys' own news starts and wakes nobody: use the step that starts another journey"))
    try:
        check_name(fact)
    except ValueError as error:
        yield Flaw("fact", "fact.name", "%(reason)s", reason=str(error))
    try:
        filters.check(where)
    except filters.FilterError as error:
        yield Flaw("where", "filter.invalid", "%(reason)s", reason=str(error))


def _of_steps(found: Definition, known: Known) -> Iterator[Problem]:
    for name, terms in found.steps.items():
        module = known.steps[_tag(terms)]
        yield from (fault.at(name) for fault in module.check(terms, known))
        ways = set(module.ways(terms))
        for way, to in terms.next.items():
            if way not in ways:
                words = gettext_noop("this step has no way %(way)s; it has: %(ways)s")
                yield Problem(name, f"next.{way}", "way.unknown", words, way=way, ways=", ".join(sorted(ways)) or "–")
            elif to not in found.steps:
                yield Problem(name, f"next.{way}", "way.nowhere", gettext_noop("there is no step %(to)s to go to"), to=to)


def _of_the_graph(found: Definition, known: Known) -> Iterator[Problem]:
    if found.first not in found.steps:
        yield Problem("", "first", "first.unknown", gettext_noop("there is no step %(first)s to begin with"), first=found.first)
        return
    for name in sorted(found.steps.keys() - reached(found.first, found.steps)):
        yield Problem(name, "next", "step.unreached", gettext_noop("nobody comes to this step: lead a way to it, or take it out"))
    for name in circles(found.steps, lambda terms: known.steps[_tag(terms)].waits_on(terms)):
        yield Problem(name, "next", "circle.endless", gettext_noop("one comes back here at once, for ever: put a wait into the circle"))


def _tag(terms: Any) -> str:
    return terms.__struct_config__.tag
