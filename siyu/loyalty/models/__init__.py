"""The tables of value: the ledger, the rules that fill it, the tiers that follow."""

from .earning import CapUse, EarnRule
from .ledger import Account, Entry, Lot, Purchase
from .tiers import Standing, Tier

__all__ = ["Account", "CapUse", "EarnRule", "Entry", "Lot", "Purchase", "Standing", "Tier"]
