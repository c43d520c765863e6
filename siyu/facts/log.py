"""Writing the log: rows go over the wire once, as COPY text, and from the temporary table `batch` into their partitions."""

import msgspec
from psycopg import Cursor

from siyu.lib.sql import escape, null, statements

from .rules import Batch, Fact

_sql = statements("siyu.facts", "pump")
_encode = msgspec.json.Encoder(decimal_format="string").encode


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
    received = fact.received_at.isoformat()
    clock = received if fact.clock is fact.received_at else fact.clock.isoformat()
    return (
        f"{fact.seq}\t{fact.id}\t{fact.occurred_at.isoformat()}\t{received}\t{clock}\t{fact.business_day.isoformat()}\t"
        f"{escape(fact.name)}\t{fact.source_id}\t{null(fact.identity_id)}\t{owner}\t{fact.message.hex}\t{_json(fact)}\t"
        f"{'t' if fact.is_historical else 'f'}\n"
    )


def _log_row(fact: Fact) -> str:
    return (
        f"{fact.id}\t{fact.occurred_at.isoformat()}\t{fact.received_at.isoformat()}\t{fact.business_day.isoformat()}\t{escape(fact.name)}\t{fact.source_id}\t"
        f"{null(fact.identity_id)}\t{fact.message.hex}\t{_json(fact)}\t{null(fact.cause_id)}\t{fact.depth}\n"
    )


def _json(fact: Fact) -> str:
    text = _encode(fact.properties).decode()
    return text.replace("\\", "\\\\") if "\\" in text else text
