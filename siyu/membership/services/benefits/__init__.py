"""The writers of benefits: published in versions; used, given back; given by hand, tried, taken back."""

from .granting import BenefitGift, BenefitTrial, grant_benefit, revoke_benefit, try_benefit
from .publishing import archive_benefit, check_benefit, publish_benefit
from .using import BenefitAsk, BenefitReceipt, BenefitReturn, return_benefit, use_benefit

__all__ = [
    "BenefitAsk",
    "BenefitGift",
    "BenefitReceipt",
    "BenefitReturn",
    "BenefitTrial",
    "archive_benefit",
    "check_benefit",
    "grant_benefit",
    "publish_benefit",
    "return_benefit",
    "revoke_benefit",
    "try_benefit",
    "use_benefit",
]
