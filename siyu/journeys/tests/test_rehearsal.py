"""A rehearsal over a lived time says what the engine really did when the journey lived; and what cannot be known, as of today."""

from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.utils.translation import override

from siyu.audiences.services import create
from siyu.facts.pump import pump
from siyu.journeys import queries, services
from siyu.journeys.models import Enrolment, Passage
from siyu.journeys.rehearsal import Rehearsal, rehearse
from siyu.journeys.tests.given import DAY, HOUR, NOW, chain, publish, say, tell
from siyu.lib.refusal import Refusal
from siyu.merchant.rules import SYSTEM
from siyu.touches.models import Template, Touch
from siyu.touches.services import Wish, propose, publish_template
from siyu.touches.tests import scene

pytestmark = pytest.mark.django_db
PEOPLE = ("yue", "li", "mei", "tao")
STEP = timedelta(minutes=30)
BOUGHT = {"condition": "did_fact", "fact": "order.paid", "within": {"last_days": 3}}
SILENT = {"all": [{"condition": "days_since", "what": "last_bought", "op": "gte", "value": 2}, {"not": BOUGHT}]}


def template(code: str, medium: str = "inbox", purpose: str = "marketing") -> str:
    publish_template(SYSTEM, code, code, medium, purpose, {"zh-hans": {"subject": "您好", "text": "有新消息"}}, now=NOW - 90 * DAY)
    return code


def everything(audience: int) -> dict[str, Any]:
    """A bit of all that facts and time decide."""
    steps = {
        "hello": {"step": "touch", "template": "hello", "next": {"next": "wait", "refused": "no"}},
        "no": {"step": "tag", "tag": "拒", "next": {"next": "wait"}},
        "wait": {"step": "wait", "hours": 5, "next": {"next": "kind"}},
        "kind": {
            "step": "branch",
            "ways": [{"name": "tea", "where": {"property": "path", "op": "eq", "value": "/tea"}}, {"name": "buyer", "rule": BOUGHT}],
            "next": {"tea": "until", "buyer": "morning", "other": "lots"},
        },
        "lots": {
            "step": "split",
            "arms": [{"name": "a", "weight": 5_000}],
            "hold_out": 5_000,
            "next": {"a": "morning", "held_out": "morning"},
        },
        "until": {"step": "wait_until", "fact": "cart.added", "days": 1, "next": {"happened": "morning", "timeout": "late"}},
        "late": {"step": "touch", "template": "late", "next": {"next": "inside"}},
        "inside": {
            "step": "wait_until",
            "any": [{"name": "again", "fact": "page.viewed", "same": "path"}, {"name": "in", "audience": audience}],
            "days": 2,
            "next": {"again": "soon", "in": "morning"},
        },
        "morning": {"step": "until_time", "at": "10:30", "next": {"next": "again"}},
        "again": {"step": "touch", "template": "hello", "next": {"next": "gift"}},
        "gift": {"step": "reward", "reward": {"kind": "points", "amount": 5}, "next": {"next": "delivery"}},
        "delivery": {"step": "until_date", "property": "day", "days": -1, "at": "09:00", "next": {"next": "soon", "missed": "end"}},
        "soon": {"step": "touch", "template": "late", "next": {"next": "end"}},
        "end": {"step": "end"},
    }
    return {
        "trigger": {"kind": "fact", "fact": "page.viewed"},
        "entry": {"how": "many", "again_after_days": 1},
        "exits": [{"kind": "fact", "fact": "cart.removed"}],
        "goal": {"fact": "order.paid", "within_days": 2, "ends": False},
        "first": "hello",
        "steps": steps,
    }


def live(random: Random, days: int) -> Any:
    """Something happens on half hours, and the pump runs on each of them."""
    at = NOW
    for number in range(days * 48):
        at = NOW + number * STEP
        facts = []
        if random.random() < 0.25:
            who = random.choice(PEOPLE)
            name = random.choice(
                ["page.viewed", "page.viewed", "cart.added", "cart.removed", "order.paid", "consent.withdrawn", "consent.given"]
            )
            told: dict[str, Any] = {"path": random.choice(["/tea", "/cup"]), "day": random.choice(["2026-05-23", "2026-05-25", "?"])}
            if name == "order.paid":
                told = {"shop": "web", "order_number": f"n{number}", "amount_minor": 100}
            if name.startswith("consent."):
                told = {"purpose": "marketing", "channel": random.choice(["any", "inbox"])}
            facts.append(say(name, who, at, **told))
        if facts:
            tell(*facts, at=at)
        else:
            pump(at)
    return at + timedelta(seconds=1)


