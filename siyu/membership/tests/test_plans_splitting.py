"""However a history is cut into batches, paid memberships, their terms and their facts are the same: refunds and merges included."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.membership.tests.scene import START, install_plans
from tests.snapshot import Snapshot, differences, snapshot

TABLES = ["membership_planevent", "membership_planterm", "membership_subscription"]
Delivery = Callable[[list[Incoming]], None]


class _Undo(Exception):
    pass


@contextmanager
def undone() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
            raise _Undo
    except _Undo:
        pass


@st.composite
def histories(draw: st.DrawFn) -> list[Incoming]:
    """Plans bought, tried, refunded (before and after), orders closed, and people who turn out to be one; some facts arrive late."""
    facts, at = [], START
    steps = [timedelta(0), timedelta(0), timedelta(minutes=7), timedelta(hours=11), timedelta(days=1), timedelta(days=29)]
    for number in range(draw(st.integers(2, 14))):
        at += draw(st.sampled_from(steps))
        facts.append(draw(_fact(number, at)))
    return facts


@st.composite
def _fact(draw: st.DrawFn, number: int, at: datetime) -> Incoming:
    handle = Handle("anonymous_id", draw(st.sampled_from(["d1", "d2", "d3"])))
    of_order = {"shop": "web", "order_number": draw(st.sampled_from(["1", "2", "3", "4"]))}
    given: dict[str, Any] = {
        "message": f"m{number}",
        "handles": [handle],
        "occurred_at": at - draw(st.sampled_from([timedelta(0), timedelta(days=2)])),
    }
    match draw(st.sampled_from(["paid", "paid", "paid", "paid", "refund", "refund", "line", "merge", "merge", "closed"])):
        case "paid":
            sku, amount = draw(st.sampled_from([("VIP-Y", 36_500), ("VIP-M", 2_999), ("VIP-M", 9_001), ("VIP-B", 73_000), ("VIP-T", 0)]))
            line = {"sku": sku, "quantity": draw(st.sampled_from([1, 1, 3])), "amount_minor": amount}
            shirt = [{"sku": "SHIRT", "quantity": 1, "amount_minor": 1_000}] if draw(st.booleans()) else []
            whole = {"amount_minor": amount + 1_000 * len(shirt), "lines": [line, *shirt]}
            return Incoming(name="order.paid", **given, properties={**of_order, **whole})
        case "refund":
            amount = draw(st.sampled_from([1, 3_333, 12_167, 99_999]))
            return Incoming(name="order.refunded", **given, properties={**of_order, "amount_minor": amount})
        case "line":
            line = {"sku": draw(st.sampled_from(["VIP-Y", "VIP-M", "SHIRT"])), "quantity": 1, "amount_minor": 1_000}
            properties = {**of_order, "amount_minor": 1_000, "refund": draw(st.sampled_from(["r1", "r2"])), "lines": [line]}
            return Incoming(name="order.refunded", **given, properties=properties)
        case "merge":
            given |= {"handles": [handle, Handle("anonymous_id", draw(st.sampled_from(["d1", "d2", "d3"])))], "proof": "alias"}
            return Incoming(name="member.aliased", **given)
    return Incoming(name="order.closed", **given, properties=of_order)


def receipts(facts: list[Incoming]) -> list[tuple[datetime, Incoming]]:
    latest, received = START, []
    for fact in facts:
        latest = max(latest, fact.occurred_at)
        received.append((latest, fact))
    return received


def run(facts: list[Incoming], deliver: Delivery) -> Snapshot:
    """Paid memberships after these facts were delivered in some manner and a year and a half went by."""
    taken: list[Snapshot] = []
    with undone():
        install_plans()
        deliver(facts)
        assert not pump(receipts(facts)[-1][0] + timedelta(days=500)).stopped
        rows = snapshot([*TABLES, "facts_log"])
        rows["facts_log"] = [row for row in rows["facts_log"] if str(row[2]).startswith("plan.")]
        taken.append(rows)
    return taken[0]


def one_at_a_time(facts: list[Incoming]) -> None:
    for at, fact in receipts(facts):
        record([fact], source="web", received_at=at)
        assert not pump(at, largest=1).stopped


def in_parts(cuts: random.Random) -> Delivery:
    def deliver(facts: list[Incoming]) -> None:
        waiting = receipts(facts)
        while waiting:
            part = waiting[: cuts.randint(1, len(facts))]
            waiting = waiting[len(part) :]
            for at, fact in part:
                record([fact], source="web", received_at=at)
            assert not pump(part[-1][0]).stopped

    return deliver


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(histories(), st.randoms(use_true_random=False))
def test_any_splitting_gives_the_same_paid_memberships(facts: list[Incoming], cuts: random.Random) -> None:
    assert differences(run(facts, one_at_a_time), run(facts, in_parts(cuts))) == ""
