"""The first reading: how many rows, which months, and where the last row of each group stands, so that the second needs little memory."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy

from siyu.lib.refusal import Refusal

from ..rules import FactError
from . import values
from .kinds.kind import Grouping, Kind, Terms
from .table import Broken, Row, Table

MAX_OPEN_ROWS = 500_000  # rows that wait in memory for the rest of their order
STEP = 5_000  # rows between two words of progress
Advance = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Survey:
    """What the first reading learnt. `last` gives for each row (from 0) the row with which its group is complete."""

    rows: int
    months: dict[tuple[int, int], int]  # (year, month) in UTC → rows
    last: Any = None  # numpy int64, or None where every row stands alone

    def complete_at(self, place: int) -> int:
        return place if self.last is None else int(self.last[place])


def survey(table: Table, kind: Kind, terms: Terms, fields: Callable[[tuple], dict[str, Any]], advance: Advance) -> Survey:
    """Read the file once. Refuses one without rows, and one whose orders are scattered so far that they fill the memory."""
    keys, alone = array("q"), array("q")
    months: Counter[tuple[int, int]] = Counter()
    grouping = Grouping(kind, terms)
    count = 0
    for place, row in enumerate(_with_progress(table.rows(), advance)):
        count += 1
        cells = None if isinstance(row, Broken) else fields(row.cells)
        key = _group_of(grouping, cells)
        if not key:
            alone.append(place)
        if kind.group:
            keys.append(hash(key))
        at = _instant_of(cells, kind, terms)
        if at is not None:
            months[at.year, at.month] += 1
    if not count:
        raise Refusal("file.empty", "the file has a header and no rows")
    return Survey(count, months, _last_of_group(keys, alone) if kind.group else None)


def _with_progress(rows: Iterator[Row | Broken], advance: Advance) -> Iterator[Row | Broken]:
    place = 0
    for place, row in enumerate(rows, 1):
        yield row
        if place % STEP == 0:
            advance(STEP)
    advance(place % STEP)


def _group_of(grouping: Grouping, cells: dict[str, Any] | None) -> str:
    try:
        return grouping.of(cells)
    except FactError:
        return ""  # the second reading says what is wrong


def _instant_of(cells: dict[str, Any] | None, kind: Kind, terms: Terms) -> datetime | None:
    if cells is None or kind.instant not in cells:
        return None
    try:
        return values.instant(cells[kind.instant], terms.zone, terms.day_order)
    except (FactError, TypeError):
        return None


def _last_of_group(keys: array, alone: array) -> Any:
    """Two groups whose hashes agree are told apart when they are read; here they only wait for each other."""
    hashes = numpy.frombuffer(keys, dtype=numpy.int64)
    places = numpy.arange(len(hashes))
    _unique, group = numpy.unique(hashes, return_inverse=True)
    last = numpy.zeros(int(group.max()) + 1, dtype=numpy.int64)
    numpy.maximum.at(last, group, places)
    complete = last[group]
    single = numpy.frombuffer(alone, dtype=numpy.int64)
    complete[single] = single
    _refuse_scattered(complete, places)
    return complete


def _refuse_scattered(complete: Any, places: Any) -> None:
    ended = numpy.zeros(len(places) + 1, dtype=numpy.int64)
    numpy.add.at(ended, complete, 1)
    waiting = (places + 1) - numpy.cumsum(ended[:-1])
    if (most := int(waiting.max())) > MAX_OPEN_ROWS:
        raise Refusal(
            "file.scattered",
            "the rows of one order lie so far apart that %(rows)s rows would wait for others; sort the file by order number",
            rows=most,
        )
