"""When it happened: the sender's clock corrected by ours, as Segment does, with guards."""

from datetime import UTC, datetime, timedelta
from typing import Any

FUTURE = timedelta(hours=23)  # a result later than this after receipt is a wrong clock
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


def read_time(value: Any) -> datetime | None:
    """An ISO 8601 instant; without a zone it is UTC. None for what is missing or is no instant."""
    if not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)


def correct(stated: datetime | None, sent_at: datetime | None, received_at: datetime) -> tuple[datetime, bool]:
    """`received_at - (sent_at - stated)`, and whether a guard replaced it by `received_at`.

    Without `sent_at` the stated instant stands, without both the receipt. Replaced are instants more than 23 hours
    after the receipt, and those before 1970.
    """
    if stated is None:
        return received_at, False
    try:
        since = (received_at if sent_at is None else sent_at) - stated
        result = received_at - since
        if result.tzinfo is not UTC:
            result = result.astimezone(UTC)
    except OverflowError:
        return received_at, True
    if since < -FUTURE or result < _EARLIEST:
        return received_at, True
    return result, False
