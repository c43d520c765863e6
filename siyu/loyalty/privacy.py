"""What this room knows of a person: how much value they earned and why. It holds no personal value but the member's number."""

from typing import Any

from .queries import balances, standings, why_points

MAX_ENTRIES = 100_000


def export(member_id: int) -> dict[str, Any]:
    """Balances, tier and every entry with its reason, as the person may ask for them."""
    return {
        "balances": balances([member_id]).get(member_id, {}),
        "tier": standings([member_id]).get(member_id),
        "entries": why_points(member_id, MAX_ENTRIES),
    }


def erase(member_id: int) -> None:
    """Nothing to erase: the ledger must stay for accounting, and names nobody once the member's identities are gone."""
