"""Reads of the log for its pages: always between two instants, so that only those partitions are touched."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from siyu.lib.sql import statements
from siyu.lib.web.dates import DateRange
from siyu.lib.web.keyset import Position
from siyu.loyalty.queries.naming import called
from siyu.merchant.rules import Scope

_sql = statements("siyu.console", "log")
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which facts: an exact name, a source, handles (None: anyone's; none: nobody's)."""

    name: str = ""
    source: int | None = None
    handles: Sequence[int] | None = None


class LoggedRow(NamedTuple):
    """A fact as the list shows it; personal properties are tokens."""

    occurred_at: datetime
    id: int
    name: str
    properties: dict[str, Any]
    source: str
    badge: str
    depth: int
    public_id: str | None
    nickname: str | None


class OneFact(NamedTuple):
    """A fact whole."""

    occurred_at: datetime
    id: int
    name: str
    properties: dict[str, Any]
    source: str
    badge: str
    depth: int
    public_id: str | None
    nickname: str | None
    received_at: datetime
    business_day: date
    cause_id: int | None
    message: Any
    handle_kind: str | None
    member_id: int | None


class DayCount(NamedTuple):
    day: date
    name: str
    facts: int


def facts(scope: Scope, at: Position, since: datetime, until: datetime, wanted: Wanted) -> list[LoggedRow]:
    """The facts of a span nearest to a position, newest first; the sort key is (occurred_at, id)."""
    instant, number = at.key or ((NEVER, 0) if at.is_backwards else (FOREVER, 0))
    handles = None if wanted.handles is None else list(wanted.handles)
    asked = {"since": since, "until": until, "at": instant, "id": number, "name": wanted.name, "source": wanted.source, "handles": handles}
    rows = _fetch(_sql.facts_before if at.is_backwards else _sql.facts, {**asked, "limit": at.limit, **scope.parameters()})
    return [LoggedRow._make((*row[:3], json.loads(row[3]), *row[4:])) for row in rows]


def one_fact(scope: Scope, at: datetime, number: int) -> OneFact | None:
    """A fact by its instant and number, if the scope holds whose it is."""
    rows = _fetch(_sql.fact, {"at": at, "id": number, **scope.parameters()})
    return OneFact._make((*rows[0][:3], json.loads(rows[0][3]), *rows[0][4:])) if rows else None


def family(fact: OneFact) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """(id, name) of what caused a fact, and of what it caused."""
    rows = _fetch(_sql.family, {"at": fact.occurred_at, "id": fact.id, "cause": fact.cause_id})
    causes = [(number, name) for number, name, _cause in rows if number == fact.cause_id]
    return causes, [(number, name) for number, name, cause in rows if cause == fact.id]


def entries(fact: OneFact) -> list[tuple[str, str, int, str, int | None]]:
    """(unit, kind, amount, rule as the reader calls it, version) of the ledger's entries that a fact caused."""
    if fact.member_id is None:
        return []
    rows = _fetch(_sql.entries, {"member": fact.member_id, "id": fact.id, "at": fact.occurred_at})
    return [(unit, kind, amount, called(code, name), version) for unit, kind, amount, code, name, version in rows]


def order_of(fact: OneFact) -> int | None:
    """The order a fact tells of, if the book holds it."""
    shop, number = fact.properties.get("shop"), fact.properties.get("order_number")
    rows = _fetch(_sql.order, {"shop": str(shop), "number": str(number)}) if shop and number else []
    return rows[0][0] if rows else None


def newest_day() -> date | None:
    """The last business day with facts."""
    return _fetch(_sql.newest_day, {})[0][0]


def days(chosen: DateRange, name: str, source: int | None) -> list[DayCount]:
    """Facts by day and name."""
    return [DayCount(*row) for row in _fetch(_sql.days, {"first": chosen.first, "last": chosen.last, "name": name, "source": source})]


def names(since: date) -> list[str]:
    return [row[0] for row in _fetch(_sql.names, {"since": since})]


def narrowed(chosen: DateRange, counted: Sequence[DayCount]) -> DateRange | None:
    """The days that hold any such fact, with a day's margin (a changed zone moves midnights); None when there is none."""
    if not counted:
        return None
    first, last = counted[0].day - timedelta(1), counted[-1].day + timedelta(1)
    return DateRange(max(first, chosen.first), min(last, chosen.last))


def _fetch(statement: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.cursor.execute(statement, asked, prepare=False)  # planned for these filters and partitions
        return cursor.fetchall()
