"""Writing the log: rows go over the wire once, as COPY text, into their partitions."""

from collections.abc import Sequence

import msgspec
from psycopg import Cursor

from siyu.lib.sql import copy, escape, null, statements

from .rules import Fact

_sql = statements("siyu.facts", "pump")
_encode = msgspec.json.Encoder(decimal_format="string").encode


def append(cursor: Cursor, facts: Sequence[Fact]) -> None:
    """Append facts to the log."""
    copy(cursor, _sql.copy_log, [_row(fact) for fact in facts])


def _row(fact: Fact) -> str:
    return (
        f"{fact.id}\t{fact.occurred_at.isoformat()}\t{fact.received_at.isoformat()}\t{fact.business_day.isoformat()}\t{escape(fact.name)}\t"
        f"{fact.source_id}\t{null(fact.identity_id)}\t{fact.message.hex}\t{_json(fact)}\t{null(fact.cause_id)}\t{fact.depth}\n"
    )


def _json(fact: Fact) -> str:
    text = _encode(fact.properties).decode()
    return text.replace("\\", "\\\\") if "\\" in text else text
