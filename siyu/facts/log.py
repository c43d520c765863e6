"""Writing the log: rows go over the wire once, as COPY text, and from the temporary table `batch` into their partitions."""

from datetime import date, datetime

import msgspec
from psycopg import Cursor

from siyu.lib.sql import statements

from .rules import Batch, Fact

_sql = statements("siyu.facts", "pump")
_encode = msgspec.json.Encoder(decimal_format="string").encode
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy_batch(cursor: Cursor, batch: Batch) -> None:
    """Fill `batch` and append it to the log."""
    cursor.execute(_sql.make_batch)
    cursor.execute(_sql.empty_batch)
    rows = [_batch_row(fact, batch) for fact in batch.facts]
    with cursor.copy(_sql.copy_batch) as copy:
        copy.write("".join(rows))
    cursor.execute(_sql.log_batch)


def copy_log(cursor: Cursor, facts: list[Fact]) -> None:
    """Append facts to the log without passing through `batch`."""
    with cursor.copy(_sql.copy_log) as copy:
        copy.write("".join(_log_row(fact) for fact in facts))


def _batch_row(fact: Fact, batch: Batch) -> str:
    owner = "\\N" if fact.member_id is None else batch.owner(fact.member_id)
    return (
        f"{fact.seq}\t{fact.id}\t{_text(fact.occurred_at)}\t{_text(fact.received_at)}\t{_text(fact.clock)}\t{_text(fact.business_day)}\t"
        f"{escape(fact.name)}\t{fact.source_id}\t{_null(fact.identity_id)}\t{owner}\t{fact.message.hex}\t{_json(fact)}\t"
        f"{'t' if fact.is_historical else 'f'}\n"
    )


def _log_row(fact: Fact) -> str:
    return (
        f"{fact.id}\t{_text(fact.occurred_at)}\t{_text(fact.received_at)}\t{_text(fact.business_day)}\t{escape(fact.name)}\t{fact.source_id}\t"
        f"{_null(fact.identity_id)}\t{fact.message.hex}\t{_json(fact)}\t{_null(fact.cause_id)}\t{fact.depth}\n"
    )


def _text(value: datetime | date) -> str:
    return value.isoformat()


def _null(value: int | None) -> str:
    return "\\N" if value is None else str(value)


def _json(fact: Fact) -> str:
    text = _encode(fact.properties).decode()
    return text.replace("\\", "\\\\") if "\\" in text else text


def escape(value: str) -> str:
    """A text as COPY wants it."""
    return value.translate(_ESCAPES)
