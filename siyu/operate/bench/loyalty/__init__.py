"""`siyu bench loyalty`: single postings, facts that earn, a new version of the tiers and expiry, each in a seeded pool of members.

Beside pgbench doing the writes of a posting, and COPY of the rows that the pump wrote, in the same run.
"""

from siyu.lib.refusal import Refusal
from siyu.operate.verify import verify

from ..place import own_database
from ..result import Result, machine
from . import batches, masses, postings
from .seeding import seed

FACTS = 1_000_000  # members, each with a lot of points and of growth
EARNING = 5  # a fifth of them buys
MOST_ORDERS = 100_000


def run(facts: int = FACTS) -> Result:
    """Measure; refuses with `bench.broken` when a posting is missing or an invariant does not hold afterwards."""
    with own_database("loyalty") as environment:
        on = machine()
        pool = seed(facts, environment["DATABASE_URL"])
        require_whole()
        single = postings.measure(pool, environment)
        batched = batches.measure(pool, min(MOST_ORDERS, max(1_000, facts // EARNING)), environment["DATABASE_URL"])
        tiers_s = masses.new_version(pool)
        expiry_s = masses.expiry(pool)
        require_whole()
    million = 1_000_000 / facts
    bare = {} if single.bare_per_s is None else {"pgbench_per_s": round(single.bare_per_s)}
    return Result(
        bench="loyalty",
        machine=on,
        figures={
            "members": facts,
            "postings_per_s": round(single.per_s),
            **bare,
            "orders": batched.facts,
            "orders_per_s": round(batched.per_s),
            "bare_batches_per_s": round(batched.bare_per_s),
            "rows_an_order": round(batched.rows / batched.facts, 1),
            "tiers_s": round(tiers_s, 1),
            "tiers_s_per_million": round(tiers_s * million, 1),
            "expiry_s": round(expiry_s, 1),
            "expiry_s_per_million": round(expiry_s * million, 1),
        },
        ratios={
            **({} if single.bare_per_s is None else {"of_pgbench": round(single.per_s / single.bare_per_s, 3)}),
            "of_bare_batches": round(batched.per_s / batched.bare_per_s, 3),
        },
        notes=[*single.notes, *batched.notes, "tiers, expiry: due work in the pump, from the call to its return"],
    )


def require_whole() -> None:
    """Every invariant of every room. Refusal: `bench.broken`."""
    for finding in verify(600):
        if not finding.holds:
            raise Refusal("bench.broken", f"{finding.name}: {finding.offender}")
