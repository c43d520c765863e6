"""The instant at which a statement judges: its day, and the midnights to come."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from siyu.lib.clock import business_day, midnight
from siyu.lib.sql import array

from ..asking import HORIZON


def parameters(now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """What every statement of the compiler takes: `now`, `today`, `zone` and the next midnights."""
    today = business_day(now, zone)
    return {"now": now, "today": today, "zone": zone.key, "midnights": _midnights(today, zone)}


@lru_cache(maxsize=16)
def _midnights(today: Any, zone: ZoneInfo) -> str:
    return array(midnight(today + timedelta(days=ahead), zone) for ahead in range(1, HORIZON + 1))
