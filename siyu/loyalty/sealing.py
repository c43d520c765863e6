"""Sealing: blocks of entries are chained by hashes, so that whoever changes an entry behind our back breaks the chain.

Only entries before which nothing can appear any more are sealed: every transaction that was writing entries when they were seen has ended.
`siyu verify` recomputes the chain and names the first block that is broken.
"""

import time
from datetime import datetime

from django.db import connection, transaction

from siyu.lib.sql import statements

_sql = statements("siyu.loyalty", "seal")
BLOCK = 10_000  # entries
MAX_BLOCKS = 1_000  # of one call
PATIENCE_S = 2.0  # for transactions that are still writing; what they hold up is sealed next time
FIRST = b"siyu"  # what the first seal follows


def seal(now: datetime) -> int:
    """Seal what has been posted and is settled; returns the number of blocks."""
    newest, sealed = _settled()
    if newest <= sealed or not _ended(_writing()):
        return 0
    for done in range(MAX_BLOCKS):
        if not _seal_next(newest, now):
            return done
    return MAX_BLOCKS


def _settled() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_sql.settled)
        return cursor.fetchone()


def _writing() -> set[str]:
    """The transactions that may still be writing entries; whoever begins after this numbers its own higher."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.writing)
        return {row[0] for row in cursor.fetchall()}


def _ended(writing: set[str]) -> bool:
    """Whether all these transactions have ended (in a transaction of the caller's, its own is not waited for)."""
    if connection.in_atomic_block:
        return True
    until = time.monotonic() + PATIENCE_S
    while writing := writing & _writing():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def _seal_next(newest: int, now: datetime) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql.lock)
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(_sql.last)
        after, previous = cursor.fetchone() or (0, FIRST)
        cursor.execute(_sql.end_of_block, {"after": after, "until": newest, "block": BLOCK})
        until, entries = cursor.fetchone()
        if not entries:
            return False
        cursor.execute(_sql.seal, {"after": after, "until": until, "previous": bytes(previous), "now": now})
        return True
