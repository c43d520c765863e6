"""The writers of paid membership: plans are published in versions; members pay, cancel, resume, and are refunded."""

from .acting import PlanCancel, PlanPayment, PlanReceipt, PlanRefund, cancel_plan, pay_plan, refund_plan, resume_plan
from .publishing import archive_plan, check_plan, publish_plan

__all__ = [
    "PlanCancel",
    "PlanPayment",
    "PlanReceipt",
    "PlanRefund",
    "archive_plan",
    "cancel_plan",
    "check_plan",
    "pay_plan",
    "publish_plan",
    "refund_plan",
    "resume_plan",
]
