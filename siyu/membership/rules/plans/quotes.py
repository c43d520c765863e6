"""What a refund or a change of plan would come to, asked before it is done; the services do what these say."""

from datetime import date, datetime
from typing import NamedTuple

from siyu.lib.clock import business_day

from .money import unused_minor
from .subscription import RUNNING, Payment, Subscription, ZoneOn
from .terms import Plan, Plans


class RefundQuote(NamedTuple):
    """What would go back of one payment: the value of the days left, what is taken off for benefits used, and the rest."""

    payment: Payment
    days_left: int
    value_minor: int
    used_minor: int
    amount_minor: int
    is_full: bool


class SwitchQuote(NamedTuple):
    """What another plan costs now: its price less the value of the days left."""

    plan: str
    price_minor: int
    credit_minor: int
    to_pay_minor: int
    at_once: bool  # or when the present plan ends


def refund_quote(plans: Plans, standing: Subscription, payment: Payment, now: datetime, zone_on: ZoneOn, used_minor: int) -> RefundQuote:
    """What the plan's policy gives back of a payment at an instant. `used_minor`: the value of benefits used since it was paid."""
    policy = plans[payment.plan, payment.version].terms.refund
    today = business_day(now, zone_on(now.date()))
    paid_day = business_day(payment.paid_at, zone_on(payment.paid_at.date()))
    days_left = sum((term.to_day - max(term.from_day, today)).days for term in _left(standing, payment, today))
    paid = payment.amount_minor - payment.refunded_minor - max(payment.credit_out_minor - payment.credit_in_minor, 0)
    if policy.full_days and (today - paid_day).days < policy.full_days and not used_minor and days_left:
        return RefundQuote(payment, days_left, paid, 0, paid, is_full=True)
    value = min(unused_minor(standing, today, payment), paid)
    used = used_minor if policy.less_used else 0
    amount = max(value - used, 0) if policy.kind == "pro_rata" else 0
    return RefundQuote(payment, days_left, value, used, amount, is_full=False)


def switch_quote(standing: Subscription, plans: Plans, plan: Plan, today: date) -> SwitchQuote:
    """What a member pays for a plan on a day, given what runs."""
    price = plan.terms.price_minor
    if standing.state not in RUNNING or standing.plan == plan.code:
        return SwitchQuote(plan.code, price, 0, price, at_once=standing.state not in RUNNING)
    if plan.terms.rank < plans[standing.plan, standing.version].terms.rank:
        return SwitchQuote(plan.code, price, 0, price, at_once=False)
    credit = unused_minor(standing, today)
    return SwitchQuote(plan.code, price, credit, max(price - credit, 0), at_once=True)


def _left(standing: Subscription, payment: Payment, today: date) -> list:
    return [term for term in standing.terms if term.covers and term.payment == payment.key and term.to_day > today]
