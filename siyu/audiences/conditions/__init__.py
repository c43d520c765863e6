"""The kinds of condition: one file each, listed in `wiring.CONDITIONS`. What a file holds stands in `docs/add-a-condition.md`."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from siyu.lib.wired import wired

from ..asking import Asking, Counted, Sql
from ..rules import Window

EVERY_FACT = "*"  # a topic: any fact of the member


@dataclass(frozen=True, slots=True)
class Because:
    """Why a condition holds or not: what it read (`shown`, SQL), how that is told, and which facts stand behind it: the newest of those
    in a window (of all, when there are none in it), or the oldest."""

    shown: Sequence[Sql]
    tell: Callable[..., str]
    counted: Sequence[Counted] = ()
    window: Window = field(default_factory=Window)
    is_oldest: bool = False


class Condition(Protocol):
    """What a file of conditions holds."""

    Terms: type  # a frozen msgspec.Struct, tagged `condition`
    TITLE: Any  # in the reader's words

    def sql(self, terms: Any, ask: Asking) -> Sql: ...
    def next_due(self, terms: Any, ask: Asking) -> Sql | None: ...
    def dirty_on(self, terms: Any) -> Collection[str | Counted]: ...
    def words(self, terms: Any) -> str: ...
    def why(self, terms: Any, ask: Asking) -> Because: ...


@lru_cache(maxsize=1)
def conditions() -> dict[str, Any]:
    """Every kind of condition, by the word that rules use."""
    return {module.Terms.__struct_config__.tag: module for module in wired("CONDITIONS")}


@lru_cache(maxsize=1)
def kinds() -> dict[str, type]:
    """The terms of every kind."""
    return {kind: module.Terms for kind, module in conditions().items()}


def counted_of(kind: str, terms: Any) -> tuple[list[Counted], list[Counted]]:
    """What must be counted, and what must be remembered by its instants, before a condition can be judged."""
    module = conditions()[kind]
    return list(getattr(module, "counters", _none)(terms)), list(getattr(module, "watches", _none)(terms))


def flaw_of(kind: str, terms: Any) -> str:
    """Why no rule should say this, though it has the form: it could never hold. Empty when there is nothing against it."""
    return str(getattr(conditions()[kind], "flaw", _flawless)(terms))


def _flawless(terms: Any) -> str:
    return ""


def _none(terms: Any) -> Sequence[Counted]:
    return ()
