"""Reads CSV: line by line, so that bytes of a wrong encoding, a stray quote or an endless line spoil one row and not the file."""

import csv
import io
import re
from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from siyu.lib.refusal import Refusal

from .encodings import encoding_of
from .table import LOOKED_AT, MAX_LINE_BYTES, Broken, Row, Table, checked_columns, header_place

MAX_LINES_OF_A_ROW = 200  # a quoted cell may hold line breaks; more of them means that a quote was never closed
_DELIMITERS = ",;\t|"
_SEP = re.compile(r"sep=([,;\t|])\s*", re.IGNORECASE)  # what Excel writes, and reads, above the header
csv.field_size_limit(MAX_LINE_BYTES)


class _Unclosed(Exception):
    """A row goes on for more lines than a row has."""


class _TooLong(Exception):
    """A line longer than any line of a table."""


class _Lines:
    """The physical lines of a file, decoded one by one; remembers those that belong to the row being read."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._encoding = encoding
        self._file = open(path, "rb")  # noqa: SIM115  closed by `close`, when the rows end or are given up
        self._wide = io.TextIOWrapper(self._file, encoding, errors="replace", newline="\n") if encoding.startswith("utf-16") else None
        self._again: deque[tuple[int, str, bool]] = deque()
        self._read = 0
        self.of_row: list[tuple[int, str, bool]] = []  # (line number, text, is_readable)

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self.of_row) >= MAX_LINES_OF_A_ROW:
            raise _Unclosed
        line = self._again.popleft() if self._again else self._next_line()
        self.of_row.append(line)
        return line[1]

    def skip(self, lines: int) -> None:
        """Leave out the first lines: titles above the header."""
        for _ in range(lines):
            self._next_line()

    def start_row(self) -> None:
        self.of_row.clear()

    def give_back_all_but_first(self) -> None:
        """What a stray quote swallowed is read again as rows of their own."""
        self._again.extendleft(reversed(self.of_row[1:]))
        del self.of_row[1:]

    def close(self) -> None:
        (self._wide or self._file).close()

    def _next_line(self) -> tuple[int, str, bool]:
        raw: bytes | str = (self._wide or self._file).readline(MAX_LINE_BYTES + 1)
        if not raw:
            raise StopIteration
        self._read += 1
        if len(raw) > MAX_LINE_BYTES:
            self._skip_rest(raw)
            self.of_row.append((self._read, str(raw[:1000]), False))
            raise _TooLong
        if isinstance(raw, str):
            return self._read, raw, "\ufffd" not in raw
        try:
            return self._read, raw.decode(self._encoding if self._read == 1 else self._encoding.removesuffix("-sig")), True
        except UnicodeDecodeError:
            return self._read, raw.decode(self._encoding, errors="backslashreplace"), False

    def _skip_rest(self, raw: bytes | str) -> None:
        end = "\n" if isinstance(raw, str) else b"\n"
        while raw and not raw.endswith(end):  # type: ignore[arg-type]
            raw = (self._wide or self._file).readline(MAX_LINE_BYTES)


def open_csv(path: Path, encoding: str = "") -> Table:
    """Open a CSV (or TSV …) file; the delimiter is the one that its `sep=` says, or that gives the header most columns."""
    encoding = encoding_of(path, encoding)
    sample = _sample(path, encoding)
    delimiter = ""
    if sample and (said := _SEP.fullmatch(sample[0][1].strip("\ufeff"))):
        delimiter, sample = said[1], sample[1:]
    headers = [_header(sample, mark) for mark in delimiter or _DELIMITERS]
    header = max(headers, key=lambda found: len(found.cells), default=_Header("", 1, [], True))
    if not header.is_readable:
        raise Refusal(
            "encoding.invalid",
            "the header cannot be read as %(encoding)s; say another encoding (gb18030, utf-8, big5 …)",
            encoding=encoding,
        )
    columns = checked_columns(header.cells)
    rows = partial(_rows, path, encoding, header.delimiter, len(columns), header.line)
    return Table("csv", columns, rows, encoding.removesuffix("-sig"), header.delimiter)


class _Header(NamedTuple):
    delimiter: str
    line: int
    cells: list[str]
    is_readable: bool


def _sample(path: Path, encoding: str) -> list[tuple[int, str, bool]]:
    """The first lines, as far as they are no longer than lines are."""
    lines = _Lines(path, encoding)
    try:
        for _text in islice(lines, LOOKED_AT):
            pass
    except _TooLong as error:
        if len(lines.of_row) == 1:
            raise Refusal("file.header", "the first line is no header: it is too long, or the file begins with empty lines") from error
        lines.of_row.pop()
    finally:
        lines.close()
    return [line for line in lines.of_row if line[1].strip()]


def _header(sample: Sequence[tuple[int, str, bool]], delimiter: str) -> _Header:
    """The row that names the columns, if they are parted by a delimiter."""
    reader = csv.reader((text for _number, text, _ok in sample), delimiter=delimiter)
    rows, first = [], [0]
    try:
        for cells in reader:
            rows.append(cells)
            first.append(reader.line_num)
    except csv.Error as error:
        if not rows:
            raise Refusal(
                "file.header",
                "the header cannot be read (%(error)s); save the file as CSV UTF-8",
                error=str(error).partition(" - ")[0],
            ) from error
    if not rows:
        return _Header(delimiter, 1, [], True)
    place = header_place(rows)
    return _Header(delimiter, sample[first[place]][0], rows[place], all(ok for *_, ok in sample[first[place] : first[place + 1]]))


def _rows(path: Path, encoding: str, delimiter: str, width: int, header: int) -> Iterator[Row | Broken]:
    lines = _Lines(path, encoding)
    lines.skip(header - 1)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    is_header = True
    try:
        while True:
            lines.start_row()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except _TooLong:
                yield Broken(lines.of_row[-1][0], "line.long", f"the line is longer than {MAX_LINE_BYTES:,} bytes", _line(lines))
                continue
            except (csv.Error, _Unclosed) as error:
                lines.give_back_all_but_first()
                why = "a quote is opened and never closed" if isinstance(error, _Unclosed) or "end of data" in str(error) else str(error)
                yield Broken(lines.of_row[0][0], "quote.invalid", why, _line(lines))
                continue
            if not cells or (len(cells) == 1 < width and not cells[0].strip()):
                continue  # an empty line is no row
            if is_header:
                is_header = False
                continue
            yield _row(cells, lines, width, encoding)
    finally:
        lines.close()


def _row(cells: list[str], lines: _Lines, width: int, encoding: str) -> Row | Broken:
    number = lines.of_row[0][0]
    for place, _text, is_readable in lines.of_row:
        if not is_readable:
            return Broken(
                number, "encoding.invalid", f"line {place} holds bytes that are not {encoding.removesuffix('-sig')}", _line(lines)
            )
    if len(cells) != width:
        extra = any(cell.strip() for cell in cells[width:])
        if extra or len(cells) < width:
            return Broken(number, "row.columns", f"{len(cells)} cells where the header has {width}", _line(lines))
        cells = cells[:width]
    return Row(number, tuple(cells))


def _line(lines: _Lines) -> bytes:
    return "".join(text for _number, text, _ok in lines.of_row).encode("utf-8", "backslashreplace")[:MAX_LINE_BYTES]
