"""Two plans that were paid for, one of them paid back in part, and what would be wrong with them."""

from siyu.membership.tests.scene import START, buys, days, gets_back, install_plans

CORRUPTIONS = {
    "plan_versions_are_periods": "UPDATE membership_plan SET until_day = '2020-01-01'",
    "plan_money_adds_up": "UPDATE membership_planterm SET amount_minor = amount_minor + 1",
    "plan_payments_are_owned": "UPDATE membership_planevent SET amount_minor = amount_minor + 1 WHERE kind = 'pay'",
    "plan_terms_run_forward": "UPDATE membership_planterm SET to_day = to_day + 1",
    "running_plans_fall_due": "UPDATE membership_subscription SET due_at = NULL",
    "refunds_of_plans_have_their_payment": "UPDATE membership_planevent SET of = NULL",
}


def scene() -> None:
    install_plans()
    buys("ann", "VIP-Y", 36_500, "1")
    buys("bea", "VIP-M", 3_000, "2")
    gets_back("ann", 1_000, "1", START + days(3))
