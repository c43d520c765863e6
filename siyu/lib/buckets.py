"""Sticky draws: the same member falls into the same bucket for ever, and into others under another salt."""

from collections.abc import Sequence
from hashlib import md5

BUCKETS = 10_000


def bucket(salt: str, member_id: int) -> int:
    """A number from 0 to 9,999. In SQL: `('x' || left(md5(salt || ':' || id), 8))::bit(32)::bigint % 10000`."""
    return int(md5(f"{salt}:{member_id}".encode(), usedforsecurity=False).hexdigest()[:8], 16) % BUCKETS


def arm(salt: str, member_id: int, weights: Sequence[int]) -> int:
    """Which of several arms a member falls into by their weights (of 10,000 together); the rest, if any, is arm `len(weights)`."""
    place = bucket(salt, member_id)
    for index, weight in enumerate(weights):
        if place < weight:
            return index
        place -= weight
    return len(weights)
