"""How a condition asks the database: it names columns of sources; the compiler fetches each source once for all conditions.

This and `compiling` are the only places of the room that compose SQL.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from psycopg import sql

from siyu.facts import filters

from .rules import Window

HORIZON = 400  # midnights ahead that a statement knows; what lies further is looked at again then
MOMENT = "moment AS MATERIALIZED (SELECT %(midnights)s::timestamptz[] AS midnights)"  # read once, whoever asks for one of them
Sql = str


@dataclass(frozen=True, slots=True)
class Source:
    """Where conditions find what they judge: `relation` is what stands behind FROM, `member` the member's number in it; of what belongs
    to handles, `handle` is the handle's number in it.

    `is_row`: one row a member at most, whose columns are read as they are; otherwise columns are aggregates. Of a source with
    `only`, no other rows are read than those whose `only` some condition names; of one with `day`, none of days that are too long ago
    for all of them.
    """

    name: str
    relation: Sql
    member: Sql = ""
    handle: Sql = ""
    is_row: bool = False
    only: Sql = ""
    day: Sql = ""


LIFE = Source("life", "members_lifecycle l", "l.member_id", is_row=True)
SEEN = Source("seen", "members_rollup r", "r.member_id", is_row=True)
SUMS = Source("sums", "orders_statistics o", "o.member_id", is_row=True)
HANDLES = Source("handles", "members_identity i", "i.member_id")
TRAITS = Source("traits", "members_trait r", handle="r.identity_id", only="r.name")
TAGS = Source("tags", "members_tagging g JOIN members_tag n ON n.id = g.tag_id", "g.member_id", only="n.name")
CONSENTS = Source("consents", "members_consent c", handle="c.identity_id", only="c.purpose")
DATES = Source(  # a date counts as long as the trait it was read from is the handle's own newest
    "dates",
    "members_trait r LEFT JOIN audiences_traitdate a ON (a.identity_id, a.name, a.message) = (r.identity_id, r.name, r.message)",
    handle="r.identity_id",
    only="r.name",
)
LISTED = Source("listed", "audiences_listed e", handle="e.identity_id", only="e.list_id")
LINES = Source("lines", "orders_order o JOIN orders_line e ON e.order_id = o.id AND o.paid_at IS NOT NULL", handle="o.identity_id")
COUNTED = Source("counted", "{counted} d", handle="d.identity_id", only="d.counter_id", day="d.business_day")
MOMENTS = Source("moments", "{moments} d", handle="d.identity_id", only="d.watch_id", day="d.business_day")


@dataclass(frozen=True, slots=True)
class Counted:
    """Facts of one name that pass a property filter: what counters count and watches remember."""

    name: str
    where: dict[str, Any]

    @property
    def key(self) -> str:
        return f"{self.name} {filters.canonical(self.where)}"


@dataclass(slots=True)
class Known:
    """What the database holds for rules at this moment: numbers of counters and watches by key, borders of RFM."""

    counters: Mapping[str, int] = field(default_factory=dict)
    watches: Mapping[str, int] = field(default_factory=dict)
    borders: Any = None  # audiences.rfm.Borders


def literal(value: Any) -> Sql:
    """A value of a rule as SQL; a percent sign is doubled, for it would mean a parameter."""
    if isinstance(value, list | tuple) and not value:
        return "'{}'"
    return sql.Literal(list(value) if isinstance(value, tuple) else value).as_string(None).replace("%", "%%")


def texts(values: Iterable[str]) -> Sql:
    """A list of texts as SQL."""
    return literal(list(values)) + "::text[]"


def lasting(span: timedelta) -> Sql:
    """A length of time as SQL."""
    return f"interval '{int(span.total_seconds())} seconds'"


def least(dues: Iterable[Sql | None]) -> Sql | None:
    """The earliest of several instants, nulls left out."""
    known = list(dict.fromkeys(due for due in dues if due))
    return None if not known else known[0] if len(known) == 1 else f"least({', '.join(known)})"


class Asking:
    """What the conditions of one statement ask for. Its methods give SQL that a condition puts into its answer.

    `live`: facts that nothing counts yet are counted from the log at once (for previews of a few members).
    """

    today: Sql = "%(today)s::date"
    now: Sql = "%(now)s::timestamptz"
    member: Sql = "t.member_id"

    def __init__(self, known: Known, *, live: bool = False) -> None:
        self.known, self.live = known, live
        self.columns: dict[str, dict[Sql, str]] = {}  # source → expression → name
        self.sources: dict[str, Source] = {}
        self.only: dict[str, set[Any]] = {}
        self.back: dict[str, dict[Any, int | None]] = {}  # source → `only` → days back that are read; None: all
        self.unknown_counters: dict[str, tuple[int, Counted]] = {}
        self.unknown_watches: dict[str, tuple[int, Counted]] = {}

    def column(self, source: Source, expression: Sql, only: Any = None, back: int | None = None) -> Sql:
        """A column of a source (an aggregate, unless it `is_row`); `only` names the rows it needs, `back` how many days of them."""
        self.sources.setdefault(source.name, source)
        named = self.columns.setdefault(source.name, {})
        if only is not None:
            self.only.setdefault(source.name, set()).add(only)
            read = self.back.setdefault(source.name, {})
            known = read.get(only, 0)
            read[only] = None if back is None or known is None else max(back, known)
        name = named.setdefault(expression, f"c{len(named)}")
        return f"{source.name}.{name}"

    def counter(self, counted: Counted) -> int:
        """The number of a counter; of one that is not defined yet, a number below zero (only when `live`)."""
        return self._number(counted, self.known.counters, self.unknown_counters)

    def watch(self, counted: Counted) -> int:
        """The number of a watch, likewise."""
        return self._number(counted, self.known.watches, self.unknown_watches)

    def _number(self, counted: Counted, known: Mapping[str, int], unknown: dict[str, tuple[int, Counted]]) -> int:
        if (number := known.get(counted.key)) is not None:
            return number
        if not self.live:
            raise LookupError(f"nothing counts {counted.key}")
        return unknown.setdefault(counted.key, (-1 - len(unknown), counted))[0]

    def midnight(self, day: Sql) -> Sql:
        """The instant at which a business day after today begins; null for null. Far days are cut at the horizon, which is early enough."""
        ahead = f"({day} - {self.today})"  # `least` would take the horizon for null
        return f"(SELECT midnights FROM moment)[CASE WHEN {ahead} > {HORIZON} THEN {HORIZON} ELSE {ahead} END]"

    # --- windows ---

    def within(self, window: Window, day: Sql, instant: Sql) -> Sql:
        """Whether a business day (for windows with a span: an instant) lies in a window."""
        tests = []
        if window.span is not None:
            tests.append(f"{instant} > {self.now} - {lasting(window.span)}")
        if window.furthest is not None:
            tests.append(f"{day} >= {self.today} - {window.furthest}")
        if window.nearest is not None:
            tests.append(f"{day} <= {self.today} - {window.nearest}")
        if window.from_day is not None:
            tests.append(f"{day} >= {literal(window.from_day)}")
        if window.to_day is not None:
            tests.append(f"{day} <= {literal(window.to_day)}")
        return f"({' AND '.join(tests)})" if tests else "TRUE"

    def turns(self, window: Window, day: Sql, instant: Sql) -> Sql | None:
        """When a single day (or instant) next enters or leaves a window by time alone; null when it never does."""
        if window.span is not None:
            leaves = f"{instant} + {lasting(window.span)}"
            return f"CASE WHEN {leaves} > {self.now} THEN {leaves} END"
        cases = []
        if window.nearest is not None:
            cases.append(f"WHEN {day} > {self.today} - {window.nearest} THEN {self.midnight(f'({day} + {window.nearest})')}")
        if window.furthest is not None:
            cases.append(f"WHEN {day} >= {self.today} - {window.furthest} THEN {self.midnight(f'({day} + {window.furthest + 1})')}")
        return f"CASE {' '.join(cases)} END" if cases else None


def spelled(rule: Any) -> str:
    """A rule as one text that is the same for equal rules."""
    return json.dumps(rule, ensure_ascii=False, sort_keys=True)
