"""Members walk: they enter by rule, wait, leave, reach the goal; what fails is set aside; merges, versions and pauses hold."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from siyu.audiences.services import create
from siyu.facts.pump import pump
from siyu.facts.services import record
from siyu.journeys import queries, services
from siyu.journeys.models import Enrolment
from siyu.journeys.tests.given import DAY, HOUR, MINUTE, NOW, chain, person, publish, say, tell
from siyu.members.services import tag
from siyu.merchant.rules import SYSTEM, WHOLE

pytestmark = pytest.mark.django_db
WAIT = {"step": "wait", "days": 1}
END = {"step": "end"}


def page(who: str = "anna", at: Any = NOW, **properties: Any):
    return say("page.viewed", who, at, **properties)


def paid(who: str = "anna", at: Any = NOW, **properties: Any):
    properties = {"shop": "web", "order_number": at.isoformat(), "amount_minor": 100, **properties}
    return say("order.paid", who, at, **properties)


def logged(name: str) -> list[tuple[int, int | None, dict]]:
    """Number, cause and properties of the facts of a name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, cause_id, properties::text FROM facts_log WHERE name = %s ORDER BY id", [name])
        return [(number, cause, json.loads(told)) for number, cause, told in cursor.fetchall()]


def standing(code: str = "j") -> list[tuple[str, str, str]]:
    """Step, status and why of every enrolment, oldest first."""
    return [(one.step, one.status, one.why) for one in reversed(queries.enrolments(code, WHOLE))]


def ways(code: str = "j") -> list[tuple[str, str]]:
    """Every passage of the oldest enrolment."""
    first = queries.enrolments(code, WHOLE)[-1]
    return [(one.step, one.way) for one in queries.path(first.id).passages]


def test_a_fact_lets_its_member_in_who_waits_and_is_done():
    publish(chain(WAIT, END))

    tell(page())
    waiting = standing()
    pump(NOW + DAY - MINUTE)
    still = standing()
    pump(NOW + DAY)

    assert waiting == still == [("s1", "waiting", "")]
    assert standing() == [("s2", "done", "done")]
    assert ways() == [("s1", "next"), ("s2", "done")]
    path = queries.path(Enrolment.objects.get().pk)
    assert [one.at for one in path.passages] == [NOW + DAY, NOW + DAY]
    assert queries.counts("j", 1) == queries.Counts(1, 0, 1, 0, 0, 0, {}, {("s1", "next"): 1, ("s2", "done"): 1})


def test_entering_and_leaving_are_facts():
    publish(chain(WAIT, END))
    tell(page())
    pump(NOW + 2 * DAY)

    viewed, entered, left = logged("page.viewed"), logged("journey.entered"), logged("journey.left")
    assert [cause for _, cause, _ in entered] == [number for number, _, _ in viewed]
    assert [told["why"] for _, _, told in left] == ["done"]


def test_only_facts_that_pass_the_filter_let_in_and_history_lets_nobody_in():
    publish(chain(WAIT, trigger={"kind": "fact", "fact": "page.viewed", "where": {"property": "path", "op": "eq", "value": "/x"}}))

    history = page("cleo", path="/x")
    history.is_historical = True
    tell(page("anna", path="/x"), page("bo", path="/y"), history)

    assert len(standing()) == 1


@pytest.mark.parametrize(
    ("entry", "entered"),
    [
        ({"how": "once"}, 1),
        ({"how": "many"}, 4),
        ({"how": "many", "at_once": False}, 2),
        ({"how": "many", "again_after_days": 1}, 2),
        ({"how": "keyed", "by": "path"}, 2),
        ({"how": "keyed", "by": "nothing"}, 0),
    ],
    ids=str,
)
def test_entry_rules(entry: dict, entered: int):
    publish({**chain({"step": "wait", "hours": 2}), "entry": entry})
    visits = [page(at=NOW + after, path=path) for after, path in ((0 * DAY, "/a"), (MINUTE, "/a"), (HOUR, "/b"), (2 * DAY, "/b"))]

    tell(*visits[:2])
    tell(*visits[2:])

    assert len(standing()) == entered


def test_whoever_is_through_before_a_fact_comes_is_let_in_by_it_though_the_worker_comes_late():
    publish({**chain({"step": "wait", "minutes": 5}), "entry": {"how": "many", "at_once": False}})
    tell(page())

    for at in (NOW + MINUTE, NOW + HOUR):  # the first while under way, the second after
        record([page(at=at)], source="web", received_at=at)
    pump(NOW + HOUR)

    assert list(Enrolment.objects.order_by("pk").values_list("entered_at", "status")) == [(NOW, "done"), (NOW + HOUR, "waiting")]


