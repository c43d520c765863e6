"""However a history is cut into batches, uses of benefits, the quotas they were spent of and their facts are the same: merges included."""

import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.loyalty.services import install_default_programme
from siyu.membership.services.benefits import publish_benefit
from siyu.membership.tests.scene import DAY_BEFORE, START
from siyu.membership.tests.test_plans_splitting import Delivery, in_parts, one_at_a_time, receipts, undone
from siyu.merchant.rules import SYSTEM
from tests.snapshot import Snapshot, differences, snapshot

# What a reaction spends is posted at the end of its batch, when a merge in it has happened already: whose account a quota is
# kept in may differ, what a person has of it and used of it may not.
QUOTAS = """
SELECT a.unit,
    (SELECT string_agg(i.hash::text, '+' ORDER BY i.hash::text) FROM members_identity i WHERE i.member_id = a.owner_id) AS person,
    l.expires_at, sum(l.amount), sum(l.remaining), sum(l.held), sum(l.expired)
FROM loyalty_account a JOIN loyalty_lot l ON l.account_id = a.id
GROUP BY a.unit, a.owner_id, l.expires_at
"""


def install() -> None:
    install_default_programme(SYSTEM, DAY_BEFORE)
    for code, per in (("daily", "day"), ("monthly", "month"), ("tier", "tier"), ("free", None)):
        definition: dict[str, Any] = {"terms": {"fee_minor": 1_000}, "quota": {"times": 2, "per": per} if per else None}
        publish_benefit(SYSTEM, code, "free_shipping", code, definition, DAY_BEFORE, today=DAY_BEFORE, now=START)


@st.composite
def histories(draw: st.DrawFn) -> list[Incoming]:
    """Benefits used by several devices of perhaps one person, some told twice or late; orders that raise the tier between them."""
    facts, at = [], START
    for number in range(draw(st.integers(2, 12))):
        at += draw(st.sampled_from([timedelta(0), timedelta(minutes=7), timedelta(hours=11), timedelta(days=1), timedelta(days=29)]))
        handle = Handle("anonymous_id", draw(st.sampled_from(["d1", "d2", "d3"])))
        given: dict[str, Any] = {
            "message": f"m{number}",
            "handles": [handle],
            "occurred_at": at - draw(st.sampled_from([timedelta(0), timedelta(days=2)])),
        }
        match draw(st.sampled_from(["use", "use", "use", "use", "merge", "order"])):
            case "use":
                properties = {
                    "benefit": draw(st.sampled_from(["daily", "monthly", "tier", "free", "none"])),
                    "quantity": draw(st.sampled_from([1, 1, 3])),
                    "use": draw(st.sampled_from(["", "u1", "u2"])),
                }
                facts.append(Incoming(name="benefit.redeemed", **given, properties=properties))
            case "order":
                properties = {"shop": "web", "order_number": str(number), "amount_minor": 150_000}
                facts.append(Incoming(name="order.paid", **given, properties=properties))
            case _:
                given |= {"handles": [handle, Handle("anonymous_id", draw(st.sampled_from(["d1", "d2", "d3"])))], "proof": "alias"}
                facts.append(Incoming(name="member.aliased", **given))
    return facts


def run(facts: list[Incoming], deliver: Delivery) -> Snapshot:
    """Uses and quotas after these facts were delivered in some manner and two months went by."""
    taken: list[Snapshot] = []
    with undone():
        install()
        deliver(facts)
        assert not pump(receipts(facts)[-1][0] + timedelta(days=60)).stopped
        rows = snapshot(["membership_benefituse", "facts_log"])
        rows["facts_log"] = [row for row in rows["facts_log"] if str(row[2]).startswith("benefit.")]
        with connection.cursor() as cursor:
            cursor.execute(QUOTAS)
            rows["quotas"] = sorted(cursor.fetchall(), key=str)
        taken.append(rows)
    return taken[0]


@pytest.mark.django_db
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(histories(), st.randoms(use_true_random=False))
def test_any_splitting_gives_the_same_uses_and_quotas(facts: list[Incoming], cuts: random.Random) -> None:
    assert differences(run(facts, one_at_a_time), run(facts, in_parts(cuts))) == ""
