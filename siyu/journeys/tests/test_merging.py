"""When two become one, or two again: nothing starts anew, everything comes back as it stood; who is erased walks no further."""

from typing import Any

import pytest

from siyu.facts.intake import message_hash
from siyu.facts.models import LoggedFact
from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.journeys import privacy, queries, services
from siyu.journeys.models import Enrolment
from siyu.journeys.tests.given import DAY, HOUR, MINUTE, NOW, chain, person, publish, say, tell
from siyu.journeys.tests.test_agreement import broken
from siyu.journeys.tests.test_walking import WAIT, logged, standing
from siyu.members.queries import merges
from siyu.members.services import erase_member, merge_members, undo_merge
from siyu.merchant.rules import SYSTEM, WHOLE
from siyu.touches.models import Touch
from siyu.touches.services import publish_template

pytestmark = pytest.mark.django_db
LONG = {"step": "wait", "days": 9}


def page(who: str, at: Any = NOW, **properties: Any):
    return say("page.viewed", who, at, **properties)


def alias(one: str, other: str, at: Any) -> Incoming:
    """A message that says that two are one."""
    handles = [Handle("user_id", one), Handle("user_id", other)]
    return Incoming(
        name="member.identified", occurred_at=at, message=f"{one}={other}", handles=handles, proof="identify", properties={"traits": {}}
    )


def known(who: str, union: str) -> Incoming:
    """A message that says who somebody is."""
    handles = [Handle("user_id", who), Handle("unionid", union)]
    return Incoming(name="member.identified", occurred_at=NOW, message=union, handles=handles, proof="identify", properties={"traits": {}})


def owners() -> dict[int, int]:
    """To whom the enrolments belong, by who entered."""
    return dict(Enrolment.objects.values_list("origin_id", "owner_id"))


def merged(how: str, at: Any) -> None:
    if how == "fact":
        tell(alias("anna", "bo", at))
    else:
        merge_members(SYSTEM, person("anna"), person("bo"), "same phone", now=at)
        pump(at)


@pytest.mark.parametrize("how", ["fact", "staff"])
def test_a_merge_carries_on_and_starts_nothing(how: str):
    publish({**chain(LONG), "entry": {"how": "once"}})
    tell(page("bo"))
    tell(say("cart.viewed", "anna", NOW))

    merged(how, NOW + HOUR)
    tell(page("anna", NOW + 2 * HOUR), page("bo", NOW + 2 * HOUR))

    (one,) = queries.enrolments("j", WHOLE)
    assert (one.member_id, one.status, one.due_at) == (person("anna"), "waiting", NOW + 9 * DAY)
    pump(NOW + 10 * DAY)
    assert standing() == [("s1", "done", "done")]


@pytest.mark.parametrize("how", ["fact", "staff"])
def test_of_two_in_the_same_journey_one_goes_on_and_an_undo_gives_both_back(how: str):
    publish({**chain(LONG), "entry": {"how": "once"}})
    tell(page("anna"))
    tell(page("bo", NOW + MINUTE))
    before = list(Enrolment.objects.order_by("pk").values())

    merged(how, NOW + HOUR)
    together = [one.status for one in reversed(queries.enrolments("j", WHOLE))]
    owners = {one.member_id for one in queries.enrolments("j", WHOLE)}
    merge = merges(person("anna"))[0]
    undo_merge(SYSTEM, merge.id, "they are sisters", now=NOW + 2 * HOUR)
    pump(NOW + 2 * HOUR)

    assert sorted(together) == ["joined", "waiting"]
    assert len(owners) == 1
    assert list(Enrolment.objects.order_by("pk").values()) == before
    pump(NOW + 10 * DAY)
    assert standing() == [("s1", "done", "done")] * 2


def test_of_three_who_become_one_in_a_batch_nobody_goes_on_under_a_key_that_one_is_through_with():
    publish({**chain(LONG), "entry": {"how": "once"}})
    tell(say("cart.viewed", "anna", NOW), page("bo"))
    pump(NOW + 10 * DAY)
    tell(page("cleo", NOW + 10 * DAY))

    tell(alias("anna", "bo", NOW + 11 * DAY), alias("anna", "cleo", NOW + 11 * DAY))

    assert sorted(one.status for one in queries.enrolments("j", WHOLE)) == ["done", "joined"]


def test_who_was_joined_has_left_too_when_the_journey_is_put_away_before_the_undo():
    publish({**chain(LONG), "entry": {"how": "once"}})
    tell(page("anna"), page("bo"))
    merged("fact", NOW + HOUR)

    services.archive(SYSTEM, "j", now=NOW + 2 * HOUR)
    undo_merge(SYSTEM, merges(person("anna"))[0].id, "they are sisters", now=NOW + 3 * HOUR)
    pump(NOW + 3 * HOUR)

    assert standing() == [("s1", "left", "archived")] * 2
    assert len(logged("journey.left")) == 1, "of one person it is told once"
    assert broken() == {}


