"""Reads Parquet in portions of its row groups, never the whole file at once."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from siyu.lib.refusal import Refusal

from .table import Row, Table, checked_columns

_PORTION = 20_000


def open_parquet(path: Path) -> Table:
    """Open a Parquet file. Raises `file.unreadable` when its end (where its table of contents is) is missing."""
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            columns, length = file.schema_arrow.names, file.metadata.num_rows
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise Refusal(
            "file.unreadable", "not a whole Parquet file (%(error)s); was the download or copy cut short?", error=_short(error)
        ) from error
    return Table("parquet", checked_columns(list(columns)), lambda: _rows(path), length=length)


def _rows(path: Path) -> Iterator[Row]:
    number = 0
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            for portion in file.iter_batches(batch_size=_PORTION):
                for cells in zip(*(_cells(column) for column in portion.columns), strict=True):
                    number += 1
                    yield Row(number, cells)
    except (pyarrow.ArrowException, OSError) as error:
        raise Refusal(
            "file.unreadable", "the Parquet file is damaged after row %(row)s (%(error)s)", row=number, error=_short(error)
        ) from error


def _cells(column: pyarrow.Array) -> list[Any]:
    """A column as plain values: lists and structures as JSON, bytes as the text they usually are."""
    found = column.to_pylist()
    if pyarrow.types.is_nested(column.type):
        return [None if value is None else json.dumps(value, ensure_ascii=False, default=str) for value in found]
    if pyarrow.types.is_binary(column.type) or pyarrow.types.is_large_binary(column.type):
        return [None if value is None else value.decode("utf-8", "backslashreplace") for value in found]
    return found


def _short(error: BaseException) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__
