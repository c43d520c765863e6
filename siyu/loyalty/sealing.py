"""Sealing: blocks of entries are chained by hashes, so that whoever changes an entry behind our back breaks the chain.

Only entries before which nothing can appear any more are sealed: every transaction that was running when they were seen has ended.
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
    newest, sealed, horizon = _settled()
    if newest <= sealed or not _ended(horizon):
        return 0
    for done in range(MAX_BLOCKS):
        if not _seal_next(newest, now):
            return done
    return MAX_BLOCKS


def _settled() -> tuple[int, int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_sql.settled)
        return cursor.fetchone()


def _ended(horizon: int) -> bool:
    """Whether every transaction older than the horizon has ended (in a transaction of the caller's, its own is not waited for)."""
    if connection.in_atomic_block:
        return True
    until = time.monotonic() + PATIENCE_S
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_sql.oldest_running)
            if cursor.fetchone()[0] >= horizon:
                return True
        if time.monotonic() > until:
            return False
        time.sleep(0.05)


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