def test_what_came_before_a_merge_in_the_same_batch_was_still_the_losers_own():
    publish({**chain(LONG), "entry": {"how": "once"}, "exits": [{"kind": "fact", "fact": "cart.viewed", "where": {}}]})
    tell(page("anna"), page("bo"))

    batch = [say("cart.viewed", "bo", NOW + HOUR), alias("anna", "bo", NOW + HOUR + MINUTE)]
    record(batch, source="web", received_at=NOW + HOUR + MINUTE)
    pump(NOW + HOUR + MINUTE)

    assert sorted(status for _, status, _ in standing()) == ["left", "waiting"]


def test_an_undo_before_the_pump_came_changes_nothing():
    publish({**chain(LONG), "entry": {"how": "once"}})
    tell(page("anna"), page("bo"))
    before = list(Enrolment.objects.order_by("pk").values())

    merge_members(SYSTEM, person("anna"), person("bo"), "same phone", now=NOW + HOUR)
    undo_merge(SYSTEM, merges(person("anna"))[0].id, "a typing error", now=NOW + HOUR)
    pump(NOW + 2 * HOUR)

    assert list(Enrolment.objects.order_by("pk").values()) == before


def test_who_is_parted_before_a_merge_further_up_was_carried_over_keeps_what_is_their_own():
    publish({**chain(LONG), "entry": {"how": "once"}})
    tell(say("cart.viewed", "anna", NOW), say("cart.viewed", "bo", NOW), page("cleo"))
    cleo, bo = person("cleo"), person("bo")
    merge_members(SYSTEM, bo, cleo, "same phone", now=NOW + HOUR)
    pump(NOW + HOUR)
    (merge,) = merges(bo)

    merge_members(SYSTEM, person("anna"), bo, "same phone", now=NOW + 2 * HOUR)
    undo_merge(SYSTEM, merge.id, "they are sisters", now=NOW + 2 * HOUR)
    record([page("cleo", NOW + 3 * HOUR), page("bo", NOW + 3 * HOUR)], source="web", received_at=NOW + 3 * HOUR)
    report = pump(NOW + 3 * HOUR)

    assert (report.facts, report.quarantined) == (2, 0)
    assert owners() == {cleo: cleo, person("anna"): person("anna")}
    assert broken() == {}


def test_who_turns_out_to_be_another_than_was_said_takes_along_what_is_their_own():
    publish({**chain(LONG), "entry": {"how": "once"}})
    tell(
        known("anna", "union of anna"),
        known("bo", "union of bo"),
        page("cleo"),
        page("anna"),
        alias("bo", "cleo", NOW),
        alias("anna", "cleo", NOW + MINUTE),  # in conflict: one person has one UnionID
    )
    first = owners()
    anna, bo = person("anna"), person("bo")
    (cleo,) = first.keys() - {anna}

    undo_merge(SYSTEM, merges(bo)[0].id, "they are sisters", now=NOW + HOUR)
    pump(NOW + HOUR)
    second, statuses = owners(), sorted(one.status for one in queries.enrolments("j", WHOLE))
    undo_merge(SYSTEM, merges(anna)[0].id, "they are not even that", now=NOW + 2 * HOUR)
    record([page("cleo", NOW + 3 * HOUR)], source="web", received_at=NOW + 3 * HOUR)
    report = pump(NOW + 3 * HOUR)

    assert (first[cleo], second[cleo], person("cleo")) == (bo, anna, cleo)
    assert statuses == ["joined", "waiting"], "whoever comes to somebody who is under way goes on as that one"
    assert (report.facts, report.quarantined) == (1, 0)
    assert owners() == {anna: anna, cleo: cleo}
    assert broken() == {}


def test_a_goal_that_two_who_became_one_both_reach_is_told_of_each():
    goal = {"fact": "order.paid", "where": {}, "within_days": 30, "ends": False}
    publish({**chain({"step": "end"}), "entry": {"how": "once"}, "goal": goal})
    tell(page("anna"), page("bo"))
    merged("fact", NOW + HOUR)

    tell(say("order.paid", "anna", NOW + 2 * HOUR, shop="web", order_number="1", amount_minor=1))

    assert queries.counts("j", 1).goals == len({one.message for one in LoggedFact.objects.filter(name="journey.goal_reached")}) == 2


