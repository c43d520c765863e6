"""A standing order of assistants begins with what the ledger tells, too."""

from datetime import time, timedelta

import pytest

from siyu.loyalty.services import install_default_programme
from siyu.merchant.rules import SYSTEM
from siyu.touches.models import SopStand
from siyu.touches.services import FactFilter, Step, publish_sop
from siyu.touches.tests import scene

pytestmark = pytest.mark.django_db


def test_who_reaches_a_tier_by_an_order_begins_a_standing_order_of_that() -> None:
    install_default_programme(SYSTEM, (scene.NOON - timedelta(days=9)).date(), now=scene.NOON)
    member = scene.customer("yue", "ana")
    step = Step(1, time(9), scene.template("task", text="Well done").code)
    publish_sop(SYSTEM, "after-a-tier", "After a tier", FactFilter("tier.changed"), [], [step], now=scene.NOON)

    lines: list[dict[str, object]] = []
    scene.happens("order.paid", "yue", scene.NOON, shop="web", order_number="1", amount_minor=200_000, currency="CNY", lines=lines)

    assert list(SopStand.objects.values_list("code", "member_id", "day", "state")) == [("after-a-tier", member, 1, "waiting")]