def lived(code: str, number: int = 1) -> dict[str, Any]:
    """What the engine did, in the words of a rehearsal."""
    counts = queries.counts(code, number)
    touches = Touch.objects.filter(source=f"journey:{code}")
    steps = {one.pk: one for one in touches}
    said: Counter[tuple[str, str]] = Counter()
    for one in steps.values():
        said[one.key.split(":")[2], one.status if one.status in ("control", "refused") else "reserved"] += 1
    return {
        "entered": counts.entered,
        "done": counts.done,
        "left": counts.left,
        "goals": counts.goals,
        "steps": dict(counts.steps),
        "ways": {key: times for key, times in counts.ways.items()},
        "given": dict(said),
        "members": Enrolment.objects.values("origin_id").distinct().count(),
    }


def rehearsed(told: Rehearsal) -> dict[str, Any]:
    asked = {key: times for key, times in told.given.items() if key[1] in ("reserved", "refused", "control")}
    return {
        "entered": told.entered,
        "done": told.done,
        "left": told.left,
        "goals": told.goals,
        "steps": dict(told.steps),
        "ways": dict(told.ways),
        "given": asked,
        "members": told.members,
    }


@pytest.mark.parametrize("seed", range(6))
def test_a_rehearsal_says_what_the_engine_did(seed: int) -> None:
    random = Random(seed)
    template("hello"), template("late")
    for who in PEOPLE:
        scene.person(who, NOW - 30 * DAY, agrees=random.random() < 0.8)
    audience = create(SYSTEM, "刚买过又停下", SILENT, now=NOW - 20 * DAY)
    pump(NOW - 20 * DAY)
    pump(NOW - STEP)
    code = publish(everything(audience), now=NOW - STEP)
    until = live(random, 6)

    told = rehearse(queries.definition(code, 1), 10, until, code=code)

    assert told.entered > 3
    assert rehearsed(told) == lived(code)
    assert told.under_way == sum(told.steps.values())


def test_a_journey_started_by_an_audience_that_lived_enters_the_same_members() -> None:
    template("hello")
    for who in PEOPLE:
        scene.person(who, NOW - 30 * DAY)
    audience = create(SYSTEM, "停了两天", {"condition": "days_since", "what": "last_bought", "op": "gte", "value": 2}, now=NOW - 20 * DAY)
    pump(NOW - STEP)
    made = chain(
        {"step": "touch", "template": "hello"},
        {"step": "wait", "days": 1},
        {"step": "touch", "template": "hello"},
        trigger={"kind": "audience", "audience": audience},
        exits=[{"kind": "audience", "audience": audience}],
    )
    code = publish(made, now=NOW - STEP)
    until = live(Random(3), 8)

    told = rehearse(made, 9, until, code=code)

    assert told.entered > 1
    assert rehearsed(told) == lived(code)


def test_an_audience_that_did_not_live_then_is_judged_over_what_happened() -> None:
    template("hello")
    for who in PEOPLE:
        scene.person(who, NOW - 30 * DAY)
    rule = {"all": [{"condition": "days_since", "what": "last_bought", "op": "gte", "value": 2}, {"not": BOUGHT | {"times": 2}}]}
    lasting = create(SYSTEM, "那时就有", rule, now=NOW - 20 * DAY)
    pump(NOW - STEP)
    until = live(Random(5), 8)
    young = create(SYSTEM, "今天才有", rule, now=until)
    pump(until)

    def told(audience: int) -> Rehearsal:
        steps = ({"step": "touch", "template": "hello"}, {"step": "wait", "days": 9})
        exits = [{"kind": "audience", "audience": audience}]
        return rehearse(chain(*steps, trigger={"kind": "audience", "audience": audience}, exits=exits), 9, until)

    assert told(young).entered > 1
    assert rehearsed(told(young)) == rehearsed(told(lasting))
    assert any("今天才有" in note for note in told(young).notes)


