"""The writers of value and of the programme."""

from .approvals import approve_earnings, reject_earnings
from .corrections import Adjust, Extend, Transfer, adjust, approve_adjustment, extend, reject_adjustment, transfer
from .earn_rules import archive_earn_rule, check_definition, discard_draft, publish_earn_rule, save_draft
from .floors import grant_tier, take_tier_away
from .install import install_default_programme
from .payment import Paid, cancel_payment, pay_with_points, publish_payment_terms
from .tier_checks import Step, check_steps
from .tiers import draft_tiers, move_members, publish_tiers, withdraw
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
    "Paid",
    "Receipt",
    "Spend",
    "Step",
    "TakeBack",
    "Transfer",
    "Void",
    "adjust",
    "approve_adjustment",
    "approve_earnings",
    "archive_earn_rule",
    "cancel_payment",
    "capture",
    "check_definition",
    "check_steps",
    "check_terms",
    "define_unit",
    "discard_draft",
    "draft_tiers",
    "extend",
    "give_back",
    "grant",
    "grant_tier",
    "hold",
    "install_default_programme",
    "move_members",
    "pay_with_points",
    "publish_earn_rule",
    "publish_payment_terms",
    "publish_tiers",
    "reject_adjustment",
    "reject_earnings",
    "save_draft",
    "spend",
    "take_back",
    "take_tier_away",
    "transfer",
    "void",
    "withdraw",
]
