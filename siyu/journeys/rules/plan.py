"""A published version, ready to be walked: what lets in, what wakes, what ends, each by the name of a fact."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from siyu.facts import filters

from .definition import AudienceExit, Definition, Entry, kind_of
from .values import is_same

Predicate = Callable[[dict[str, Any]], bool]


class Meant(NamedTuple):
    """Which facts of a name mean something to who is under way: those that pass and, with `same`, are of what let them in."""

    passes: Predicate
    same: str = ""

    def is_for(self, told: dict[str, Any], entry: Mapping[str, Any]) -> bool:
        return self.passes(told) and (not self.same or is_same(self.same, told, entry))


class Wake(NamedTuple):
    """A fact that wakes whoever waits at a step, who then leaves it by `way`, or takes it again."""

    meant: Meant
    way: str


class Goal(NamedTuple):
    fact: str
    meant: Meant
    within: timedelta
    ends: bool


@dataclass(slots=True)
class Plan:
    """A version of a journey. `lets_in`: it is the one in force and its journey runs; `moves`: its journey is not paused."""

    version_id: int
    journey_id: int
    number: int
    code: str
    name: str
    first: str
    entry: Entry
    steps: Mapping[str, Any]  # step → terms
    modules: Mapping[str, Any]  # step → what its kind can do
    lets_in: bool = True
    moves: bool = True
    starts: dict[str, list[Predicate]] = field(default_factory=dict)
    exits: dict[str, list[Meant]] = field(default_factory=dict)
    wakes: dict[str, dict[str, list[Wake]]] = field(default_factory=dict)  # step → fact → ways
    goal: Goal | None = None
    shut: list[AudienceExit] = field(default_factory=list)  # whoever stands on that side of an audience does not enter

    def watched(self) -> Iterable[tuple[str, Predicate]]:
        """Facts that mean something to whoever is under way."""
        for fact, tests in self.exits.items():
            yield from ((fact, test.passes) for test in tests)
        for facts in self.wakes.values():
            yield from ((fact, wake.meant.passes) for fact, wakes in facts.items() for wake in wakes)
        if self.goal is not None:
            yield self.goal.fact, self.goal.meant.passes


def planned(
    definition: Definition,
    *,
    version_id: int,
    journey_id: int,
    number: int,
    code: str,
    name: str,
    steps: Mapping[str, Any],
    triggers: Mapping[str, Any],
) -> Plan:
    """The plan of a definition; `steps` and `triggers` are the modules of their kinds."""
    made = Plan(
        version_id=version_id,
        journey_id=journey_id,
        number=number,
        code=code,
        name=name,
        first=definition.first,
        entry=definition.entry,
        steps=definition.steps,
        modules={name: steps[kind_of(terms)] for name, terms in definition.steps.items()},
    )
    for start in triggers[kind_of(definition.trigger)].hears(definition.trigger, code):
        made.starts.setdefault(start.fact, []).append(filters.compile(start.where))
    for one in definition.exits:
        if isinstance(one, AudienceExit):
            made.shut.append(one)
            passes = filters.compile({"property": "audience", "op": "eq", "value": one.audience})
            made.exits.setdefault(f"audience.{one.edge}", []).append(Meant(passes))
        else:
            made.exits.setdefault(one.fact, []).append(Meant(filters.compile(one.where), one.same))
    for step, terms in definition.steps.items():
        for heard in made.modules[step].hears(terms):
            meant = Meant(filters.compile(heard.where), heard.same)
            made.wakes.setdefault(step, {}).setdefault(heard.fact, []).append(Wake(meant, heard.way))
    if (goal := definition.goal) is not None:
        made.goal = Goal(goal.fact, Meant(filters.compile(goal.where), goal.same), timedelta(days=goal.within_days), goal.ends)
    return made


def tests_of(plans: Sequence[Plan]) -> dict[str, list[Predicate]]:
    """Fact → tests of what means something to whoever walks by one of these plans."""
    found: dict[str, list[Predicate]] = {}
    for plan in plans:
        for fact, passes in plan.watched():
            found.setdefault(fact, []).append(passes)
    return found