def test_a_rehearsal_writes_nothing_and_says_what_is_answered_as_of_today() -> None:
    template("hello")
    yue = scene.person("yue", NOW - 30 * DAY)
    tell(say("page.viewed", "yue", NOW - DAY))
    rule = {"all": [{"condition": "tag", "tags": ["VIP"]}, BOUGHT]}
    steps = ({"step": "branch", "ways": [{"name": "vip", "rule": rule}], "next": {"other": "s2"}}, {"step": "touch", "template": "hello"})

    told = rehearse(chain(*steps), 3, NOW)

    assert (told.entered, told.touched, told.touched_members, told.ways) == (1, 1, 1, {("s1", "other"): 1, ("s2", "next"): 1})
    assert (Enrolment.objects.count(), Passage.objects.count(), Touch.objects.count()) == (0, 0, 0)
    assert len([note for note in told.notes if "VIP" in note]) == 1
    (sample,) = told.samples
    assert (sample.member_id, sample.status, [(one.step, one.said) for one in sample.moments]) == (
        yue,
        "done",
        [("s1", ""), ("s2", "reserved")],
    )


def test_whom_another_journey_touched_meanwhile_was_not_touched_by_this_one() -> None:
    template("hello")
    yue, li = scene.person("yue", NOW - 30 * DAY), scene.person("li", NOW - 30 * DAY)
    hello = Template.objects.get(code="hello").pk
    propose([Wish(one, hello, f"journey:other:{one}", "journey:other", NOW - DAY) for one in (yue, li)], now=NOW - DAY)
    tell(say("page.viewed", "yue", NOW - HOUR), say("cart.added", "li", NOW - HOUR))
    trigger = {"kind": "fact", "fact": "page.viewed"}

    told = rehearse(chain({"step": "touch", "template": "hello"}, trigger=trigger), 3, NOW)

    assert (told.touched, told.touched_members) == (1, 1)


def test_alarms_ring_in_the_past_too() -> None:
    template("hello")
    scene.person("yue", NOW - 300 * DAY, birthday="1990-05-15")
    scene.person("li", NOW - 300 * DAY, birthday="1990-11-15")

    told = rehearse(chain({"step": "touch", "template": "hello"}, trigger={"kind": "date", "trait": "birthday", "days": -3}), 30, NOW)

    assert (told.entered, told.members) == (1, 1)
    assert told.samples[0].entered_at.date().isoformat() == "2026-05-12"


def test_a_date_of_the_member_is_rehearsed_as_it_stands_today() -> None:
    template("hello")
    for who, born in (("yue", "1990-05-18"), ("li", "1990-05-30"), ("mei", "2026-05-10")):
        scene.person(who, NOW - 90 * DAY, birthday=born)
        tell(say("page.viewed", who, NOW - 9 * DAY))
    birthday = {"step": "until_date", "trait": "birthday", "every": "year", "at": "10:00", "next": {"next": "s2"}}

    with override("en"):
        told = rehearse(chain(birthday, {"step": "touch", "template": "hello"}), 10, NOW)

    assert (told.entered, told.touched, told.under_way) == (3, 1, 2)
    assert "the date is the one known today" in told.notes


def test_faulty_drafts_and_absurd_times_are_refused() -> None:
    for definition, days, code in (({"first": "x"}, 7, "journey.invalid"), (chain({"step": "end"}), 0, "rehearsal.days")):
        with pytest.raises(Refusal) as caught:
            rehearse(definition, days, NOW)
        assert caught.value.code == code


def test_the_recipes_that_time_starts_can_be_rehearsed() -> None:
    scene.person("yue", NOW - 300 * DAY)
    tell(say("order.paid", "yue", NOW - 200 * DAY, shop="web", order_number="1", amount_minor=100))
    tell(say("order.paid", "yue", NOW - 5 * HOUR, shop="web", order_number="2", amount_minor=100))
    services.install(SYSTEM, "win_back", "w", {"hold_out": 0}, now=NOW)
    pump(NOW)

    told = rehearse(queries.definition("w"), 60, NOW, code="w")

    assert (told.entered, told.touched, told.goals) == (1, 2, 1)
