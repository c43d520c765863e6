"""Paid plans of the demo, sold over its last months to members who buy much, and some of what they used."""

from datetime import datetime, timedelta
from random import Random

from django.db import connection

from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.membership.services.benefits import BenefitAsk, use_benefit
from siyu.membership.services.plans import PlanCancel, PlanPayment, PlanRefund, cancel_plan, pay_plan, publish_plan, refund_plan
from siyu.merchant.queries import today
from siyu.merchant.rules import SYSTEM

_sql = statements("siyu.demo", "plans")
BUYERS = 120
SEASON = {"price_minor": 2_990, "months": 3, "grace_days": 3, "benefits": ["free_shipping"], "words": "三个月包邮权益。"}
PRICES = {"year_card": 9_900, "season": 2_990}


def sell_plans(now: datetime) -> None:
    """Publish a season card beside the year card, and let members pay, leave and use over half a year. Part of a transaction."""
    begun = today(now) - timedelta(days=180)
    publish_plan(SYSTEM, "season", "季卡", SEASON, begun, today=begun, now=now)
    with connection.cursor() as cursor:
        cursor.execute(_sql.buyers, {"limit": BUYERS})
        members = [row[0] for row in cursor.fetchall()]
    chance = Random(20260)
    payments = []
    for number, member in enumerate(members):
        plan = "year_card" if chance.random() < 0.6 else "season"
        paid_at = now - timedelta(days=chance.randint(1, 175), hours=chance.randint(0, 12))
        payments.append(PlanPayment(member, plan, PRICES[plan], f"demo:{number}", "演示付款", paid_at=paid_at))
    pay_plan(SYSTEM, sorted(payments, key=lambda payment: payment.paid_at or now), now)
    for number, member in enumerate(members):
        _afterwards(member, number, chance, now)


def _afterwards(member: int, number: int, chance: Random, now: datetime) -> None:
    """One in twelve cancels, one in twenty is refunded, most use a benefit."""
    try:
        if number % 12 == 5:
            cancel_plan(SYSTEM, [PlanCancel(member, f"demo-cancel:{number}", "演示取消")], now)
        elif number % 20 == 7:
            refund_plan(SYSTEM, [PlanRefund(member, f"demo-refund:{number}", "演示退费")], now)
        elif chance.random() < 0.7:
            use_benefit(SYSTEM, [BenefitAsk(member, "free_shipping", f"demo-use:{number}", ref="演示订单")], now, source="api")
    except Refusal:  # a season card that has ended in the meantime
        return
