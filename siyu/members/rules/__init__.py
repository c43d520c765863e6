"""The rules of people: `identity` says who is who, `life` turns the three clocks, `settings` are the merchant's."""

from .consent import CHANNELS, MAX_NOTE, PURPOSES, UNDATED, WAYS
from .identity import BLOCKED, KINDS, MAX_HANDLE, IdentityKind, Policy, policy_of
from .life import (
    FACT_RUNGS,
    HELD_RUNGS,
    LIFE_FACTS,
    RUNGS,
    Activity,
    Clocks,
    Life,
    Move,
    NextMove,
    PoolStage,
    Rung,
    bit,
    clocks_of,
    highest,
    live,
    next_moves,
    rhythm_days,
    turn,
)
from .merging import became
from .settings import SETTINGS
from .trait import TraitName, check_traits

__all__ = [
    "BLOCKED",
    "CHANNELS",
    "FACT_RUNGS",
    "HELD_RUNGS",
    "KINDS",
    "LIFE_FACTS",
    "MAX_HANDLE",
    "MAX_NOTE",
    "PURPOSES",
    "RUNGS",
    "SETTINGS",
    "UNDATED",
    "WAYS",
    "Activity",
    "Clocks",
    "IdentityKind",
    "Life",
    "Move",
    "NextMove",
    "Policy",
    "PoolStage",
    "Rung",
    "TraitName",
    "became",
    "bit",
    "check_traits",
    "clocks_of",
    "highest",
    "live",
    "next_moves",
    "policy_of",
    "rhythm_days",
    "turn",
]
