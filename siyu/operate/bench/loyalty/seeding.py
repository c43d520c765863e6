"""A pool of members with points that expire and growth that places them: one lives through the services, the others are its like."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
from django.db import connections

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.facts.tasks import make_partitions
from siyu.lib.crypto import encrypt_text, lookup_hash
from siyu.lib.sql import statements
from siyu.loyalty.services import Because, Grant, grant, install_default_programme
from siyu.members.queries import find
from siyu.merchant.rules import SYSTEM

START = datetime(2026, 3, 2, 4, tzinfo=UTC)  # midday in Shanghai
EXPIRES_AT = START + timedelta(days=90)
POINTS = 10_000
GROWTH = 500
WHY = Because("bench", "seed", "bench")
_sql = statements("siyu.operate", "bench_loyalty")
_SEEDS = ("members", "lives", "operations", "accounts", "lots", "entries", "standings", "sequences")


@dataclass(frozen=True)
class Pool:
    """Members `first` to `last`; member n has the handle `user_id`/`bench-n` and the lot number 2n of points."""

    first: int
    last: int

    def handle(self, member: int) -> Handle:
        return Handle("user_id", f"bench-{member}")


def seed(members: int, dsn: str) -> Pool:
    """Make the pool. About 40 µs a member."""
    make_partitions(START.date() - timedelta(days=1), EXPIRES_AT.date() + timedelta(days=1))
    install_default_programme(SYSTEM, START.date() - timedelta(days=60))
    pattern = _pattern()
    pool = Pool(pattern + 1, pattern + members)
    bounds = {"first": pool.first, "last": pool.last, "pattern": pattern, "at": START}
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor:
        for name in _SEEDS:
            cursor.execute(getattr(_sql, f"seed_{name}"), bounds)
        with cursor.copy(_sql.copy_handles) as rows:
            for member in range(pool.first, pool.last + 1):
                handle = pool.handle(member)
                hashed, value = lookup_hash(handle.kind, handle.value), encrypt_text(handle.value)
                rows.write_row((handle.kind, hashed, value, START, member, member))
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
    return pool


def _pattern() -> int:
    """The one whose rows are copied: seen once, given points and growth, and all that is told of it pumped."""
    seen = Incoming(name="page.viewed", occurred_at=START, message="pattern", handles=[Handle("user_id", "pattern")])
    record([seen], source="web", received_at=START)
    pump(START)
    member = find("pattern")[0]
    gifts = [Grant(member, "points", POINTS, "p", WHY, expires_at=EXPIRES_AT), Grant(member, "growth", GROWTH, "g", WHY)]
    grant(SYSTEM, gifts, START)
    pump(START)
    connections["default"].close()
    return member
