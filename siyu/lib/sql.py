"""Named SQL: every statement lives in a `.sql` file under `-- name:` with one line of prose, and is called by its name."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from importlib.resources import files
from types import SimpleNamespace
from typing import Any, LiteralString, cast
from uuid import UUID

from psycopg import Cursor, Error, OperationalError

from .wire import send

OUTDATED = ("0A000", "26000")  # a kept plan would answer in other columns than before; the server does not know it
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NAME = re.compile(r"^-- name: *(\w+) *$", re.MULTILINE)


def statements(package: str, file: str) -> SimpleNamespace:
    """The statements of `sql/<file>.sql` in `package`, as attributes.

    >>> statements("siyu.members", "rollups").see_members
    """
    text = (files(package) / "sql" / f"{file}.sql").read_text(encoding="utf-8")
    parts = _NAME.split(text)[1:]
    return SimpleNamespace(**{name: cast(LiteralString, body.strip()) for name, body in zip(parts[::2], parts[1::2], strict=True)})


def is_passing(error: BaseException) -> bool:
    """Whether the database fails in passing, so that the same can be tried again. What asks for more than it can do (class 54: an index's
    row, a statement's depth) is counted as operational, too, and fails for ever."""
    cause = error if isinstance(error, Error) else error.__cause__  # Django wraps what the driver raises
    return isinstance(cause, OperationalError) and not (cause.sqlstate or "").startswith("54")


def is_outdated(error: BaseException) -> bool:
    """Whether a statement may have failed only because its plan was kept: a migration came between, or the server was exchanged behind a
    pooler. Without the plan it may succeed."""
    cause = error if isinstance(error, Error) else error.__cause__
    return isinstance(cause, Error) and cause.sqlstate in OUTDATED


def array(values: Iterable[int | UUID | date | None]) -> str:
    """Numbers, UUIDs, days or instants as an array literal, to be cast in the statement (`%(ids)s::bigint[]`).

    Ten times cheaper than handing the driver a list, which looks at each element for characters to quote.
    """
    return "{" + ",".join([_element(value) for value in values]) + "}"


def _element(value: int | UUID | date | None) -> str:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, date):
        return value.isoformat()
    return "NULL" if value is None else str(value)


def texts(values: Iterable[str]) -> str:
    """Texts as an array literal, to be cast in the statement (`%(keys)s::text[]`)."""
    quoted = [value.replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return "{" + ",".join([f'"{value}"' for value in quoted]) + "}"


def escape(value: str) -> str:
    """A text as COPY wants it."""
    return value.translate(_ESCAPES)


def null(value: int | None) -> str:
    """A number as COPY wants it."""
    return "\\N" if value is None else str(value)


class Printed(dict[Any, str]):
    """Instants and days as COPY wants them, each printed once; None is NULL."""

    def __missing__(self, value: datetime | date | None) -> str:
        text = self[value] = "\\N" if value is None else value.isoformat()
        return text


def copy(cursor: Cursor, statement: LiteralString, lines: Iterable[str]) -> None:
    """Send rows as COPY text: columns parted by tabs, each line ended by a newline."""
    send(cursor, statement, "".join(lines))
