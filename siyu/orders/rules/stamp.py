"""Stamps: bytes that compare as (rank, occurrence, mark of the message) do: the greatest of a set is the same in any order of arrival."""

from datetime import datetime

from siyu.lib.clock import EPOCH

_MIDDLE = 1 << 62  # instants before 1970 stay positive
_LAST = (1 << 64) - 1


def stamp(rank: int, occurred_at: datetime, mark: bytes) -> bytes:
    """25 bytes: one of rank, eight of microseconds, sixteen of the message's mark. The later fact has the greater stamp."""
    return rank.to_bytes(1, "big") + (_MIDDLE + _microseconds(occurred_at)).to_bytes(8, "big") + mark


def line_stamp(occurred_at: datetime, mark: bytes) -> str:
    """Hex stamp of what an order line says about its product: rank 0, and the earliest line has the greatest stamp.

    The earliest, because then a history replayed in time order never rewrites a product.
    """
    return "00" + (_LAST - _MIDDLE - _microseconds(occurred_at)).to_bytes(8, "big").hex() + mark.hex()


def _microseconds(instant: datetime) -> int:
    since = instant - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
