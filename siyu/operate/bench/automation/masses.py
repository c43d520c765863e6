"""Masses in a seeded pool: one rule judged for everybody, a journey that everybody walks, the gate that decides about many at once."""

import time
from typing import NamedTuple

import psycopg
from django.db import connections

from siyu.audiences import queries as audiences
from siyu.audiences import services as audience_services
from siyu.facts.pump import pump
from siyu.facts.tasks import make_partitions
from siyu.journeys import queries as journey_queries
from siyu.journeys import services as journeys
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.merchant.rules import SYSTEM
from siyu.touches.queries import template
from siyu.touches.services import Wish, propose, publish_template

from ..loyalty.seeding import START, Pool, seed

FACTS_EACH = 20
MOST_WISHES, SET = 50_000, 10_000
MOST_WALKERS = 100_000
SEEDED = 50_000  # members whose facts one transaction writes
RULE = {
    "all": [
        {"condition": "did_fact", "fact": "page.viewed", "times": 3, "within": {"last_days": 30}},
        {"not": {"condition": "did_fact", "fact": "order.paid", "within": {"last_days": 30}}},
        {"condition": "days_since", "what": "first_seen", "op": "gte", "value": 0},
    ]
}
_sql = statements("siyu.operate", "bench_automation")


class Masses(NamedTuple):
    """Seconds and counts; what they mean stands in the notes of the bench."""

    members: int
    facts: int
    inside: int
    define_s: float
    whole_s: float
    walkers: int
    steps: int
    steps_s: float
    wishes: int
    gate_s: float


def measure(members: int, dsn: str) -> Masses:
    """Seed the pool and measure. Refusal: `bench.broken` when a count is not what it must be."""
    pool = seed(members, dsn)
    facts = _seed_facts(pool, dsn)
    audience, define_s, whole_s = _whole()
    inside = audiences.audience(audience).members  # type: ignore[union-attr]
    _require(dsn, pool, inside)
    wishes, gate_s = _gate(pool)
    walkers, steps, steps_s = _walk(pool)
    return Masses(members, facts, inside, define_s, whole_s, walkers, steps, steps_s, wishes, gate_s)


def _seed_facts(pool: Pool, dsn: str) -> int:
    """So many facts each, over sixty days: views of pages and now and then an order's fact, in the log and nowhere else."""
    make_partitions(START.date().replace(year=START.year - 1), START.date())
    written = 0
    with psycopg.connect(dsn) as connection:
        for first in range(pool.first, pool.last + 1, SEEDED):
            bounds = {"first": first, "last": min(first + SEEDED - 1, pool.last), "at": START}
            written += connection.execute(_sql.seed_facts, {**bounds, "each": FACTS_EACH}).rowcount
            connection.execute(_sql.seed_rollups, bounds)
            connection.commit()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
    return written


def _whole() -> tuple[int, float, float]:
    """The first time the rule's facts are counted from the log as well; the second time everybody is only judged."""
    began = time.perf_counter()
    audience = audience_services.create(SYSTEM, "bench", RULE, now=START)
    pump(START)
    define_s = time.perf_counter() - began
    audience_services.refresh(SYSTEM, audience)
    began = time.perf_counter()
    pump(START)
    return audience, define_s, time.perf_counter() - began


def _require(dsn: str, pool: Pool, inside: int) -> None:
    with psycopg.connect(dsn) as connection:
        expected = connection.execute(_sql.expected, {"first": pool.first, "last": pool.last, "at": START}).fetchone()[0]  # type: ignore[index]
    if inside != expected:
        raise Refusal("bench.broken", f"the audience holds {inside:,} members, the log says {expected:,}")


def _gate(pool: Pool) -> tuple[int, float]:
    """Wishes decided and written, in sets as journeys and sends propose them."""
    publish_template(SYSTEM, "gate", "gate", "inbox", "service", {"zh-hans": {"subject": "您好", "text": "谢谢"}}, now=START)
    number = template("gate").pk  # type: ignore[union-attr]
    members = list(range(pool.first, pool.last + 1))[:MOST_WISHES]
    began = time.perf_counter()
    for start in range(0, len(members), SET):
        some = members[start : start + SET]
        answers = propose([Wish(member, number, f"bench:{member}", "bench", START) for member in some], now=START)
        if any(answer.status != "reserved" for answer in answers):
            raise Refusal("bench.broken", "a wish that nothing stands against was refused")
    took = time.perf_counter() - began
    connections["default"].close()
    return len(members), took


def _walk(pool: Pool) -> tuple[int, int, float]:
    """Everybody of an audience enters by a schedule, and walks five steps with a wait between them."""
    members = min(pool.last - pool.first + 1, MOST_WALKERS)
    share = max(round(10_000 * members / (pool.last - pool.first + 1)), 1)
    rule = {"condition": "bucket", "salt": "walk", "from_bucket": 0, "to_bucket": share}
    audience = audience_services.create(SYSTEM, "walk", rule, now=START)
    pump(START)
    steps = {
        "kind": {"step": "branch", "ways": [{"name": "day", "where": {"property": "day", "op": "exists"}}], "next": {"day": "split"}},
        "split": {"step": "split", "arms": [{"name": "a", "weight": 10_000}], "next": {"a": "wait"}},
        "wait": {"step": "wait", "minutes": 10, "next": {"next": "again"}},
        "again": {"step": "wait", "minutes": 10, "next": {"next": "lots"}},
        "lots": {"step": "split", "arms": [{"name": "a", "weight": 10_000}]},
    }
    trigger = {"kind": "schedule", "audience": audience, "every": "day", "at": "12:30"}
    definition = {"trigger": trigger, "entry": {"how": "once"}, "first": "kind", "steps": steps}
    journeys.create(SYSTEM, "walk", "walk", definition, now=START)
    journeys.publish(SYSTEM, "walk", now=START)
    began = time.perf_counter()
    pump(START.replace(hour=6))
    took = time.perf_counter() - began
    counts = journey_queries.counts("walk", 1)
    passed = sum(counts.ways.values())
    if counts.done != counts.entered or passed != counts.entered * len(steps) or not counts.entered:
        raise Refusal("bench.broken", f"of {counts.entered:,} who entered {counts.done:,} are done, after {passed:,} steps")
    return counts.entered, passed, took
