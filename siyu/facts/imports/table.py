"""What every reader gives: column names, and rows one by one; a row that cannot be read is given as broken, not left out."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from siyu.lib.refusal import Refusal

MAX_COLUMNS = 200
MAX_LINE_BYTES = 1_000_000
MAX_TITLE = 2  # cells of a title above the table: what it is, and when it was made
LOOKED_AT = 50  # lines or rows, for the one that names the columns


class Row(NamedTuple):
    """A row as read: its number in the file (the line of a CSV, the row of a sheet, from 1 in Parquet) and its cells."""

    number: int
    cells: tuple[Any, ...]


class Broken(NamedTuple):
    """A row that could not be read, with what stood there."""

    number: int
    code: str
    because: str
    line: bytes


@dataclass(frozen=True, slots=True)
class Table:
    """A file opened for reading. `rows()` starts at the first row each time it is called, and gives the same rows each time."""

    format: str  # csv · parquet · excel
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Row | Broken]]
    encoding: str = ""
    delimiter: str = ""
    length: int | None = None  # rows, where the format tells beforehand


def header_place(rows: Sequence[Sequence[Any]]) -> int:
    """Which of a file's first rows names its columns: the first that is no title, which fills a cell or two of a wider table."""
    places = [[place for place, cell in enumerate(cells, 1) if cell is not None and str(cell).strip()] for cells in rows]
    widths = Counter(filled[-1] for filled in places if filled)
    width = max(widths, key=lambda each: (widths[each], each), default=0)
    named = (row for row, filled in enumerate(places) if filled and (len(filled) > MAX_TITLE or len(filled) >= width))
    return next(named, next((row for row, filled in enumerate(places) if filled), 0))


def checked_columns(found: list[Any]) -> tuple[str, ...]:
    """Column names, trimmed; empty ones get a number, repeated ones too. Refuses a file with none or too many."""
    while found and (found[-1] is None or not str(found[-1]).strip()):
        found = found[:-1]
    if not found:
        raise Refusal("file.empty", "the file has no header row: its first line must name the columns")
    if len(found) > MAX_COLUMNS:
        raise Refusal(
            "file.columns",
            "the file has %(count)s columns, more than %(limit)s; keep those that are needed",
            count=len(found),
            limit=MAX_COLUMNS,
        )
    names: list[str] = []
    for place, given in enumerate(found, 1):
        name = (str(given).strip().strip("\ufeff") if given is not None else "") or f"column {place}"
        repeated = sum(1 for other in names if other == name or other.startswith(f"{name} ("))
        names.append(f"{name} ({repeated + 1})" if repeated else name)
    return tuple(names)
