"""Sticky draws: the same member falls into the same bucket for ever, and into others under another salt."""

from hashlib import md5

BUCKETS = 10_000


def bucket(salt: str, member_id: int) -> int:
    """A number from 0 to 9,999. In SQL: `('x' || left(md5(salt || ':' || id), 8))::bit(32)::bigint % 10000`."""
    return int(md5(f"{salt}:{member_id}".encode(), usedforsecurity=False).hexdigest()[:8], 16) % BUCKETS
