"""The tables of value: the ledger, the rules that fill it, the tiers that follow."""

from .earning import Approval, BudgetUse, CapUse, Draft, EarnRule, PaymentTerms, PointsPayment
from .ledger import Account, Entry, Lot, Purchase
from .operations import Adjustment, Hold, Operation
from .tiers import MapNote, Standing, Tier, TierFloor, TierGift, TrackVersion
from .units import Seal, Unit

__all__ = [
    "Account",
    "Adjustment",
    "Approval",
    "BudgetUse",
    "CapUse",
    "Draft",
    "EarnRule",
    "Entry",
    "Hold",
    "Lot",
    "MapNote",
    "Operation",
    "PaymentTerms",
    "PointsPayment",
    "Purchase",
    "Seal",
    "Standing",
    "Tier",
    "TierFloor",
    "TierGift",
    "TrackVersion",
    "Unit",
]