def test_keys_are_told_apart_to_their_end_and_a_number_is_the_same_however_written():
    publish({**chain(WAIT), "entry": {"how": "keyed", "by": "of"}})
    long = "x" * 300

    tell(*[page(at=NOW + number * MINUTE, of=of) for number, of in enumerate([1, 1.0, "1", long + "a", long + "b", long + "a"])])

    assert len(standing()) == 3


def test_what_is_of_the_same_ends_wakes_and_counts_for_that_entry_alone():
    """Two bookings under way: one is cancelled, one is confirmed, one is paid; each fact is of its own booking."""
    same = {"where": {}, "same": "booking"}
    until = {"step": "wait_until", "fact": "booking.confirmed", "days": 2, **same, "next": {"happened": "s2"}}
    definition = chain(until, {"step": "wait", "days": 9})
    definition |= {"exits": [{"kind": "fact", "fact": "booking.cancelled", **same}], "goal": {"fact": "order.paid", "ends": False, **same}}
    publish({**definition, "entry": {"how": "keyed", "by": "booking"}})
    tell(*[page(booking=number, at=NOW + number * MINUTE) for number in (1, 2, 3)])

    tell(say("booking.cancelled", "anna", NOW + HOUR, booking=1), say("booking.cancelled", "anna", NOW + HOUR + MINUTE))
    tell(say("booking.confirmed", "anna", NOW + 2 * HOUR, booking="2"))
    tell(paid(at=NOW + 3 * HOUR, booking=3), paid(at=NOW + 4 * HOUR))

    assert standing() == [("s1", "left", "exit"), ("s2", "waiting", ""), ("s1", "waiting", "")]
    assert [one.goal_at for one in Enrolment.objects.order_by("pk")] == [None, None, NOW + 4 * HOUR]


def test_an_exit_during_a_long_wait_ends_at_once():
    publish(
        {
            **chain({"step": "wait", "days": 30}, {"step": "tag", "tag": "late"}),
            "exits": [{"kind": "fact", "fact": "order.paid", "where": {}}],
        }
    )
    tell(page())

    tell(paid(at=NOW + HOUR))

    assert standing() == [("s1", "left", "exit")]
    assert Enrolment.objects.get().ended_at == NOW + HOUR
    pump(NOW + 40 * DAY)
    assert standing() == [("s1", "left", "exit")]


def test_a_wait_that_ended_before_the_exit_came_went_on_before_it():
    """Both arrive in one batch: time comes in its order."""
    publish({**chain({"step": "wait", "minutes": 5}, END), "exits": [{"kind": "fact", "fact": "order.paid", "where": {}}]})

    tell(page(), at=NOW)
    from siyu.facts.services import record

    record([page("bo", NOW + MINUTE)], source="web", received_at=NOW + MINUTE)
    record([paid(at=NOW + 6 * MINUTE)], source="web", received_at=NOW + 6 * MINUTE)
    pump(NOW + 6 * MINUTE)

    assert standing()[0] == ("s2", "done", "done")


GOAL = {"fact": "order.paid", "where": {}, "within_days": 7, "ends": True}


def test_a_goal_is_counted_once_and_ends_it():
    publish({**chain(WAIT, WAIT, END), "goal": GOAL})
    tell(page())

    tell(paid(at=NOW + HOUR), paid(at=NOW + 2 * HOUR))

    assert standing() == [("s1", "done", "goal")]
    assert queries.counts("j", 1).goals == 1


def test_a_goal_is_still_reached_by_who_is_through_but_not_too_late():
    publish({**chain({"step": "wait", "hours": 1}), "goal": {**GOAL, "ends": False}})
    tell(page("anna"), page("bo"))
    pump(NOW + DAY)

    tell(paid("anna", NOW + 2 * DAY), at=NOW + 2 * DAY)
    tell(paid("bo", NOW + 8 * DAY), at=NOW + 8 * DAY)

    assert [one.goal_at for one in Enrolment.objects.order_by("pk")] == [NOW + 2 * DAY, None]
    assert queries.counts("j", 1)[:6] == (2, 0, 2, 0, 0, 1)


UNTIL = {"step": "wait_until", "fact": "order.paid", "hours": 5, "next": {"happened": "s2", "timeout": "s3"}}
TAGS = ({"step": "tag", "tag": "bought", "next": {}}, {"step": "tag", "tag": "silent", "next": {}})


def tags(who: str) -> set[str]:
    from siyu.journeys.tests.given import person
    from siyu.members.queries import tags as of

    return {one.name for one in of(person(who))}


