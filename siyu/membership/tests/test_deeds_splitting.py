"""However a history is cut into batches, check-ins, the ladder, tasks and their news are the same: refunds, merges, repetition included."""

import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.loyalty.tests.test_splitting import START, Delivery, in_parts, one_at_a_time, receipts, undone
from siyu.membership.tests.deeds import install_behaviours
from siyu.membership.tests.test_verify import broken
from tests.snapshot import Snapshot, differences, snapshot

TABLES = [
    "membership_checkin",
    "membership_laddergift",
    "membership_taskorder",
    "membership_completion",
    "membership_anniversary",
    "facts_log",
]
NEWS = ("task.completed", "member.anniversary")


@st.composite
def histories(draw: st.DrawFn) -> list[Incoming]:
    """Check-ins, orders, their refunds, reviews, shares and merges over days; some told late, some twice."""
    facts, at = [], START
    steps = [timedelta(0), timedelta(minutes=7), timedelta(hours=11), timedelta(days=1), timedelta(days=1), timedelta(days=20)]
    for number in range(draw(st.integers(2, 18))):
        at += draw(st.sampled_from(steps))
        facts.append(_fact(draw, number, at))
    return facts


def _fact(draw: st.DrawFn, number: int, at: Any) -> Incoming:
    handle = Handle("anonymous_id", draw(st.sampled_from(["d1", "d2", "d3"])))
    kind = draw(st.sampled_from(["check_in", "check_in", "check_in", "paid", "paid", "refund", "review", "share", "share", "merge"]))
    late = draw(st.sampled_from([timedelta(0), timedelta(0), timedelta(days=1)]))
    told: dict[str, Any] = {"message": f"m{number - draw(st.sampled_from([0, 0, 0, 1]))}", "handles": [handle], "occurred_at": at - late}
    of_order = {"shop": "web", "order_number": draw(st.sampled_from(["1", "2", "3", "4"]))}
    if kind == "paid":
        return Incoming(name="order.paid", **told, properties={**of_order, "amount_minor": draw(st.sampled_from([500, 5_000]))})
    if kind == "refund":
        return Incoming(name="order.refunded", **told, properties={**of_order, "amount_minor": draw(st.sampled_from([2_500, 5_000]))})
    if kind == "merge":
        told["handles"] = [handle, Handle("anonymous_id", draw(st.sampled_from(["d1", "d2", "d3"])))]
        return Incoming(name="member.aliased", **told, proof="alias")
    name = {"check_in": "member.checked_in", "review": "product.reviewed", "share": "product.shared"}[kind]
    return Incoming(name=name, **told)


def run(facts: list[Incoming], deliver: Delivery) -> Snapshot:
    """The rows after these facts were delivered in some manner; every invariant holds."""
    taken: list[Snapshot] = []
    with undone():
        install_behaviours()
        deliver(facts)
        pump(receipts(facts)[-1][0] + timedelta(days=400))
        rows = snapshot(TABLES)
        rows["facts_log"] = [row for row in rows["facts_log"] if row[2] in NEWS]
        assert broken() == []
        taken.append(rows)
    return taken[0]


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(histories(), st.randoms(use_true_random=False))
def test_any_splitting_gives_the_same_rows(facts: list[Incoming], cuts: random.Random) -> None:
    assert differences(run(facts, one_at_a_time), run(facts, in_parts(cuts))) == ""


@pytest.mark.django_db
def test_repeating_a_history_changes_nothing() -> None:
    install_behaviours()
    facts = [
        Incoming(name="member.checked_in", occurred_at=START + timedelta(days=day), message=f"c{day}", handles=[Handle("user_id", "anna")])
        for day in range(4)
    ]
    one_at_a_time(facts)
    before = snapshot(TABLES)

    for at, fact in receipts(facts):
        record([fact], source="web", received_at=at + timedelta(days=5))
    pump(START + timedelta(days=9))

    assert len(before["membership_laddergift"]) == 1
    assert differences(before, snapshot(TABLES)) == ""
