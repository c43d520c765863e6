"""The rules of loyalty: pure values and folds. `Book` walks events; `fold` answers one; `programme` is what the operator sets."""

from typing import Any

from .book import Book, News
from .ledger import AVAILABLE, GROWTH, PENDING, POINTS, TRACK, Account, Hold, Lot, Member, Move, Posting, Purchase, entry_key
from .orders import reversal_target
from .programme import NO_LADDER, NO_TIER, PLAIN, Definition, EarnRule, Fixed, Ladder, PerAmount, Programme, Tier
from .rungs import rungs_of
from .standing import Growth, Standing, replayed

SETTINGS: tuple[Any, ...] = ()  # what the business decides of loyalty are its rules and tiers, which have versions of their own

__all__ = [
    "AVAILABLE",
    "GROWTH",
    "NO_LADDER",
    "NO_TIER",
    "PENDING",
    "PLAIN",
    "POINTS",
    "SETTINGS",
    "TRACK",
    "Account",
    "Book",
    "Definition",
    "EarnRule",
    "Fixed",
    "Growth",
    "Hold",
    "Ladder",
    "Lot",
    "Member",
    "Move",
    "News",
    "PerAmount",
    "Posting",
    "Programme",
    "Purchase",
    "Standing",
    "Tier",
    "entry_key",
    "replayed",
    "reversal_target",
    "rungs_of",
]