def test_waiting_for_a_fact_ends_with_it_or_with_time():
    publish(chain(UNTIL, *TAGS))
    tell(page("anna"), page("bo"))

    tell(paid("anna", NOW + HOUR))
    pump(NOW + 6 * HOUR)

    assert (tags("anna"), tags("bo")) == ({"bought"}, {"silent"})
    assert queries.counts("j", 1).ways == {
        ("s1", "happened"): 1, ("s1", "timeout"): 1, ("s2", "next"): 1, ("s3", "next"): 1,
    }  # fmt: skip
    path = queries.path(Enrolment.objects.order_by("pk")[0].pk).passages
    assert [(one.way, one.fact) for one in path] == [("happened", "order.paid"), ("next", "order.paid")]


def test_of_several_things_the_first_that_happens_is_taken_by_its_own_way():
    told = [
        {"name": "big", "fact": "order.paid", "where": {"property": "amount_minor", "op": "gte", "value": 900}},
        {"name": "paid", "fact": "order.paid"},
        {"name": "back", "fact": "booking.cancelled", "same": "booking"},
    ]
    publish({**chain({"step": "wait_until", "any": told, "days": 2, "next": {}}), "entry": {"how": "once"}})
    tell(*[page(who, booking=who) for who in ("anna", "bo", "cai", "dan")])

    tell(say("booking.cancelled", "cai", NOW + HOUR, booking="anna"), say("booking.cancelled", "anna", NOW + HOUR, booking="anna"))
    tell(paid("anna", NOW + 2 * HOUR, amount_minor=901), paid("bo", NOW + 2 * HOUR, amount_minor=901), paid("cai", NOW + 3 * HOUR))
    pump(NOW + 2 * DAY)

    assert queries.counts("j", 1).ways == {("s1", way): 1 for way in ("back", "big", "paid", "timeout")}


def test_of_several_audiences_whoever_stands_there_already_takes_the_one_named_first():
    vip, new = (create(SYSTEM, name, {"condition": "tag", "tags": [name]}, now=NOW) for name in ("VIP", "新客"))
    tell(*[say("cart.viewed", who, NOW) for who in ("anna", "bo", "cai")])
    tag(SYSTEM, [person("anna"), person("bo")], "新客", now=NOW)
    tag(SYSTEM, [person("anna")], "VIP", now=NOW)
    pump(NOW)
    told = [{"name": "vip", "audience": vip}, {"name": "paid", "fact": "order.paid"}, {"name": "new", "audience": new}]
    publish(chain({"step": "wait_until", "any": told, "days": 2, "next": {}}))

    tell(*[page(who, NOW + HOUR) for who in ("anna", "bo", "cai")])
    at_once = queries.counts("j", 1).ways
    tag(SYSTEM, [person("cai")], "VIP", now=NOW + 2 * HOUR)
    pump(NOW + 2 * HOUR)

    assert at_once == {("s1", "vip"): 1, ("s1", "new"): 1}
    assert queries.counts("j", 1).ways == {("s1", "vip"): 2, ("s1", "new"): 1}


def test_whoever_hears_a_fact_goes_as_far_as_they_can_before_it_lets_anybody_in():
    until = {"step": "wait_until", "fact": "page.viewed", "hours": 5, "next": {}}
    publish({**chain(until), "entry": {"how": "many", "at_once": False}})
    tell(page())

    tell(page(at=NOW + HOUR))

    assert standing() == [("s1", "done", "done"), ("s1", "waiting", "")]


def test_what_happens_while_paused_is_not_lost_and_comes_when_resumed():
    publish(chain(UNTIL, *TAGS))
    tell(page("anna"), page("bo"))
    services.pause(SYSTEM, "j", now=NOW + MINUTE)

    tell(paid("anna", NOW + HOUR))
    tell(page("cleo", NOW + HOUR))
    pump(NOW + 9 * HOUR)
    paused = (tags("anna"), tags("bo"), len(standing()))
    services.resume(SYSTEM, "j", now=NOW + 10 * HOUR)
    pump(NOW + 10 * HOUR)

    assert paused == (set(), set(), 2)
    assert (tags("anna"), tags("bo")) == ({"bought"}, {"silent"})
    assert {one.ended_at for one in Enrolment.objects.all()} == {NOW + 10 * HOUR}


def test_exits_hold_while_paused():
    publish({**chain(WAIT), "exits": [{"kind": "fact", "fact": "order.paid", "where": {}}]})
    tell(page())
    services.pause(SYSTEM, "j", now=NOW)

    tell(paid(at=NOW + HOUR))

    assert standing() == [("s1", "left", "exit")]


def test_nothing_is_due_when_nothing_waits():
    from siyu.journeys.due import next_due

    publish(chain(WAIT))
    with connection.cursor() as cursor:
        assert next_due(cursor.cursor) is None
        tell(page())
        assert next_due(cursor.cursor) == NOW + DAY
        services.pause(SYSTEM, "j", now=NOW)
        assert next_due(cursor.cursor) is None


