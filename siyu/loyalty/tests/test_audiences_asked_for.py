"""An audience by which points are earned is not put away: a rule for everybody but its members would be for everybody."""

from datetime import timedelta

import pytest

from siyu.audiences.services import archive, create
from siyu.lib.refusal import Refusal
from siyu.loyalty.services import publish_earn_rule
from siyu.loyalty.tests.scene import FIRST_DAY, START
from siyu.merchant.rules import SYSTEM

pytestmark = pytest.mark.django_db
EARNED = {"trigger": "order.paid", "formula": {"kind": "per_amount", "points": 1}}


@pytest.mark.parametrize("way", ["any", "none"])
def test_an_audience_is_not_put_away_while_a_rule_asks_for_it(way: str) -> None:
    staff = create(SYSTEM, "员工", {"condition": "tag", "tags": ["员工"]}, now=START)
    other = create(SYSTEM, "其他", {"condition": "tag", "tags": ["其他"]}, now=START)
    asks = {**EARNED, "conditions": [{"kind": "audience", way: [str(staff)]}]}
    publish_earn_rule(SYSTEM, "orders", "订单积分", asks, FIRST_DAY, today=FIRST_DAY)
    following = START.date() + timedelta(days=1)

    archive(SYSTEM, other, now=START)
    with pytest.raises(Refusal, match=r"audience\.in_use: it is asked for by: 订单积分"):
        archive(SYSTEM, staff, now=START)

    publish_earn_rule(SYSTEM, "orders", "订单积分", EARNED, following, today=START.date())
    with pytest.raises(Refusal, match=r"audience\.in_use"):
        archive(SYSTEM, staff, now=START)
    archive(SYSTEM, staff, now=START + timedelta(days=1))
