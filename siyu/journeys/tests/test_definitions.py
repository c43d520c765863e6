"""What a definition may be: every fault is named with its step, field, code and what to do."""

from typing import Any

import jsonschema_rs
import pytest

from siyu.journeys.rules import Known, check
from siyu.journeys.schema import schema
from siyu.journeys.steps import steps
from siyu.journeys.tests.given import chain
from siyu.journeys.triggers import triggers

KNOWN = Known(
    steps=steps(),
    triggers=triggers(),
    templates={"welcome": "email", "call": "task", "hook": "webhook"},
    audiences={12},
    journeys={"other"},
    rule_fault=lambda rule: "" if rule else "it is empty",
    reward_fault=lambda terms: "" if terms.get("kind") == "points" else "no such kind",
)
GOOD: list[dict[str, Any]] = [
    {"step": "wait", "days": 1},
    {"step": "wait_until", "fact": "order.paid", "hours": 2, "next": {"happened": "s3", "timeout": "s3"}},
    {"step": "until_time", "at": "09:30", "weekdays": [1, 5]},
    {"step": "until_date", "property": "delivery_date", "days": -2, "at": "10:00", "next": {"next": "s5", "missed": "s6"}},
    {"step": "touch", "template": "welcome", "next": {"next": "s6", "refused": "s7"}},
    {
        "step": "branch",
        "ways": [{"name": "a", "rule": {"condition": "tag"}}, {"name": "b", "where": {}}],
        "next": {"a": "s7", "other": "s8"},
    },
    {"step": "split", "arms": [{"name": "x", "weight": 9000}], "hold_out": 1000, "next": {"x": "s8", "held_out": "s8"}},
    {"step": "reward", "reward": {"kind": "points", "amount": 5}},
    {"step": "tag", "tag": "新客"},
    {"step": "trait", "trait": "city", "value": "上海"},
    {"step": "staff_task", "template": "call"},
    {"step": "webhook", "template": "hook"},
    {"step": "rhythm", "percent": 80},
    {"step": "start", "journey": "other"},
    {"step": "end"},
]


def faults(*steps: dict[str, Any], **more: Any) -> list[tuple[str, str, str]]:
    return named(chain(*steps, **more))


def named(definition: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(one.step, one.field, one.code) for one in check(definition, KNOWN)]


def test_every_kind_of_step_and_trigger_may_stand_and_says_itself_in_words(db: None):
    assert check(chain(*GOOD), KNOWN) == []
    assert {step["step"] for step in GOOD} == set(steps())
    for step in GOOD:
        module = steps()[step["step"]]
        terms = __import__("msgspec").convert(step, module.Terms)
        assert module.words(terms)
        assert str(module.TITLE)


TRIGGERS = [
    {"kind": "fact", "fact": "order.paid", "where": {"property": "amount_minor", "op": "gte", "value": 9900}},
    {"kind": "audience", "audience": 12, "edge": "left"},
    {"kind": "date", "trait": "birthday", "days": -3, "at": "09:00"},
    {"kind": "schedule", "audience": 12, "every": "month", "day": 31, "at": "10:00"},
    {"kind": "value", "moves": ["spent"], "orders": False},
    {"kind": "api"},
]


@pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda one: one["kind"])
def test_triggers_may_stand(db: None, trigger: dict[str, Any]):
    assert check(chain({"step": "end"}, trigger=trigger), KNOWN) == []
    module = triggers()[trigger["kind"]]
    assert module.words(__import__("msgspec").convert(trigger, module.Terms))


def test_the_published_schema_allows_what_may_stand_and_refuses_what_may_not():
    validator = jsonschema_rs.validator_for(schema())

    for trigger in TRIGGERS:
        validator.validate(chain(*GOOD, trigger=trigger))
    assert not validator.is_valid(chain({"step": "dance"}))
    assert not validator.is_valid(chain({"step": "wait", "days": -1}))
    assert not validator.is_valid(chain({"step": "end"}, trigger={"kind": "rain"}))
    assert not validator.is_valid(chain({"step": "end", "colour": "red"}))


