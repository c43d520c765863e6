"""A standing order of assistants begins and ends with what is told at the end of a batch, too: audiences and journeys."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.audiences.services import create
from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.journeys.tests.given import DAY, HOUR, MINUTE, NOW, chain, person, publish, say, tell
from siyu.journeys.tests.test_agreement import COMMON, undone
from siyu.journeys.tests.test_walking import logged
from siyu.members.models import Member
from siyu.merchant.rules import SYSTEM
from siyu.touches.models import SopStand
from siyu.touches.services import FactFilter, Step, publish_sop, publish_template

pytestmark = pytest.mark.django_db
VIEWED = {"condition": "did_fact", "fact": "page.viewed", "within": {"last_hours": 2}}
WAIT = {"step": "wait", "hours": 2}
CART = {"kind": "fact", "fact": "cart.viewed", "where": {}}


def order(starts_on: str, exits: Sequence[str] = (), code: str = "care") -> None:
    publish_template(SYSTEM, "hello", "Hello", "task", "service", {"zh-hans": {"text": "Hello"}}, now=NOW - DAY)
    publish_sop(
        SYSTEM, code, "Care", FactFilter(starts_on), [FactFilter(fact) for fact in exits], [Step(1, time(9), "hello")], now=NOW - DAY
    )


def stands() -> list[tuple[int, str, datetime]]:
    """Whose steps wait or ended."""
    return sorted(SopStand.objects.exclude(state="doubled").values_list("member_id", "state", "due_at"))


def states() -> list[str]:
    return [state for _, state, _ in stands()]


@pytest.mark.parametrize("starts_on", ["audience.entered", "journey.entered", "journey.goal_reached", "journey.left"])
def test_a_standing_order_begins_with_what_a_batch_brings_about_at_its_end(starts_on: str) -> None:
    create(SYSTEM, "看过", VIEWED, now=NOW - DAY)
    pump(NOW - DAY)
    publish(chain(WAIT, goal={"fact": "cart.viewed", "within_days": 1, "ends": True}), now=NOW - DAY)
    order(starts_on)

    tell(say("page.viewed", "anna", NOW), say("cart.viewed", "anna", NOW + MINUTE))

    assert [(member, state) for member, state, _ in stands()] == [(person("anna"), "waiting")]


def test_a_standing_order_begins_and_ends_with_what_time_alone_brings_about() -> None:
    create(SYSTEM, "看过", VIEWED, now=NOW - DAY)
    pump(NOW - DAY)
    order("audience.left", ["journey.left"])
    publish(chain({"step": "wait", "hours": 3}), now=NOW - DAY)
    tell(say("page.viewed", "anna", NOW))

    pump(NOW + 2 * HOUR)
    begun = states()
    pump(NOW + 3 * HOUR)

    assert (begun, states()) == (["waiting"], ["exited"])


def test_whoever_comes_into_an_audience_because_two_became_one_begins_nothing() -> None:
    twice = {"condition": "did_fact", "fact": "page.viewed", "times": 2}
    create(SYSTEM, "看过两次", twice, now=NOW - DAY)
    pump(NOW - DAY)
    order("audience.entered")
    tell(say("page.viewed", "anna", NOW), say("page.viewed", "ana", NOW))

    handles = [Handle("user_id", "anna"), Handle("user_id", "ana")]
    tell(Incoming(name="member.aliased", occurred_at=NOW + HOUR, message="one", handles=handles, proof="alias"))

    assert [told["because"] for _, _, told in logged("audience.entered")] == ["merge"]
    assert stands() == []


ORDERS = [
    ("page.viewed", ["cart.viewed"]),
    ("cart.viewed", ["page.viewed"]),
    ("journey.entered", []),
    ("journey.entered", ["cart.viewed"]),
    ("journey.left", ["journey.entered"]),
    ("cart.viewed", ["journey.left"]),
]
PEOPLE = ("anna", "ana", "amy")
happenings = st.lists(
    st.tuples(
        st.sampled_from(["page.viewed", "page.viewed", "cart.viewed", "member.aliased"]),
        st.sampled_from(PEOPLE),
        st.sampled_from(PEOPLE),
        st.integers(0, 200),
    ),
    min_size=2,
    max_size=9,
)


@COMMON
@given(happened=happenings, size=st.integers(2, 9))
def test_standing_orders_begin_and_end_with_facts_and_journeys_wherever_a_batch_is_cut(
    happened: list[tuple[str, str, str, int]], size: int
) -> None:
    facts, at = [], NOW
    for number, (name, who, other, minutes) in enumerate(happened):
        at += timedelta(minutes=minutes)
        fact = say(name, who, at, f"m{number}")
        if name == "member.aliased":
            fact.handles, fact.proof = [Handle("user_id", who), Handle("user_id", other)], "alias"
        facts.append(fact)

    with undone():
        one_by_one = lived(facts, 1)
    with undone():
        assert lived(facts, size) == one_by_one


def lived(facts: Sequence[Incoming], largest: int) -> list[tuple[str, int, int, datetime, str]]:
    """Of each standing order with whom it began, whose it is and what became of it (the first member is 0), after facts came in batches
    of so many."""
    publish(chain({"step": "wait", "days": 9}, exits=[CART]), now=NOW - DAY)
    for place, (starts_on, exits) in enumerate(ORDERS):
        order(starts_on, exits, f"care-{place}")
    for fact in facts:
        record([fact], source="web", received_at=fact.occurred_at)
    assert pump(facts[-1].occurred_at + DAY, largest=largest).stopped == ""
    numbers = sorted(Member.objects.values_list("id", flat=True))
    rows = SopStand.objects.values_list("code", "origin_id", "member_id", "due_at", "state")
    return sorted((code, numbers.index(origin), numbers.index(member), due_at, state) for code, origin, member, due_at, state in rows)
