"""Writing the log: rows go over the wire once, as binary COPY, into their partitions."""

from collections.abc import Sequence
from datetime import date
from struct import Struct, pack
from typing import Any

import msgspec
from psycopg import Cursor

from siyu.lib.sql import statements
from siyu.lib.wire import NULL, copy, days

_sql = statements("siyu.facts", "pump")
PART = 10_000  # rows of a COPY: what the next statement may have to wait for; each COPY begins by making room for a thousand
_encode = msgspec.json.Encoder(decimal_format="string").encode
_WHO = Struct(">hiqiq")  # columns of the row; id, identity_id
_NOBODY = Struct(">hiqi")
_WHEN = Struct(">iqiqiii")  # occurred_at, received_at, business_day; length of the name
_WHAT = Struct(">ihi16siB")  # source_id, message; length and form of the properties
_CAUSE = Struct(">iqih")  # cause_id, depth
_WITHOUT_CAUSE = [NULL + pack(">ih", 2, depth) for depth in (0, 1)]  # a sender's, and what time alone brings


def content(
    name: str,
    occurred_at: int,
    received_at: int,
    business_day: date,
    source_id: int,
    message: bytes,
    properties: dict[str, Any],
    cause_id: int | None = None,
    depth: int = 0,
) -> bytes:
    """What a row of the log holds beside its number and its handle: known before either is. Instants are `microseconds`."""
    named, said = name.encode(), _encode(properties)
    when = _WHEN.pack(8, occurred_at, 8, received_at, 4, days(business_day), len(named))
    what = _WHAT.pack(2, source_id, 16, message, 1 + len(said), 1)
    cause = _WITHOUT_CAUSE[depth] if cause_id is None else _CAUSE.pack(8, cause_id, 2, depth)
    return b"".join((when, named, what, said, cause))


def row(id: int, identity_id: int | None, content: bytes) -> bytes:
    """A row for `append`."""
    return (_NOBODY.pack(11, 8, id, -1) if identity_id is None else _WHO.pack(11, 8, id, 8, identity_id)) + content


def append(cursor: Cursor, rows: Sequence[bytes]) -> None:
    """Append facts to the log, part by part, while the batch goes on."""
    for start in range(0, len(rows), PART):
        copy(cursor, _sql.copy_log, rows[start : start + PART])
