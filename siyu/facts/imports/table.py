"""What every reader gives: column names, and rows one by one; a row that cannot be read is given as broken, not left out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from siyu.lib.refusal import Refusal

MAX_COLUMNS = 200
MAX_LINE_BYTES = 1_000_000


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
        name = str(given).strip() if given is not None and str(given).strip() else f"column {place}"
        repeated = sum(1 for other in names if other == name or other.startswith(f"{name} ("))
        names.append(f"{name} ({repeated + 1})" if repeated else name)
    return tuple(names)
