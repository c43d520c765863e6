"""The second reading: rows that belong together are gathered, become facts or rejects, and are handed on as soon as they are complete."""

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ..rules import FactError, Incoming
from . import values
from .kinds.kind import Grouping, Kind, Numbered, Terms, rejected
from .survey import Survey
from .table import MAX_LINE_BYTES, Broken, Row, Table


class Rejected(NamedTuple):
    """A row that became no fact: number, stable code, reason, and the row as it stood."""

    number: int
    code: str
    because: str
    line: bytes


class Outcome(NamedTuple):
    """Some rows are through: they became facts under a destination, or rejects. `read` rows of the file are read by now."""

    read: int
    rows: int
    destination: str
    facts: list[Incoming]
    rejects: list[Rejected]


class Reading:
    """One pass over a table that skips the groups which were complete within the first `done` rows."""

    def __init__(
        self, table: Table, kind: Kind, terms: Terms, fields: Callable[[tuple], dict[str, Any]], survey: Survey, done: int = 0
    ) -> None:
        self._table, self._kind, self._terms, self._fields, self._survey, self._done = table, kind, terms, fields, survey, done
        self._grouping = Grouping(kind, terms)
        self._open: dict[int, dict[str, list[Row]]] = {}  # by the row that completes them: groups whose hashes agree share one

    def outcomes(self) -> Iterator[Outcome]:
        """Every row that is not done yet, exactly once."""
        for place, row in enumerate(self._table.rows()):
            if self._survey.complete_at(place) < self._done:
                continue
            yield from self._take(place, row)

    def _take(self, place: int, row: Row | Broken) -> Iterator[Outcome]:
        if isinstance(row, Broken):
            yield Outcome(place + 1, 1, "", [], [Rejected(row.number, row.code, row.because, row.line)])
            return
        if not row.cells[0] and all(cell is None or cell == "" or cell != cell for cell in row.cells):
            yield self._refused(place + 1, row, FactError("row.empty", "every cell is empty"))
            return
        try:
            group = self._grouping.of(self._fields(row.cells)) if self._kind.group else ""
        except FactError as error:
            yield self._refused(place + 1, row, error)
            return
        if not group:
            yield self._build(place + 1, [row])
            return
        complete = self._survey.complete_at(place)
        self._open.setdefault(complete, {}).setdefault(group, []).append(row)
        if complete == place:
            for rows in self._open.pop(complete).values():
                yield self._build(place + 1, rows)

    def _build(self, read: int, rows: list[Row]) -> Outcome:
        numbered: list[Numbered] = [(row.number, self._fields(row.cells)) for row in rows]
        try:
            built = self._kind.build(numbered, self._terms)
        except FactError as error:
            built = rejected(numbered, {rows[0].number: error})
        by_number = {row.number: row for row in rows}
        rejects = [Rejected(number, code, because, self._line(by_number[number])) for number, code, because in built.rejects]
        return Outcome(read, len(rows), built.destination, built.facts, rejects)

    def _refused(self, read: int, row: Row, error: FactError) -> Outcome:
        return Outcome(read, 1, "", [], [Rejected(row.number, error.code, error.because, self._line(row))])

    def _line(self, row: Row) -> bytes:
        """The row by its headings, so that a person can repair it."""
        cells = {column: _shown(cell) for column, cell in zip(self._table.columns, row.cells, strict=True)}
        return json.dumps(cells, ensure_ascii=False).encode("utf-8", "backslashreplace")[:MAX_LINE_BYTES]


def _shown(cell: Any) -> str:
    try:
        return values.text(cell)
    except FactError:
        return repr(cell)
