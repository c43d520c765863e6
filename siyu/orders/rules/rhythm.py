"""A member's own rhythm of buying."""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from statistics import median


def rhythm(days: Iterable[date]) -> float | None:
    """The median of the days between days of purchase; None with fewer than two gaps."""
    gaps = [(after - before).days for before, after in pairwise(sorted(set(days)))]
    return float(median(gaps)) if len(gaps) > 1 else None
