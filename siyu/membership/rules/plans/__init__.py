"""Paid membership as pure rules: terms of plans, the fold of what happens to a member's, the money of its days."""

from .fold import Book
from .money import unused_minor
from .quotes import RefundQuote, SwitchQuote, refund_quote, switch_quote
from .subscription import HELD, RUNNING, Event, Join, Move, Payment, State, Subscription, Term, ZoneOn, add_period, recognised
from .terms import LEAST_NOTICE_DAYS, Plan, Plans, PlanTerms, RefundPolicy, Trial, fault_of

__all__ = [
    "HELD",
    "LEAST_NOTICE_DAYS",
    "RUNNING",
    "Book",
    "Event",
    "Join",
    "Move",
    "Payment",
    "Plan",
    "PlanTerms",
    "Plans",
    "RefundPolicy",
    "RefundQuote",
    "State",
    "Subscription",
    "SwitchQuote",
    "Term",
    "Trial",
    "ZoneOn",
    "add_period",
    "fault_of",
    "recognised",
    "refund_quote",
    "switch_quote",
    "unused_minor",
]
