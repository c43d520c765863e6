"""The writers of the log's room: record facts, name sources, repair the quarantine, define counters."""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime

import msgspec
from django.db import connection, transaction
from psycopg import Cursor, sql

from siyu.lib.crypto import encrypt
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from . import filters
from .rules import Incoming

MAX_MESSAGES = 2_500  # in one envelope
BATCH_LOCK = 718_002  # what a batch relies on (counters, identities) changes only between batches
_sql = statements("siyu.facts", "inbox")
SOURCES = {"member": "member_centre", "staff": "console", "api_key": "api", "system": "services"}
_encoder = msgspec.json.Encoder()


def record(facts: Sequence[Incoming], *, source: str, received_at: datetime, cursor: Cursor | None = None) -> None:
    """Append facts to the inbox, in the caller's transaction (on its own cursor, if it says so); the pump takes them from there."""
    _check_source(source)
    with nullcontext(cursor) if cursor is not None else connection.cursor() as given:
        for start in range(0, len(facts), MAX_MESSAGES):
            part = facts[start : start + MAX_MESSAGES]
            payload = encrypt(_encoder.encode(part))
            given.execute(_sql.append, {"at": received_at, "source": source, "messages": len(part), "payload": payload})


def source_of(by: Actor) -> str:
    """Under which source the facts of services stand, by who acts; `siyu` itself only says what it derives."""
    return SOURCES[by.kind]


def source_id(name: str, *, title: str = "", badge: str = "") -> int:
    """The number of a source, made known on first use; a given title or badge replaces the old one."""
    _check_source(name)
    with connection.cursor() as cursor:
        if not (title or badge):
            cursor.execute(_sql.find_source, {"name": name})
            if found := cursor.fetchone():
                return found[0]
        cursor.execute(_sql.describe_source, {"name": name, "title": title, "badge": badge})
        return cursor.fetchone()[0]


def _check_source(name: str) -> None:
    if not name or len(name) > 100:
        raise Refusal("source.name", "a source's name has 1 to 100 characters")


def replay_quarantined(by: Actor, ids: Sequence[int], *, now: datetime) -> int:
    """Send quarantined messages, and due work, through the pump again (after a repair of program or settings); returns how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql.requeue_quarantined, {"ids": list(ids)[:10_000], "now": now})
        replayed = cursor.rowcount
        cursor.execute(_sql.retry_held, {"ids": list(ids)[:10_000]})
        replayed += cursor.rowcount
        audit(by, "quarantine.replayed", "quarantine", {"ids": list(ids)[:100], "replayed": replayed})
    return replayed


def dismiss_quarantined(by: Actor, ids: Sequence[int], *, because: str, now: datetime) -> int:
    """Set quarantined messages aside for good; the rows stay, with the reason in the audit."""
    if not because.strip():
        raise Refusal("quarantine.because", "say why these messages are set aside")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql.dismiss_quarantined, {"ids": list(ids)[:10_000], "now": now})
        dismissed = cursor.rowcount
        audit(by, "quarantine.dismissed", "quarantine", {"ids": list(ids)[:100], "dismissed": dismissed}, because)
    return dismissed


def define_counter(name: str, tree: dict, *, now: datetime) -> int:
    """The number of the counter of facts called `name` that pass a property filter; a new one is back-filled from the log."""
    filters.check(tree)
    key = f"{name} {filters.canonical(tree)}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [BATCH_LOCK])
        cursor.execute(_sql.find_counter, {"key": key})
        if found := cursor.fetchone():
            return found[0]
        cursor.execute(_sql.add_counter, {"key": key, "name": name, "filter": msgspec.json.encode(tree).decode(), "now": now})
        counter = cursor.fetchone()[0]
        cursor.execute(sql.SQL(_sql.backfill_counter).format(condition=filters.to_sql(tree)), {"counter": counter, "name": name})
    return counter
