"""What templates may say of a member's points and tier."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from .queries import balances, standings

NAMES = {
    "points.available": "points that can be spent now",
    "points.pending": "points on their way",
    "tier.name": "name of the tier",
    "tier.next": "name of the next tier",
    "tier.missing": "growth value still missing to the next tier",
}


def values(member_ids: Sequence[int], wanted: set[str], now: datetime) -> dict[int, dict[str, Any]]:
    """Member → variable → value; who has no tier yet, or no higher one, lacks those words."""
    found: dict[int, dict[str, Any]] = {member: {} for member in member_ids}
    if any(name.startswith("points.") for name in wanted):
        held = balances(list(member_ids), now)
        for member in member_ids:
            points = held.get(member, {}).get("points")
            found[member] |= {"points.available": points.available if points else 0, "points.pending": points.pending if points else 0}
    if any(name.startswith("tier.") for name in wanted):
        for member, tier in standings(list(member_ids)).items():
            found[member] |= {"tier.name": tier.name}
            if tier.next_name:
                found[member] |= {"tier.next": tier.next_name, "tier.missing": tier.missing}
    return found
