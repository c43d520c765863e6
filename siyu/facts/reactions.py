"""Counting: what somebody asked to be counted, per handle and business day."""

from collections import Counter
from collections.abc import Callable
from functools import lru_cache

import msgspec
from psycopg import Cursor

from siyu.lib.sql import statements

from . import filters
from .rules import Batch, Derived

_sql = statements("siyu.facts", "pump")


def count(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """Add the batch's facts to the counters that are defined; a counter defined meanwhile waits for this batch to end."""
    cursor.execute(_sql.counters)
    counters = [(number, name, _predicate(tree)) for number, name, tree in cursor.fetchall()]
    if not counters:
        return None
    by_name: dict[str, list[tuple[int, Callable[[dict], bool]]]] = {}
    for number, name, predicate in counters:
        by_name.setdefault(name, []).append((number, predicate))
    cells: Counter = Counter()
    for fact in batch.facts:
        for number, predicate in by_name.get(fact.name, ()):
            if fact.identity_id is not None and predicate(fact.properties):
                cells[(fact.identity_id, number, fact.business_day)] += 1
    if cells:
        ordered = sorted(cells.items())
        names = ("identity", "counter", "day")
        columns = {name: [cell[place] for cell, _ in ordered] for place, name in enumerate(names)}
        cursor.execute(_sql.count_days, {**columns, "times": [times for _, times in ordered]})
    return None


@lru_cache(maxsize=1_000)
def _predicate(tree: str) -> Callable[[dict], bool]:
    return filters.compile(msgspec.json.decode(tree))
