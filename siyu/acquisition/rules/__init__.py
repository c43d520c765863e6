"""Channels' rules: what counts as an arrival, which channel it is owed to, and what a day of a channel costs."""

from .arrival import AUTOMATIC_PREFIX, MARKS, MAX_CODE, OTHER, Claim, Match, channel_code, claim_of, is_valid_code
from .cost import KINDS, Spell, cost_between, cost_each_day, per_head

__all__ = [
    "AUTOMATIC_PREFIX",
    "KINDS",
    "MARKS",
    "MAX_CODE",
    "OTHER",
    "Claim",
    "Match",
    "Spell",
    "channel_code",
    "claim_of",
    "cost_between",
    "cost_each_day",
    "is_valid_code",
    "per_head",
]
