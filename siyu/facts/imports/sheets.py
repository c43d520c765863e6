"""Reads Excel (.xlsx, .xls): one sheet, by default the first that is not hidden, as a whole (a sheet has at most 1,048,576 rows)."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from siyu.lib.refusal import Refusal

from .table import LOOKED_AT, Broken, Row, Table, checked_columns, header_place

MAX_BYTES = 200_000_000
MAX_UNPACKED_BYTES = 2_000_000_000


def open_sheet(path: Path, sheet: str = "") -> Table:
    """Open a sheet of an Excel file. Refuses one that needs a password, is too large, or lacks the sheet."""
    if path.stat().st_size > MAX_BYTES or _unpacked_bytes(path) > MAX_UNPACKED_BYTES:
        raise Refusal("file.large", "the Excel file is too large to read at once; save the sheet as CSV")
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        names = workbook.sheet_names
        shown = [each.name for each in workbook.sheets_metadata if each.visible == SheetVisibleEnum.Visible] or names
        if sheet and sheet not in names:
            raise Refusal("file.sheet", "there is no sheet %(sheet)s; the file has %(sheets)s", sheet=sheet, sheets=", ".join(names[:20]))
        rows = _cells(workbook.get_sheet_by_name(sheet or shown[0])) if names else []
    except PasswordError as error:
        raise Refusal("file.password", "the Excel file is protected by a password; save it without one") from error
    except (CalamineError, OSError, ValueError) as error:
        raise Refusal("file.unreadable", "not a whole Excel file (%(error)s)", error=str(error)[:120]) from error
    while rows and not _holds_something(rows[-1]):
        rows.pop()  # formatting below the table, no rows
    start = header_place(rows[:LOOKED_AT])
    columns = checked_columns(list(rows[start]) if rows[start:] else [])
    return Table("excel", columns, lambda: _rows(rows, start, len(columns)), length=max(len(rows) - start - 1, 0))


def _rows(rows: list[list], start: int, width: int) -> Iterator[Row | Broken]:
    for place in range(start + 1, len(rows)):
        cells = rows[place]
        if _holds_something(cells[width:]):
            because = f"something stands to the right of the header's {width} columns"
            yield Broken(place + 1, "row.columns", because, repr([str(cell) for cell in cells]).encode())
        else:
            yield Row(place + 1, tuple(cells[:width]))


def _cells(sheet: CalamineSheet) -> list[list]:
    """All rows; what stands in a cell that is merged over several rows stands in each of them."""
    rows = sheet.to_python(skip_empty_area=False)
    for (top, left), (bottom, _right) in sheet.merged_cell_ranges or ():
        for cells in rows[top + 1 : bottom + 1]:
            if left < len(cells) and left < len(rows[top]):
                cells[left] = rows[top][left]
    return rows


def _holds_something(cells: list) -> bool:
    return any(cell != "" for cell in cells)


def _unpacked_bytes(path: Path) -> int:
    if not zipfile.is_zipfile(path):
        return 0
    with zipfile.ZipFile(path) as archive:
        return sum(entry.file_size for entry in archive.infolist())
