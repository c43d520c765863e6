"""However a history is cut into batches, the ledger, the tiers and their facts are the same: caps, multipliers and merges included."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.loyalty import reactions
from siyu.loyalty.services import Step, publish_earn_rule, publish_tiers
from siyu.loyalty.tests.check import faults
from siyu.merchant.rules import SYSTEM
from tests.snapshot import Snapshot, differences, snapshot

START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
DAY_BEFORE = date(2026, 1, 1)
TABLES = [
    "loyalty_account",
    "loyalty_lot",
    "loyalty_entry",
    "loyalty_purchase",
    "loyalty_capuse",
    "loyalty_budgetuse",
    "loyalty_approval",
    "loyalty_standing",
]
Delivery = Callable[[list[Incoming]], None]

RULES: dict[str, dict[str, Any]] = {
    "points": {
        "trigger": "order.paid",
        "formula": {"kind": "per_amount"},
        "tier_multiplier": True,
        "matures": {"kind": "after_receipt_days", "days": 7},
        "expires": {"kind": "after", "months": 1, "until_end_of": "month"},
    },
    "capped": {
        "trigger": "order.paid",
        "formula": {"kind": "per_amount", "per_minor": 700},
        "tier_multiplier": True,
        "caps": {"points_per_day": 150, "times_per_day": 2},
        "matures": {"kind": "days_after_fact", "days": 1},
        "expires": {"kind": "after", "days": 3},
    },
    "growth": {"trigger": "order.paid", "unit": "growth", "formula": {"kind": "per_amount"}},
    "late_growth": {
        "trigger": "member.checked_in",
        "unit": "growth",
        "formula": {"kind": "fixed", "points": 60},
        "matures": {"kind": "days_after_fact", "days": 2},
        "expires": {"kind": "after", "days": 20},
    },
    "check_in": {
        "trigger": "member.checked_in",
        "formula": {"kind": "fixed", "points": 5},
        "caps": {"times_per_day": 1},
        "tier_multiplier": True,
    },
    "budgeted": {
        "trigger": "order.paid",
        "formula": {"kind": "tiered", "mode": "marginal", "steps": [{"from_minor": 0, "points": 1}, {"from_minor": 30_000, "points": 2}]},
        "budget": {"points": 900},
        "caps": {"points_per_month": 700, "times_per_week": 3, "points_ever": 1_500, "on_reversal": "give_back"},
        "approval_above": 500,
        "combine": "add",
        "tier_multiplier": True,
    },
    "daily_budget": {
        "trigger": "member.checked_in",
        "formula": {"kind": "fixed", "points": 7},
        "budget": {"points": 10, "per": "day", "on_reversal": "keep"},
        "caps": {"points_per_order": 6},
    },
    "double": {
        "trigger": "order.paid",
        "formula": {"kind": "multiply", "times": "2.5"},
        "conditions": [{"kind": "member_day", "days_of_month": [1, 2, 10]}],
    },
    "bonus": {
        "trigger": "order.paid",
        "formula": {"kind": "of_rule", "rule": "points", "times": "0.5"},
        "conditions": [{"kind": "first_time", "within": "month", "times": 2}, {"kind": "birthday", "within": "month"}],
    },
    "first": {
        "trigger": "order.paid",
        "formula": {"kind": "fixed", "points": 11},
        "conditions": [{"kind": "first_time"}, {"kind": "tier", "codes": ["bronze", "silver"]}],
    },
}


@pytest.fixture(autouse=True)
def on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries are written while small batches are walked, as while large ones are."""
    monkeypatch.setattr(reactions, "PART", 2)


class _Undo(Exception):
    pass


TRACKS: dict[str, dict[str, Any]] = {
    "rolling": {
        "unit": "spend",
        "window": {"kind": "rolling", "days": 15},
        "valid": {"kind": "for", "months": 0, "days": 9},
        "grace_days": 4,
        "downgrade": "one_down",
    },
    "entering": {
        "unit": "spend",
        "window": {"kind": "since_entering"},
        "valid": {"kind": "for", "months": 0, "days": 12},
        "gifts": "each_time",
    },
    "calendar": {"unit": "spend", "window": {"kind": "calendar", "span": "month"}},
}


@contextmanager
def undone() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
            raise _Undo
    except _Undo:
        pass