@pytest.mark.parametrize(
    ("steps", "more", "wanted"),
    [
        ([{"step": "dance"}], {}, ("s1", "step", "step.unknown")),
        ([{"step": "end"}], {"trigger": {"kind": "rain"}}, ("", "trigger", "trigger.unknown")),
        ([{"step": "wait", "days": "two"}], {}, ("s1", "days", "terms.invalid")),
        ([{"step": "end", "colour": "red"}], {}, ("s1", "colour", "terms.invalid")),
        ([{"step": "touch"}], {}, ("s1", "template", "terms.invalid")),
        ([{"step": "wait"}], {}, ("s1", "days", "wait.none")),
        ([{"step": "touch", "template": "nope"}], {}, ("s1", "template", "template.unknown")),
        ([{"step": "touch", "template": "call"}], {}, ("s1", "template", "template.medium")),
        ([{"step": "staff_task", "template": "welcome"}], {}, ("s1", "template", "template.medium")),
        ([{"step": "wait_until", "audience": 99, "days": 1}], {}, ("s1", "audience", "audience.unknown")),
        ([{"step": "wait_until", "days": 1}], {}, ("s1", "fact", "wait.what")),
        ([{"step": "wait_until", "fact": "a", "any": [{"name": "x", "fact": "a"}], "days": 1}], {}, ("s1", "any", "wait.what")),
        ([{"step": "wait_until", "any": [{"name": "x", "fact": "a"}] * 2, "days": 1}], {}, ("s1", "any", "way.twice")),
        ([{"step": "wait_until", "any": [{"name": "timeout", "fact": "a"}], "days": 1}], {}, ("s1", "any", "way.twice")),
        ([{"step": "wait_until", "any": [{"name": "x"}], "days": 1}], {}, ("s1", "any.0.fact", "wait.what")),
        ([{"step": "wait_until", "any": [{"name": "x", "audience": 99}], "days": 1}], {}, ("s1", "any.0.audience", "audience.unknown")),
        ([{"step": "wait_until", "any": [{"name": "x", "fact": "journey.left"}]}], {}, ("s1", "any.0.fact", "fact.own")),
        ([{"step": "wait_until", "fact": "journey.left", "days": 1}], {}, ("s1", "fact", "fact.own")),
        ([{"step": "wait_until", "fact": "Order Completed", "days": 1}], {}, ("s1", "fact", "fact.name")),
        ([{"step": "until_date", "days": 1}], {}, ("s1", "property", "until_date.what")),
        ([{"step": "until_date", "property": "a", "trait": "b"}], {}, ("s1", "property", "until_date.what")),
        ([{"step": "until_date", "trait": "a.b"}], {}, ("s1", "trait", "until_date.trait")),
        ([{"step": "until_date", "property": "a", "hours": -2, "at": "10:00"}], {}, ("s1", "hours", "until_date.hours")),
        ([{"step": "until_date", "property": "a", "next": {"next": "s1"}}], {}, ("s1", "next", "circle.endless")),
        ([{"step": "start", "journey": "nope"}], {}, ("s1", "journey", "journey.unknown")),
        ([{"step": "reward", "reward": {"kind": "moon"}}], {}, ("s1", "reward", "reward.terms")),
        ([{"step": "trait", "trait": "phone", "value": "1"}], {}, ("s1", "trait", "trait.personal")),
        ([{"step": "trait", "trait": "tags", "value": "VIP"}], {}, ("s1", "trait", "trait.tags")),
        ([{"step": "split", "arms": [{"name": "x", "weight": 1}]}], {}, ("s1", "arms", "split.weights")),
        ([{"step": "branch", "ways": [{"name": "other", "where": {}}]}], {}, ("s1", "ways", "way.twice")),
        ([{"step": "branch", "ways": [{"name": "a"}]}], {}, ("s1", "ways.0", "way.what")),
        ([{"step": "branch", "ways": [{"name": "a", "rule": {}}]}], {}, ("s1", "ways.0.rule", "rule.invalid")),
        ([{"step": "end", "next": {"next": "s1"}}], {}, ("s1", "next.next", "way.unknown")),
        ([{"step": "wait", "days": 1, "next": {"next": "s9"}}], {}, ("s1", "next.next", "way.nowhere")),
        ([{"step": "end"}, {"step": "end"}], {"first": "s2"}, ("s1", "next", "step.unreached")),
        ([{"step": "end"}], {"first": "s9"}, ("", "first", "first.unknown")),
        ([{"step": "tag", "tag": "a", "next": {"next": "s1"}}], {}, ("s1", "next", "circle.endless")),
        ([{"step": "end"}], {"trigger": {"kind": "fact"}}, ("", "trigger.fact", "terms.invalid")),
        ([{"step": "end"}], {"trigger": {"kind": "fact", "fact": "a", "where": {"x": 1}}}, ("", "trigger.where", "filter.invalid")),
        ([{"step": "end"}], {"trigger": {"kind": "audience", "audience": 99}}, ("", "trigger.audience", "audience.unknown")),
        ([{"step": "end"}], {"exits": [{"kind": "audience", "audience": 99}]}, ("", "exits.0.audience", "audience.unknown")),
        ([{"step": "end"}], {"exits": [{"kind": "fact", "fact": "a", "where": {"x": 1}}]}, ("", "exits.0.where", "filter.invalid")),
        ([{"step": "end"}], {"goal": {"fact": "journey.left"}}, ("", "goal.fact", "fact.own")),
        ([{"step": "end"}], {"entry": {"how": "keyed"}}, ("", "entry.by", "entry.by")),
    ],
)
def test_a_fault_is_named_with_its_place_and_code(steps: list[dict], more: dict, wanted: tuple[str, str, str]):
    assert wanted in faults(*steps, **more)


