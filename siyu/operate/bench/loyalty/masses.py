"""What falls due for everybody at once: a new version of the tiers begins, and all points expire."""

import time
from datetime import timedelta

from django.db import connection

from siyu.facts.pump import pump
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.loyalty.services import Step, publish_tiers
from siyu.merchant.rules import SYSTEM

from .seeding import EXPIRES_AT, START, Pool

LADDER = (("bronze", "Bronze", 0), ("silver", "Silver", 800), ("gold", "Gold", 4_000), ("black", "Black", 9_000))
_sql = statements("siyu.operate", "bench_loyalty")


def new_version(pool: Pool) -> float:
    """Seconds until everybody was judged by other thresholds."""
    tomorrow = START + timedelta(days=1)
    steps = [Step(code, name, threshold) for code, name, threshold in LADDER]
    version = publish_tiers(SYSTEM, steps, tomorrow.date(), today=START.date(), now=START)
    seconds = _pumped(tomorrow)
    with connection.cursor() as cursor:
        cursor.execute(_sql.standings, {"version": version})
        judged, everybody = cursor.fetchone()
    if judged != everybody or everybody < pool.last - pool.first:
        raise Refusal("bench.broken", f"of {everybody:,} members {judged:,} were judged")
    return seconds


def expiry(pool: Pool) -> float:
    """Seconds until every lot of the seed has expired."""
    seconds = _pumped(EXPIRES_AT)
    with connection.cursor() as cursor:
        cursor.execute(_sql.expired, {"last": 2 * pool.last + 1})
        ended, lots = cursor.fetchone()
    if ended != lots:
        raise Refusal("bench.broken", f"of {lots:,} lots {ended:,} have expired")
    return seconds


def _pumped(at: object) -> float:
    began = time.perf_counter()
    report = pump(at)  # type: ignore[arg-type]
    if report.stopped:
        raise Refusal("bench.broken", f"the pump stopped: {report.stopped}")
    return time.perf_counter() - began
