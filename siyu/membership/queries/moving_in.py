"""The reconciliation sheet of a file of moving in: what the file says, what was brought in by it, and what was there before."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db import connection

from siyu.facts.imports.queries import MAX_PAGE, ImportView, RejectView, import_of, newest_envelope, rejects, waiting
from siyu.lib.sql import statements
from siyu.loyalty.queries.units import unit_versions

_sql = statements("siyu.membership", "queries_moving_in")
MAX_REJECTS = 20_000  # rejected rows that are added up; a file with more of them is to be repaired first
MAX_DIGITS = 18


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit. `in_file` is all that the file says; the ledger's own entries are `brought`; nothing may be left over."""

    unit: str
    rows: int
    in_file: int
    rejected: int
    before: int
    brought: int

    @property
    def name(self) -> str:
        return unit_name(self.unit)

    @property
    def difference(self) -> int:
        return self.in_file - self.rejected - self.before - self.brought


@dataclass(frozen=True, slots=True)
class NameLine:
    """A tier or badge as the file names it, in members; `is_known`: whether one is called so here."""

    name: str
    in_file: int
    brought: int
    before: int
    is_known: bool

    @property
    def left_out(self) -> int:
        return self.in_file - self.brought - self.before


@dataclass(frozen=True, slots=True)
class RejectLine:
    """A reason for which rows were rejected, and what they said of a unit; `unread` amounts are no numbers."""

    code: str
    unit: str
    rows: int
    amount: int
    unread: int

    @property
    def name(self) -> str:
        return unit_name(self.unit)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file of moving in, reconciled. `waiting`: messages that the pump has yet to handle, so that figures still grow."""

    job: ImportView
    units: list[UnitLine]
    people: int
    new: int
    rejects: list[RejectLine]
    tiers: list[NameLine]
    badges: list[NameLine]
    waiting: int

    @property
    def found(self) -> int:
        return self.people - self.new

    @property
    def is_even(self) -> bool:
        return all(line.difference == 0 for line in self.units)


def sheet(number: int) -> Sheet | None:
    """The sheet of an import; None when there is none, or when it is of another kind."""
    job = import_of(number) if number < 2**62 else None
    if job is None or job.kind != "moving_in":
        return None
    asked = {"at": job.started_at, "source": job.source}
    rejected = _rejected(job)
    lines = {unit: (rows, told, brought, before) for unit, rows, told, brought, before in _rows(_sql.units, asked | _first_key(job))}
    people, new = _rows(_sql.people, asked)[0]
    return Sheet(
        job,
        [_unit(unit, lines.get(unit, (0, 0, 0, 0)), rejected) for unit in sorted({*lines, *(one.unit for one in rejected if one.amount)})],
        people,
        new,
        rejected,
        [NameLine(*row) for row in _rows(_sql.tiers, asked)],
        [NameLine(*row) for row in _rows(_sql.badges, asked)],
        waiting(newest_envelope()),
    )


def unit_name(unit: str) -> str:
    """What a unit is called in its newest version; an unknown one as the file says."""
    return next((one.shown for one in unit_versions(unit)), unit)


def _unit(unit: str, line: tuple[int, int, int, int], rejected: list[RejectLine]) -> UnitLine:
    rows, told, brought, before = line
    refused = sum(one.amount for one in rejected if one.unit == unit)
    more = sum(one.rows for one in rejected if one.unit == unit)
    return UnitLine(unit, rows + more, told + refused, refused, before, brought)


def _rejected(job: ImportView) -> list[RejectLine]:
    """Rejected rows by reason and unit. One row may be refused for several reasons: it counts under the first."""
    mapping = job.reading.get("mapping", {})
    rows: Counter[tuple[str, str]] = Counter()
    amounts: Counter[tuple[str, str]] = Counter()
    unread: Counter[tuple[str, str]] = Counter()
    last = None
    for one in _every_reject(job.id):
        if one.row == last:
            continue
        last = one.row
        cells = _cells(one.line)
        key = (one.code, str(cells.get(mapping.get("unit", ""), "") or "points").strip())
        rows[key] += 1
        amount = _amount(cells.get(mapping.get("points", ""), ""))
        amounts[key] += amount or 0
        unread[key] += amount is None
    return [RejectLine(code, unit, count, amounts[code, unit], unread[code, unit]) for (code, unit), count in rows.most_common()]


def _every_reject(number: int) -> Iterator[RejectView]:
    after: tuple[int, str] = (-1, "")
    for _round in range(MAX_REJECTS // MAX_PAGE):
        found = rejects(number, after=after, limit=MAX_PAGE, unmask=True)
        yield from found
        if len(found) < MAX_PAGE:
            return
        after = (found[-1].row, found[-1].code)


def _cells(line: str | None) -> dict[str, Any]:
    try:
        found = json.loads(line or "{}")
    except ValueError:  # a line that was no row at all
        return {}
    return found if isinstance(found, dict) else {}


def _amount(cell: Any) -> int | None:
    """The amount in a rejected row, 0 when it names none; None when it is no whole amount that could have been brought in."""
    told = re.sub(r"[\s,，]", "", str(cell))
    if not told:
        return 0
    try:
        amount = Decimal(told)
    except InvalidOperation:
        return None
    if not amount.is_finite() or amount.adjusted() >= MAX_DIGITS or amount != int(amount) or amount < 0:
        return None
    return int(amount)


def _first_key(job: ImportView) -> dict[str, UUID]:
    """Entries lie by day under their keys: those of this import come no earlier than the day before it began, in any zone."""
    return {"first_key": UUID(bytes=(job.started_at.toordinal() - 1).to_bytes(4, "big") + bytes(12))}


def _rows(statement: str, asked: dict[str, Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return cursor.fetchall()
