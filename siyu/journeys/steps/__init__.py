"""The kinds of step: one file each, listed in `wiring.STEPS`. What a file holds stands in `docs/add-a-journey-step.md`."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from types import ModuleType
from typing import Any, NamedTuple, Protocol

from siyu.lib.wired import wired

from ..rules import Answer, Flaw, Known, Walker, World


class Hears(NamedTuple):
    """A fact that ends a wait: by its name and a filter of its properties, and the way that is then gone (none: the step is taken again).

    `same`: only one in which this property is as in what let the member in.
    """

    fact: str
    where: dict[str, Any]
    way: str
    same: str = ""


class Step(Protocol):
    """What a file of steps holds. `ACTS`: it changes the world, and so may fail for a member."""

    Terms: type  # a frozen `StepTerms`, tagged `step`
    TITLE: Any  # in the reader's words
    ACTS: bool

    def ways(self, terms: Any) -> Sequence[str]: ...
    def waits_on(self, terms: Any) -> Collection[str]: ...  # the ways that never are gone at the instant of arriving
    def hears(self, terms: Any) -> Sequence[Hears]: ...
    def check(self, terms: Any, known: Known) -> Sequence[Flaw]: ...
    def words(self, terms: Any) -> str: ...
    # a file whose step brings facts about says which: `causes(terms) -> Sequence[rules.loops.Cause]`
    def walk(self, terms: Any, walkers: Sequence[Walker], world: World) -> Sequence[Answer]: ...


@lru_cache(maxsize=1)
def steps() -> dict[str, ModuleType]:
    """Every kind of step, by the word that definitions use."""
    return {module.Terms.__struct_config__.tag: module for module in wired("STEPS")}
