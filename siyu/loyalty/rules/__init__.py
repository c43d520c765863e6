"""The rules of loyalty: pure values and folds. `Book` walks events; `fold` answers one; `programme` is what the operator sets."""

from typing import Any

from .book import Book, News
from .ledger import AVAILABLE, GROWTH, PENDING, POINTS, TRACK, Account, Hold, Lot, Member, Move, Posting, Purchase, entry_key
from .orders import reversal_target
from .programme import PLAIN, Definition, EarnRule, Fixed, PerAmount, Programme
from .rungs import rungs_of
from .standing import replayed
from .tiers.judging import NOWHERE, Standing
from .tiers.ladder import NO_LADDER, NO_TIER, Ladder, Tier, Track
from .tiers.value import Floor, Movement

SETTINGS: tuple[Any, ...] = ()  # what the business decides of loyalty are its rules and tiers, which have versions of their own

__all__ = [
    "AVAILABLE",
    "GROWTH",
    "NOWHERE",
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
    "Floor",
    "Hold",
    "Ladder",
    "Lot",
    "Member",
    "Move",
    "Movement",
    "News",
    "PerAmount",
    "Posting",
    "Programme",
    "Purchase",
    "Standing",
    "Tier",
    "Track",
    "entry_key",
    "replayed",
    "reversal_target",
    "rungs_of",
]
