"""How often, first and last: the columns that conditions about facts share, by counters (days) or watches (instants)."""

from dataclasses import dataclass
from typing import Any

import msgspec

from siyu.facts import filters
from siyu.facts.filters import Where
from siyu.facts.names import FactName, check_name

from .asking import COUNTED, MOMENTS, Asking, Counted, Source, Sql, lasting
from .rules import Window

OWN = ("audience.", "journey.")  # news that is told after everything was counted


class FactTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What conditions about facts have in common: the fact's name and a filter of its properties."""

    fact: FactName
    where: Where = {}

    def __post_init__(self) -> None:
        check_fact(self.fact, self.where)

    @property
    def counted(self) -> Counted:
        return Counted(self.fact, self.where)


def check_fact(name: str, where: dict[str, Any]) -> None:
    """Raise `ValueError` for what cannot be counted."""
    if name.startswith(OWN):
        raise ValueError("what audiences and journeys tell is not counted: name the audience instead")
    check_name(name)
    filters.check(where)


@dataclass(frozen=True, slots=True)
class Rows:
    """Counted facts as rows: `day` and `instant` of a row, `times` it stands for, and which rows are meant."""

    source: Source
    number: int
    these: Sql
    times: Sql
    day: Sql = "d.business_day"
    instant: Sql = "d.occurred_at"


def rows(ask: Asking, counted: Counted, *, by_instant: bool) -> Rows:
    """Where the facts are: watches when instants matter, else counters."""
    if by_instant:
        number = ask.watch(counted)
        return Rows(MOMENTS, number, f"d.watch_id = {number}", "1")
    number = ask.counter(counted)
    return Rows(COUNTED, number, f"d.counter_id = {number}", "d.times")


def times(ask: Asking, counted: Counted, window: Window) -> Sql:
    """How often, in a window."""
    r = rows(ask, counted, by_instant=window.span is not None)
    inside = ask.within(window, r.day, r.instant)
    return f"coalesce({ask.column(r.source, f'sum({r.times}) FILTER (WHERE {r.these} AND {inside})', r.number, _back(window))}, 0)"


def latest(ask: Asking, counted: Counted, window: Window) -> Sql:
    """The last business day of it in a window, or null (for windows with a span: the instant)."""
    return _extreme("max", ask, counted, window)


def earliest(ask: Asking, counted: Counted, window: Window) -> Sql:
    return _extreme("min", ask, counted, window)


def _extreme(which: str, ask: Asking, counted: Counted, window: Window) -> Sql:
    r = rows(ask, counted, by_instant=window.span is not None)
    inside = ask.within(window, r.day, r.instant)
    place = r.instant if window.span is not None else r.day
    return ask.column(r.source, f"{which}({place}) FILTER (WHERE {r.these} AND {inside})", r.number, _back(window))


def _back(window: Window) -> int | None:
    """How many days back the facts lie that a window can hold; of a span a day more, for days that turn and zones that change."""
    return window.span.days + 2 if window.span is not None else window.furthest


def leaving(ask: Asking, counted: Counted, window: Window, *, the_last: bool) -> Sql | None:
    """When, by time alone, the first (or the last) of the facts in a window leaves it; None for windows that do not move."""
    if window.span is None and window.furthest is None:
        return None
    place = (latest if the_last else earliest)(ask, counted, window)
    if window.span is not None:
        return f"({place} + {lasting(window.span)})"
    return ask.midnight(f"({place} + {window.furthest + 1})")  # type: ignore[operator]


def entering(ask: Asking, counted: Counted, window: Window) -> Sql | None:
    """When, by time alone, the next fact enters a window that ends so many days ago."""
    if window.nearest is None:
        return None
    r = rows(ask, counted, by_instant=False)
    later = f"min({r.day}) FILTER (WHERE {r.these} AND {r.day} > {ask.today} - {window.nearest})"
    return ask.midnight(f"({ask.column(r.source, later, r.number, window.nearest)} + {window.nearest})")
