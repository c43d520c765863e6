"""A person's copy of what this room keeps, and its erasure: each part in turn, `export(member_id)` and `erase(member_id)`."""

from types import ModuleType
from typing import Any

from .parts import behaviours, benefits, plans

PARTS: dict[str, ModuleType] = {"benefits": benefits, "plans": plans, "behaviours": behaviours}


def export(member_id: int) -> dict[str, Any]:
    """What each part knows of the member."""
    return {name: part.export(member_id) for name, part in PARTS.items()}


def erase(member_id: int) -> None:
    """Forget what each part knows of the member beyond numbers that accounts need."""
    for part in PARTS.values():
        part.erase(member_id)
