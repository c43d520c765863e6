"""PostgreSQL's binary forms, for what travels by the thousand: columns as array parameters and rows of a COPY.

Both sides save most of the time that texts cost: nothing is quoted, printed or parsed.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from struct import Struct
from types import NoneType
from typing import Any, ClassVar, LiteralString, Protocol, runtime_checkable
from uuid import UUID

from psycopg import Cursor
from psycopg.adapt import Dumper
from psycopg.pq import Format

_MILLENNIUM = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST_DAY = date(2000, 1, 1).toordinal()
_ARRAY = Struct(">iiIii")  # dimensions, whether NULLs occur, type of the elements, how many, number of the first
_EMPTY = Struct(">iiI")
_SIGNATURE, _TRAILER = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
NULL = b"\xff\xff\xff\xff"  # in the place of a value's length


def microseconds(instant: datetime) -> int:
    """A `timestamptz`: microseconds since the year 2000."""
    return (instant - _MILLENNIUM) // _MICROSECOND


def days(day: date) -> int:
    """A `date`: days since the year 2000."""
    return day.toordinal() - _FIRST_DAY


@runtime_checkable
class Sending(Protocol):
    """A cursor with a way of its own to send a COPY: `lane.LaneCursor`."""

    def send(self, statement: LiteralString, data: bytes | str) -> None: ...


class Column(bytes):
    """An array parameter in binary form; the statement casts it to its own type (`%(ids)s::bigint[]`)."""

    element: ClassVar[int]  # type numbers of PostgreSQL
    array: ClassVar[int]


class Uuids(Column):
    element, array = 2950, 2951


class Bigints(Column):
    element, array = 20, 1016


class Instants(Column):
    element, array = 1184, 1185


class Days(Column):
    element, array = 1082, 1182


class Booleans(Column):
    element, array = 16, 1000


class Texts(Column):
    element, array = 25, 1009


class Byteas(Column):
    element, array = 17, 1001


_KINDS: dict[type, tuple[type[Column], Callable[[Any], bytes]]] = {
    int: (Bigints, Struct(">q").pack),
    str: (Texts, str.encode),
    datetime: (Instants, lambda value: microseconds(value).to_bytes(8, "big", signed=True)),
    date: (Days, lambda value: days(value).to_bytes(4, "big", signed=True)),
    bool: (Booleans, Struct(">?").pack),
    UUID: (Uuids, attrgetter("bytes")),
    bytes: (Byteas, bytes),
}


def column(values: list[Any]) -> Column | list[Any]:
    """A list of one plain type (and None) in binary form; any other as it is, for the driver to print."""
    types = set(map(type, values))
    types.discard(NoneType)
    kind, encode = _KINDS.get(types.pop(), (None, bytes)) if len(types) == 1 else (None, bytes)
    if kind is None:
        return values
    try:
        if None not in values:
            return packed(kind, [encode(value) for value in values])
        encoded = [None if value is None else encode(value) for value in values]
    except (struct.error, TypeError):  # a number beyond 64 bits, an instant without a zone
        return values
    return _packed(kind, [NULL if value is None else len(value).to_bytes(4, "big") + value for value in encoded], 1)


def packed(kind: type[Column], values: Sequence[bytes]) -> Column:
    """A column of values that have their binary form."""
    return _packed(kind, [len(value).to_bytes(4, "big") + value for value in values], 0)


def _packed(kind: type[Column], values: Sequence[bytes], has_null: int) -> Column:
    if not values:
        return kind(_EMPTY.pack(0, 0, kind.element))
    return kind(_ARRAY.pack(1, has_null, kind.element, len(values), 1) + b"".join(values))


def columns(given: Any) -> Any:
    """The parameters of a statement, its lists as columns."""
    if not isinstance(given, dict):
        return given
    return {name: column(value) if type(value) is list else value for name, value in given.items()}


def _dumper(kind: type[Column]) -> type[Dumper]:
    class ColumnDumper(Dumper):
        format = Format.BINARY
        oid = kind.array

        def dump(self, obj: Any) -> bytes:
            return obj

    return ColumnDumper


DUMPERS = {kind: _dumper(kind) for kind, _ in _KINDS.values()}


def copy(cursor: Cursor, statement: LiteralString, rows: Iterable[bytes]) -> None:
    """Send rows by a COPY … (FORMAT binary): each a count of its columns (2 bytes), then of each column its length (4) and value."""
    send(cursor, statement, b"".join([_SIGNATURE, *rows, _TRAILER]))


def send(cursor: Cursor, statement: LiteralString, data: bytes | str) -> None:
    """A COPY in one piece; a lane's cursor does not wait for it."""
    if isinstance(cursor, Sending):
        cursor.send(statement, data)
        return
    with cursor.copy(statement) as rows:
        rows.write(data)
