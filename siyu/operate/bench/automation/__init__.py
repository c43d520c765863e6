"""`siyu bench automation`: the pump with 24 audiences, three journeys and the outbox; what everybody is judged, walked and touched by.

The baseline of the ratio is that of `bench pump`: the rows the pump logged, by COPY into a table with a uuid primary key and an
index (member, time), a commit every 10,000 rows, on the same server in the same run.
"""

import time
from datetime import timedelta

import psycopg
from django.db import connection as django_connection

from siyu.facts.pump import pump
from siyu.loyalty.services import install_default_programme
from siyu.merchant.rules import SYSTEM

from ..corpus import START, Corpus
from ..place import own_database
from ..pump import COMMIT, COPIES, copies, fill, read_rows, require_whole
from ..result import Result, machine
from . import latency, masses
from .programme import probe, set_up

WARM = 10  # a tenth of the corpus goes before the clock starts
EACH = 10  # messages a person: of a smaller corpus, not nine in ten are of somebody new
FACTS = 1_000_000  # messages of the corpus, and members of the pool, each with twenty facts


def run(facts: int = FACTS, members: int | None = None) -> Result:
    """Measure, with a pool of so many members (as many as facts, unless it is said).

    Refuses with `bench.broken` when a message, a probe or a member is missing or an invariant does not hold afterwards.
    """
    with own_database("automation") as environment:
        on = machine()
        install_default_programme(SYSTEM, START.date() - timedelta(days=1))
        set_up(START - timedelta(hours=1))
        pump(START - timedelta(minutes=30))
        corpus = Corpus(facts=facts, people=max(facts // EACH, 1))
        fill(corpus, environment["DATABASE_URL"])
        end = corpus.sent_at(facts // corpus.size + 1)
        before = pump(end, messages=facts // WARM)
        _know_tables(environment["DATABASE_URL"])
        began = time.perf_counter()
        report = pump(end)
        pumped = time.perf_counter() - began
        require_whole(facts - before.facts, report)
        enrolled, touched = _left_behind()
        indexed = copies(environment["DATABASE_URL"], read_rows(environment["DATABASE_URL"]), "indexed")
        speed = report.facts / pumped
        probe(corpus.sent_at(facts // corpus.size + 2))
        live = latency.measure(Corpus(facts=10**7, people=corpus.people, seed=corpus.seed + 1), speed, environment)
    with own_database("masses") as environment:
        mass = masses.measure(facts if members is None else members, environment["DATABASE_URL"])
    return Result(
        bench="automation",
        machine=on,
        figures={
            "facts": before.facts + report.facts,
            "people": corpus.people,
            "facts_per_s": round(speed),
            "derived": before.derived + report.derived,
            "enrolments": enrolled,
            "touches": touched,
            "indexed_copy_per_s": round(indexed),
            "fact_to_entry_p50_s": round(live.p50, 3),
            "fact_to_entry_p95_s": round(live.p95, 3),
            "probes": live.probes,
            "load_facts_per_s": round(live.facts_per_s),
            "idle_percent_of_a_core": round(100 * live.idle_share, 2),
            "members": mass.members,
            "facts_of_members": mass.facts,
            "define_and_judge_all_s": round(mass.define_s, 2),
            "judge_all_s": round(mass.whole_s, 2),
            "judge_all_s_per_million": round(mass.whole_s * 1_000_000 / mass.members, 2),
            "steps": mass.steps,
            "steps_per_s": round(mass.steps / mass.steps_s),
            "gate_per_s": round(mass.wishes / mass.gate_s),
        },
        ratios={"of_indexed_copy": round(speed / indexed, 3)},
        notes=[
            f"indexed_copy: the rows the pump logged without what it derived, by COPY, a commit every {COMMIT:,} rows; median of {COPIES}",
            "facts_per_s: 24 audiences, three journeys and their touches in the same transactions, inbox to commit; after a tenth "
            "of the corpus and an ANALYZE, as autovacuum does within a minute",
            f"fact_to_entry: recorded to seen in the journey, with a worker of its own at {latency.SHARE:.0%} of that speed",
            "idle: processor time of the worker and its children when nothing waits",
            f"judge_all: one rule of three conditions, {masses.FACTS_EACH} facts a member; define: its facts counted from the log first",
            "steps: schedule, branch, splits and waits, from the alarm to the last commit; gate: wishes decided and written",
        ],
    )


def _know_tables(dsn: str) -> None:
    """What autovacuum does within a minute of any installation: without statistics the planner reads whole tables for every member."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("ANALYZE")


def _left_behind() -> tuple[int, int]:
    with django_connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM journeys_enrolment), (SELECT count(*) FROM touches_touch)")
        return cursor.fetchone()