def test_branches_by_rule_and_by_what_let_the_member_in():
    branch = {
        "step": "branch",
        "ways": [
            {"name": "tagged", "rule": {"condition": "tag", "tags": ["VIP"]}},
            {"name": "x", "where": {"property": "path", "op": "eq", "value": "/x"}},
        ],
        "next": {},
    }
    from siyu.journeys.tests.given import person
    from siyu.members.services import tag

    publish(chain(branch))
    tell(
        say("member.identified", "anna", NOW, traits={}),
        say("member.identified", "bo", NOW, traits={}),
        say("member.identified", "cleo", NOW, traits={}),
    )
    tag(SYSTEM, [person("anna")], "VIP", now=NOW)

    tell(page("anna", NOW + MINUTE, path="/x"), page("bo", NOW + MINUTE, path="/x"), page("cleo", NOW + MINUTE))

    assert queries.counts("j", 1).ways == {("s1", "tagged"): 1, ("s1", "x"): 1, ("s1", "other"): 1}


def test_a_split_is_sticky_and_its_arms_have_the_right_size():
    split = {
        "step": "split",
        "arms": [{"name": "a", "weight": 6000}, {"name": "b", "weight": 3000}],
        "hold_out": 1000,
        "next": {"a": "s2", "b": "s2", "held_out": "s2"},
    }
    publish(chain(split, END))
    people = [f"u{number}" for number in range(2_000)]

    for day in (0, 1):
        tell(*[page(who, NOW + day * DAY) for who in people])

    arms: dict[int, set[str]] = {}
    for one in Enrolment.objects.all():
        arms.setdefault(one.origin_id, set()).add(one.arm)
        assert one.is_held_out == (one.arm == "held_out")
    assert len(arms) == 2_000
    assert all(len(each) == 1 for each in arms.values()), "the same member falls into the same arm"
    for name, share in (("a", 0.6), ("b", 0.3), ("held_out", 0.1)):
        drawn = sum(name in each for each in arms.values())
        assert abs(drawn - 2_000 * share) < 5 * (2_000 * share * (1 - share)) ** 0.5, f"{name}: {drawn}"


def test_another_journey_is_started_at_the_same_instant_and_by_its_own_rules():
    publish(chain({"step": "wait", "hours": 1}, trigger={"kind": "api"}, entry={"how": "once"}), "second")
    publish(chain({"step": "start", "journey": "second"}, END), "first")

    tell(page(path="/x"))
    tell(page(at=NOW + MINUTE))

    assert standing("first") == [("s2", "done", "done")] * 2
    assert standing("second") == [("s1", "waiting", "")]
    assert Enrolment.objects.get(journey__code="second").entered_at == NOW


def test_a_journey_that_no_call_starts_any_more_is_not_passed_over_in_silence():
    publish(chain(WAIT, trigger={"kind": "api"}), "second")
    publish(chain({"step": "start", "journey": "second"}, END), "first")
    services.save_draft(SYSTEM, "second", chain(WAIT, trigger={"kind": "fact", "fact": "cart.viewed"}), 1, now=NOW)
    services.publish(SYSTEM, "second", now=NOW)

    tell(page())

    assert standing("first") == [("s1", "failed", "journey.unknown")]
    assert logged("journey.called") == []


def test_a_call_by_a_program_lets_in_once():
    from siyu.facts.rules import Handle
    from siyu.lib.refusal import Refusal

    publish(chain(WAIT, trigger={"kind": "api"}))
    for _ in range(2):
        services.call(SYSTEM, "j", Handle("user_id", "anna"), {"path": "/x"}, "k1", now=NOW)
    with pytest.raises(Refusal, match=r"key\.reused"):
        services.call(SYSTEM, "j", Handle("user_id", "anna"), {"path": "/y"}, "k1", now=NOW)
    pump(NOW)

    assert standing() == [("s1", "waiting", "")]
    assert Enrolment.objects.get().properties["path"] == "/x"


def test_steps_of_value_and_traits_happen_once_to_the_member():
    from siyu.journeys.tests.given import person
    from siyu.loyalty.queries import balances
    from siyu.loyalty.services import install_default_programme
    from siyu.members.queries import traits

    install_default_programme(SYSTEM, NOW.date() - timedelta(days=100), now=NOW - DAY)
    publish(
        chain(
            {"step": "reward", "reward": {"kind": "points", "amount": 30}},
            {"step": "trait", "trait": "welcomed", "value": True},
            {"step": "trait", "trait": "city"},
            END,
        )
    )

    tell(say("member.identified", "anna", NOW - MINUTE, traits={"city": "上海"}), page())
    pump(NOW + MINUTE)

    assert standing() == [("s4", "done", "done")]
    assert balances([person("anna")], NOW + MINUTE)[person("anna")]["points"].available == 30
    assert {one.name: one.value for one in traits(person("anna"))} == {"welcomed": True}