def install(*, tracks: bool) -> None:
    for code, definition in RULES.items():
        publish_earn_rule(SYSTEM, code, code, definition, DAY_BEFORE, today=DAY_BEFORE)
    first = [Step("bronze", "普通", 0), Step("silver", "银卡", 100, Decimal("1.2")), Step("gold", "金卡", 1_000, Decimal("1.5"))]
    publish_tiers(SYSTEM, first, DAY_BEFORE, today=DAY_BEFORE, now=START)
    second = [Step("bronze", "普通", 0), Step("silver", "银卡", 400, Decimal("1.1")), Step("gold", "金卡", 900, Decimal(3))]
    publish_tiers(SYSTEM, second, date(2026, 3, 3), today=DAY_BEFORE, now=START)
    for track, terms in TRACKS.items() if tracks else ():
        steps = [
            Step("low", "低", 0),
            Step("mid", "中", 9_000, keep=5_000, gifts=(("points", 30), ("growth", 40))),
            Step("high", "高", 60_000),
        ]
        publish_tiers(SYSTEM, steps, DAY_BEFORE, today=DAY_BEFORE, track=track, terms=terms, now=START)
    if tracks:
        later = [Step("low", "低", 0), Step("mid", "中", 12_000), Step("top", "顶", 50_000)]
        publish_tiers(SYSTEM, later, date(2026, 3, 12), today=DAY_BEFORE, track="rolling", migration="at_next", now=START)


@st.composite
def histories(draw: st.DrawFn) -> list[Incoming]:
    """Orders, refunds (before and after), receipts, check-ins and merges over days; each as if received when it occurred, some later."""
    facts, at = [], START
    steps = [timedelta(0), timedelta(0), timedelta(minutes=7), timedelta(hours=11), timedelta(days=1), timedelta(days=9)]
    for number in range(draw(st.integers(2, 16))):
        at += draw(st.sampled_from(steps))
        facts.append(draw(_fact(number, at)))
    return facts


@st.composite
def _fact(draw: st.DrawFn, number: int, at: datetime) -> Incoming:
    handle = Handle("anonymous_id", draw(st.sampled_from(["d1", "d2", "d3"])))
    order = draw(st.sampled_from(["1", "2", "3"]))
    kind = draw(
        st.sampled_from(["paid", "paid", "paid", "refund", "refund", "received", "check_in", "check_in", "merge", "closed", "born"])
    )
    given: dict[str, Any] = {
        "message": f"m{number}",
        "handles": [handle],
        "occurred_at": at - draw(st.sampled_from([timedelta(0), timedelta(days=2)])),
    }
    of_order = {"shop": "web", "order_number": order}
    if kind == "paid":
        amount = draw(st.sampled_from([0, 9_990, 13_333, 39_900, 70_000]))
        return Incoming(name="order.paid", **given, properties={**of_order, "amount_minor": amount, "is_in_store": draw(st.booleans())})
    if kind == "refund":
        return Incoming(
            name="order.refunded", **given, properties={**of_order, "amount_minor": draw(st.sampled_from([1, 3_333, 13_300, 99_999]))}
        )
    if kind == "merge":
        given |= {"handles": [handle, Handle("anonymous_id", draw(st.sampled_from(["d1", "d2", "d3"])))], "proof": "alias"}
        return Incoming(name="member.aliased", **given)
    if kind == "born":
        traits = {"birthday": draw(st.sampled_from(["1990-03-09", "1991-02-28", "1992-04-01", None]))}
        return Incoming(name="member.identified", **given, properties={"traits": traits})
    name = {"received": "order.received", "check_in": "member.checked_in", "closed": "order.closed"}[kind]
    return Incoming(name=name, **given, properties={} if kind == "check_in" else of_order)


def receipts(facts: list[Incoming]) -> list[tuple[datetime, Incoming]]:
    latest, received = START, []
    for fact in facts:
        latest = max(latest, fact.occurred_at)
        received.append((latest, fact))
    return received


def run(facts: list[Incoming], deliver: Delivery, *, tracks: bool = False) -> Snapshot:
    """The ledger after these facts were delivered in some manner and two months went by; every invariant holds."""
    taken: list[Snapshot] = []
    with undone():
        install(tracks=tracks)
        deliver(facts)
        pump(receipts(facts)[-1][0] + timedelta(days=60))
        rows = snapshot([*TABLES, "facts_log"])
        rows["facts_log"] = [row for row in rows["facts_log"] if row[2] == "tier.changed"]
        assert faults() == {}
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
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(histories(), st.randoms(use_true_random=False))
def test_any_splitting_gives_the_same_ledger(facts: list[Incoming], cuts: random.Random) -> None:
    assert differences(run(facts, one_at_a_time), run(facts, in_parts(cuts))) == ""


@pytest.mark.django_db
@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(histories(), st.randoms(use_true_random=False))
def test_any_splitting_gives_the_same_standings_on_several_tracks(facts: list[Incoming], cuts: random.Random) -> None:
    assert differences(run(facts, one_at_a_time, tracks=True), run(facts, in_parts(cuts), tracks=True)) == ""


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(histories())
def test_the_short_way_of_masses_posts_what_the_fold_would(facts: list[Incoming]) -> None:
    with patch("siyu.loyalty.plain.WORTH_IT", 1):
        short = run(facts, one_at_a_time)
    assert differences(run(facts, one_at_a_time), short) == ""
