"""The writers of value and of the programme."""

from .earn_rules import archive_earn_rule, check_definition, publish_earn_rule
from .install import install_default_programme
from .tiers import Step, check_steps, publish_tiers
from .value import capture, give_back, grant, hold, spend, take_back, void
from .value_items import Allocation, Because, Capture, GiveBack, Grant, Hold, Receipt, Spend, TakeBack, Void

__all__ = [
    "Allocation",
    "Because",
    "Capture",
    "GiveBack",
    "Grant",
    "Hold",
    "Receipt",
    "Spend",
    "Step",
    "TakeBack",
    "Void",
    "archive_earn_rule",
    "capture",
    "check_definition",
    "check_steps",
    "give_back",
    "grant",
    "hold",
    "install_default_programme",
    "publish_earn_rule",
    "publish_tiers",
    "spend",
    "take_back",
    "void",
]
