"""What lets members in: one file each, listed in `wiring.TRIGGERS`. A trigger hears facts, or rings at instants and says who comes then."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from types import ModuleType
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from siyu.lib.wired import wired

from ..rules import Flaw, Known


class Starts(NamedTuple):
    """A fact that lets its member in, when its properties pass a filter."""

    fact: str
    where: dict[str, Any]


class Who(NamedTuple):
    """Whom an alarm lets in: everybody in an audience, or everybody for whom an audience's rule holds."""

    audience: int | None = None
    rule: dict[str, Any] | None = None


class Trigger(Protocol):
    """What a file of triggers holds."""

    Terms: type  # a frozen msgspec.Struct, tagged `kind`
    TITLE: Any  # in the reader's words

    def hears(self, terms: Any, code: str) -> Sequence[Starts]: ...  # `code` of the journey
    def next_alarm(self, terms: Any, after: datetime, zone: ZoneInfo) -> datetime | None: ...
    def who(self, terms: Any) -> Who: ...
    def check(self, terms: Any, known: Known) -> Sequence[Flaw]: ...
    def words(self, terms: Any) -> str: ...


@lru_cache(maxsize=1)
def triggers() -> dict[str, ModuleType]:
    """Every kind of trigger, by the word that definitions use."""
    return {module.Terms.__struct_config__.tag: module for module in wired("TRIGGERS")}
