"""The writers of value and of the programme."""

from .corrections import Adjust, Extend, Transfer, adjust, approve_adjustment, extend, reject_adjustment, transfer
from .earn_rules import archive_earn_rule, check_definition, publish_earn_rule
from .install import install_default_programme
from .tiers import Step, check_steps, publish_tiers
from .units import check_terms, define_unit
from .value import capture, give_back, grant, hold, spend, take_back, void
from .value_items import Allocation, Because, Capture, GiveBack, Grant, Hold, Receipt, Spend, TakeBack, Void

__all__ = [
    "Adjust",
    "Allocation",
    "Because",
    "Capture",
    "Extend",
    "GiveBack",
    "Grant",
    "Hold",
    "Receipt",
    "Spend",
    "Step",
    "TakeBack",
    "Transfer",
    "Void",
    "adjust",
    "approve_adjustment",
    "archive_earn_rule",
    "capture",
    "check_definition",
    "check_steps",
    "check_terms",
    "define_unit",
    "extend",
    "give_back",
    "grant",
    "hold",
    "install_default_programme",
    "publish_earn_rule",
    "publish_tiers",
    "reject_adjustment",
    "spend",
    "take_back",
    "transfer",
    "void",
]
