"""However a history is cut into batches, tiers and badges brought in are the same: orders that raise the tier, and merges, included."""

import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.loyalty.services import install_default_programme
from siyu.membership.services.honours import publish_badge
from siyu.membership.tests.scene import DAY_BEFORE, START
from siyu.membership.tests.test_plans_splitting import Delivery, in_parts, one_at_a_time, receipts, undone
from siyu.merchant.rules import SYSTEM
from siyu.operate.verify import verify
from tests.snapshot import Snapshot, differences, snapshot

TABLES = ["loyalty_tierfloor", "loyalty_standing", "loyalty_account", "loyalty_lot", "membership_badgeaward"]


@st.composite
def histories(draw: st.DrawFn) -> list[Incoming]:
    """Tiers (known, unknown, ended) and badges that several handles of perhaps one person bring along, between orders and merges."""
    facts, at = [], START
    devices = st.sampled_from(["d1", "d2", "d3"])
    for number in range(draw(st.integers(2, 12))):
        at += draw(st.sampled_from([timedelta(0), timedelta(minutes=7), timedelta(days=1), timedelta(days=20)]))
        handle = Handle("anonymous_id", draw(devices))
        told: dict[str, Any] = {"message": f"m{number}", "handles": [handle], "occurred_at": at}
        match draw(st.sampled_from(["tier", "tier", "badge", "order", "merge"])):
            case "tier":
                until = draw(st.sampled_from(["", "2026-04-15", "2027-01-01", "2020-01-01", "soon"]))
                tier = draw(st.sampled_from(["gold", "silver", "金卡", "diamond"]))
                facts.append(Incoming(name="tier.brought_in", **told, properties={"tier": tier, **({"until": until} if until else {})}))
            case "badge":
                facts.append(
                    Incoming(name="badge.brought_in", **told, properties={"badge": draw(st.sampled_from(["elder", "元老", "none"]))})
                )
            case "order":
                paid = {"shop": "web", "order_number": str(number), "amount_minor": 150_000}
                facts.append(Incoming(name="order.paid", **told, properties=paid))
            case _:
                told |= {"handles": [handle, Handle("anonymous_id", draw(devices))], "proof": "alias"}
                facts.append(Incoming(name="member.aliased", **told))
    return facts


def run(facts: list[Incoming], deliver: Delivery) -> Snapshot:
    """What members hold after these facts were delivered in some manner and two months went by."""
    taken: list[Snapshot] = []
    with undone():
        install_default_programme(SYSTEM, DAY_BEFORE)
        publish_badge(SYSTEM, "elder", "元老", {"measure": "hand", "levels": [{"threshold": 1}]}, now=START)
        deliver(facts)
        assert not pump(receipts(facts)[-1][0] + timedelta(days=60)).stopped
        assert [finding for finding in verify(60) if not finding.holds] == []
        rows = snapshot([*TABLES, "facts_log"])
        rows["facts_log"] = [row for row in rows["facts_log"] if str(row[2]) in ("tier.changed", "badge.awarded")]
        taken.append(rows)
    return taken[0]


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(histories(), st.randoms(use_true_random=False))
def test_any_splitting_brings_the_same_tiers_and_badges(facts: list[Incoming], cuts: random.Random) -> None:
    assert differences(run(facts, one_at_a_time), run(facts, in_parts(cuts))) == ""
