"""The published schema keeps its word: a definition that it allows is faulted by name, or walks and is rehearsed; nobody fails by us."""

import os
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from siyu.audiences.services import create
from siyu.audiences.tests.drawing import ANYTHING, drawn
from siyu.audiences.tests.test_agreement import undone
from siyu.facts.pump import pump
from siyu.journeys.checking import problems
from siyu.journeys.models import Enrolment
from siyu.journeys.rehearsal import rehearse
from siyu.journeys.rules import Problem
from siyu.journeys.schema import schema
from siyu.journeys.steps import steps
from siyu.journeys.tests.given import DAY, HOUR, NOW, chain, publish, say, tell
from siyu.journeys.triggers import triggers
from siyu.merchant.rules import SYSTEM
from siyu.touches.services import publish_template

pytestmark = pytest.mark.django_db
SOME = settings(
    max_examples=int(os.environ.get("SIYU_EXAMPLES", "4")),
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
REWARDS = ({"kind": "points", "amount": 5}, {"kind": "points", "amount": 0}, {"kind": "tea"}, {})


def named() -> dict[str, Any]:
    """What steps and triggers may name, and what exists by that name."""
    for code, medium in (("touch", "inbox"), ("staff_task", "task"), ("webhook", "webhook")):
        publish_template(SYSTEM, code, code, medium, "marketing", {"zh-hans": {"subject": "您好", "text": "有新消息"}}, now=NOW)
    publish(chain({"step": "end"}, trigger={"kind": "api"}), "other")
    rule = {"condition": "did_fact", "fact": "page.viewed", "within": {"last_days": 3}}
    return {"journey": "other", "audience": create(SYSTEM, "看过的人", rule, now=NOW)}


def lived_and_rehearsed(definition: dict[str, Any]) -> None:
    """Two people do what they do for forty days; then the same is rehearsed."""
    publish(definition)
    for days in (0, 1, 9):
        tell(say("page.viewed", "yue", NOW + days * DAY, path="/tea"), say("product.viewed", "li", NOW + days * DAY, sku="a", price=9))
        tell(say("order.paid", "yue", NOW + days * DAY + HOUR, shop="web", order_number=str(days), amount_minor=900))
        tell(say("member.identified", "li", NOW + days * DAY + HOUR, traits={"birthday": "1990-05-25", "plan": "a", "score": days}))
    for days in (10, 11, 40):
        assert not pump(NOW + days * DAY).stopped
    assert [one.detail for one in Enrolment.objects.filter(status="failed", why__startswith="poison")] == []
    rehearse(definition, 40, NOW + 40 * DAY)


def walks_or_is_faulted(definition: dict[str, Any]) -> None:
    if found := problems(definition):
        assert are_told(found)
        return
    with undone():
        lived_and_rehearsed(definition)


def are_told(found: Sequence[Problem]) -> bool:
    return all(one.code and one.told() for one in found)


@pytest.mark.parametrize("kind", sorted(steps()))
def test_a_step_that_the_schema_allows_walks_or_is_faulted(kind: str) -> None:
    published, names = schema(), {**named(), "template": kind}

    @SOME
    @given(drawn(published["$defs"][f"step_{kind}"], published), st.sampled_from(REWARDS))
    def tried(terms: dict[str, Any], reward: dict[str, Any]) -> None:
        step = {**terms, **{name: value for name, value in names.items() if name in terms}}
        step.pop("next", None)
        if "reward" in step:
            step["reward"] = reward
        walks_or_is_faulted(chain(step))

    tried()


@pytest.mark.parametrize("kind", sorted(triggers()))
def test_a_trigger_that_the_schema_allows_lets_in_or_is_faulted(kind: str) -> None:
    published, names = schema(), named()

    @SOME
    @given(drawn(published["$defs"][f"trigger_{kind}"], published))
    def tried(terms: dict[str, Any]) -> None:
        trigger = {**terms, **{name: value for name, value in names.items() if name in terms}}
        walks_or_is_faulted(chain({"step": "wait", "hours": 1}, {"step": "end"}, trigger=trigger))

    tried()


@pytest.mark.parametrize("kind", sorted(steps()))
def test_terms_that_mean_nothing_are_faulted(kind: str) -> None:
    published = schema()
    properties = sorted(published["$defs"][f"step_{kind}"]["properties"])

    @settings(SOME, max_examples=30)
    @given(drawn(published["$defs"][f"step_{kind}"], published), st.sampled_from(properties), ANYTHING)
    def tried(terms: dict[str, Any], name: str, anything: Any) -> None:
        assert are_told(problems(chain({**terms, name: anything})))

    tried()
