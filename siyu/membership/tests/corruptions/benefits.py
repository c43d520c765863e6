"""A benefit that a member was given and used, and what would be wrong with it."""

from siyu.membership.services.benefits import (
    BenefitAsk,
    BenefitGift,
    BenefitReturn,
    grant_benefit,
    publish_benefit,
    return_benefit,
    use_benefit,
)
from siyu.membership.tests.scene import DAY_BEFORE, LI, START, happens, member

CORRUPTIONS = {
    "benefit_versions_are_periods": "UPDATE membership_benefit SET until_day = '2020-01-01'",
    "benefit_uses_are_booked": "UPDATE membership_benefituse SET returned = 0",
    "benefits_belong_to_the_living": "UPDATE membership_benefituse SET owner_id = owner_id + 1",
    "benefits_used_exist": "UPDATE membership_benefituse SET version = 7",
}


def scene() -> None:
    definition = {"terms": {"service": "Fitting"}, "quota": {"times": 3, "per": "month"}}
    publish_benefit(LI, "fitting", "free_service", "Fitting", definition, DAY_BEFORE, today=DAY_BEFORE, now=START)
    happens("page.viewed", "ann")
    grant_benefit(LI, [BenefitGift(member("ann"), "fitting", "g1", "a gift")], START)
    use_benefit(LI, [BenefitAsk(member("ann"), "fitting", "u1", 2)], START)
    return_benefit(LI, [BenefitReturn("u1", "b1", "not today", 1)], START)