def test_a_touch_that_was_made_of_two_as_one_stays_with_who_got_it():
    publish_template(SYSTEM, "t", "t", "inbox", "service", {"zh-hans": {"subject": "x", "text": "x"}}, now=NOW - DAY)
    publish({**chain({"step": "wait", "hours": 2}, {"step": "touch", "template": "t"}), "entry": {"how": "once"}})
    tell(say("cart.viewed", "anna", NOW), page("bo"))
    merged("staff", NOW + HOUR)
    pump(NOW + 3 * HOUR)
    anna = person("anna")

    undo_merge(SYSTEM, merges(anna)[0].id, "they are sisters", now=NOW + 4 * HOUR)

    assert list(Touch.objects.values_list("member_id", flat=True)) == [anna]
    assert owners() == {person("bo"): person("bo")}
    assert broken() == {}


def test_coming_into_an_audience_by_a_merge_starts_nothing():
    from siyu.audiences.services import create

    bought = create(SYSTEM, "买过", {"condition": "did_fact", "fact": "order.paid"}, now=NOW)
    pump(NOW)
    publish(chain(WAIT, trigger={"kind": "audience", "audience": bought}))
    tell(say("page.viewed", "anna", NOW))
    tell(say("order.paid", "bo", NOW, shop="web", order_number="1", amount_minor=1))
    assert len(standing()) == 1

    merged("staff", NOW + HOUR)

    assert len(standing()) == 1


def test_who_is_erased_walks_no_further_and_leaves_nothing_behind():
    publish({**chain(LONG), "entry": {"how": "keyed", "by": "path"}})
    tell(page("anna", path="/x"))
    anna = person("anna")
    assert [one["properties"]["path"] for one in privacy.export(anna)] == ["/x"]

    erase_member(SYSTEM, anna, "asked by letter", now=NOW + HOUR)
    pump(NOW + 20 * DAY)

    (one,) = Enrolment.objects.all()
    assert (one.status, one.why, one.properties, "/x" in one.key) == ("left", "erased", {}, False)


def test_whoever_came_in_is_somewhere():
    """Through, left, set aside, joined, moved, erased under way, while set aside or behind a twin: the numbers of each version add up."""
    steps = (LONG, {"step": "branch", "ways": [{"name": "x", "where": {"property": "path", "op": "eq", "value": "/x"}}]})
    publish({**chain(*steps), "entry": {"how": "once"}, "exits": [{"kind": "fact", "fact": "cart.viewed", "where": {}}]})
    for who in ("anna", "bo", "cai", "dan", "eve", "fay", "gil"):
        tell(page(who))
    tell(say("cart.viewed", "cai", NOW))
    tell(alias("anna", "bo", NOW + HOUR), alias("eve", "fay", NOW + HOUR))
    Enrolment.objects.filter(origin_id=person("gil")).update(status="failed", why="x", due_at=None)
    definition = queries.definition("j", 1)
    services.save_draft(SYSTEM, "j", {**definition, "goal": {"fact": "order.paid"}}, 1, now=NOW + 2 * HOUR)
    services.publish(SYSTEM, "j", {"s1": "s1"}, now=NOW + 2 * HOUR)
    tell(page("hal", NOW + 2 * HOUR), page("ida", NOW + 2 * HOUR))
    for who in ("eve", "hal", "gil"):
        erase_member(SYSTEM, person(who), "asked by letter", now=NOW + 3 * HOUR)
    pump(NOW + 4 * HOUR)
    between = [balance(queries.counts("j", number)) for number in (1, 2)]
    pump(NOW + 20 * DAY)

    assert between == [(7, -4, 0, 0, 2, 0, 1), (2, 4, 3, 0, 3, 0, 0)]
    assert [balance(queries.counts("j", number)) for number in (1, 2)] == [(7, -4, 0, 0, 2, 0, 1), (2, 4, 0, 3, 3, 0, 0)]
    assert broken() == {}


def balance(told: queries.Counts) -> tuple[int, ...]:
    assert told.entered + told.moved == told.under_way + told.done + told.left + told.failed + told.joined
    return told.entered, told.moved, told.under_way, told.done, told.left, told.failed, told.joined


@pytest.mark.parametrize("is_cut", [True, False])
def test_what_is_told_of_an_entry_is_the_same_wherever_a_batch_is_cut(is_cut: bool):
    publish({**chain({"step": "wait", "minutes": 5}), "entry": {"how": "once"}})
    facts = [say("cart.viewed", "anna", NOW), page("bo"), alias("anna", "bo", NOW + MINUTE), say("cart.viewed", "bo", NOW + HOUR)]
    for fact in facts:
        record([fact], source="web", received_at=fact.occurred_at)
        if is_cut:
            pump(fact.occurred_at)
    pump(NOW + HOUR)

    entered = LoggedFact.objects.get(name="journey.entered")
    told = f"journeys.walk|journey.entered|{LoggedFact.objects.get(pk=entered.cause_id).message}|j  0 {NOW.timestamp()}"
    assert entered.message == message_hash(told)