@pytest.mark.parametrize("step", [None, 3, "wait", [{"step": "wait"}]])
def test_what_is_no_step_is_named(step: Any):
    assert named({**chain({"step": "end"}), "steps": {"s1": {"step": "end"}, "s2": step}}) == [("s2", "step", "terms.invalid")]


def test_every_fault_says_what_to_do():
    found = check(chain({"step": "touch", "template": "nope"}, {"step": "wait"}, goal={"fact": "journey.left"}), KNOWN)

    assert [one.message for one in found] == [
        "journeys' own news starts and wakes nobody: use the step that starts another journey",
        "there is no template nope",
        "wait for a minute at least",
    ]


def test_a_circle_with_a_wait_in_it_may_stand_but_not_one_that_can_pass_its_wait_at_once():
    waiting = {"step": "wait", "minutes": 1, "next": {"next": "s2"}}
    back = {"step": "tag", "tag": "a", "next": {"next": "s1"}}
    inside = {"step": "wait_until", "audience": 12, "days": 1, "next": {"happened": "s2", "timeout": "s2"}}
    told = [{"name": "paid", "fact": "order.paid"}, {"name": "vip", "audience": 12}]
    by_fact = {"step": "wait_until", "any": told, "days": 1, "next": {"paid": "s2", "timeout": "s2"}}
    by_audience = {"step": "wait_until", "any": told, "days": 1, "next": {"vip": "s2", "timeout": "s2"}}

    assert faults(waiting, back) == []
    assert faults(inside, back) == [("s1", "next", "circle.endless")]
    assert faults(by_fact, back) == []
    assert faults(by_audience, back) == [("s1", "next", "circle.endless")]


def test_more_than_two_hundred_steps_are_refused():
    assert check(chain(*[{"step": "tag", "tag": "a"}] * 200), KNOWN) == []
    assert [one.code for one in check(chain(*[{"step": "tag", "tag": "a"}] * 201), KNOWN)] == ["terms.invalid"]
