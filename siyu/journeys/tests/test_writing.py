"""Drafts, versions, states: who writes journeys, and what is refused."""

import pytest

from siyu.journeys import queries, services
from siyu.journeys.models import Version
from siyu.journeys.tests.given import NOW, chain
from siyu.lib.refusal import Refusal
from siyu.merchant.models import Audit
from siyu.merchant.rules import SYSTEM

pytestmark = pytest.mark.django_db
GOOD = chain({"step": "wait", "days": 1}, {"step": "end"})


def refused(call, *given, **more) -> str:
    with pytest.raises(Refusal) as caught:
        call(*given, **more)
    return caught.value.code


def test_a_new_journey_has_a_draft_that_may_be_published_as_it_is():
    services.create(SYSTEM, "welcome", "欢迎", now=NOW)

    number = services.publish(SYSTEM, "welcome", now=NOW)

    assert number == 1
    assert queries.journey("welcome").state == "live"
    assert not queries.journey("welcome").is_changed


def test_what_is_no_code_or_name_or_exists_is_refused():
    services.create(SYSTEM, "welcome", "欢迎", now=NOW)

    assert refused(services.create, SYSTEM, "Welcome!", "x", now=NOW) == "journey.code"
    assert refused(services.create, SYSTEM, "schema", "x", now=NOW) == "journey.code"
    assert refused(services.create, SYSTEM, "w2", " ", now=NOW) == "journey.name"
    assert refused(services.create, SYSTEM, "welcome", "x", now=NOW) == "journey.exists"
    assert refused(services.create, SYSTEM, "w3", "x", [], now=NOW) == "journey.invalid"
    assert refused(services.create, SYSTEM, "w3", "x", {"a": "\x00"}, now=NOW) == "journey.invalid"
    assert refused(services.save_draft, SYSTEM, "nope", GOOD, 1, now=NOW) == "journey.unknown"


def test_a_faulty_draft_is_kept_with_its_problems_and_refused_when_published():
    services.create(SYSTEM, "j", "旅程", now=NOW)

    saved = services.save_draft(SYSTEM, "j", chain({"step": "wait"}), 1, now=NOW)

    assert saved.revision == 2
    assert [one.code for one in saved.problems] == ["wait.none"]
    assert refused(services.publish, SYSTEM, "j", now=NOW) == "journey.invalid"
    assert queries.journey("j").number == 0


def test_who_saves_over_anothers_draft_is_refused():
    services.create(SYSTEM, "j", "旅程", now=NOW)
    services.save_draft(SYSTEM, "j", GOOD, 1, now=NOW)

    assert refused(services.save_draft, SYSTEM, "j", chain({"step": "end"}), 1, now=NOW) == "journey.stale"
    assert services.save_draft(SYSTEM, "j", GOOD, 2, now=NOW).revision == 2, "the same again changes nothing"


def test_a_copy_begins_with_the_draft_of_another_and_goes_its_own_way():
    services.create(SYSTEM, "j", "旅程", GOOD, now=NOW)
    services.publish(SYSTEM, "j", now=NOW)
    draft = chain({"step": "wait", "days": 9}, {"step": "end"})
    services.save_draft(SYSTEM, "j", draft, 1, now=NOW)
    services.archive(SYSTEM, "j", now=NOW)

    services.duplicate(SYSTEM, "j", "j-2", "旅程二", now=NOW)
    services.save_draft(SYSTEM, "j-2", GOOD, 1, now=NOW)

    copy = queries.journey("j-2")
    assert (copy.name, copy.state, copy.number) == ("旅程二", "draft", 0)
    assert (queries.definition("j"), queries.definition("j-2")) == (draft, GOOD)
    assert Audit.objects.get(verb="journey.duplicated").detail == {"of": "j"}
    assert refused(services.duplicate, SYSTEM, "nope", "j-3", "x", now=NOW) == "journey.unknown"
    assert refused(services.duplicate, SYSTEM, "j", "j-2", "x", now=NOW) == "journey.exists"


def test_versions_never_change_and_are_counted():
    services.create(SYSTEM, "j", "旅程", GOOD, now=NOW)
    services.publish(SYSTEM, "j", now=NOW)
    services.save_draft(SYSTEM, "j", chain({"step": "end"}), 1, now=NOW)

    assert queries.journey("j").is_changed
    assert services.publish(SYSTEM, "j", {"s1": "stay", "s2": "leave"}, now=NOW) == 2
    assert queries.definition("j", 1) == GOOD
    assert [one.number for one in queries.versions("j")] == [2, 1]
    assert Audit.objects.filter(verb="journey.published").count() == 2


def test_a_map_that_leads_nowhere_is_refused():
    services.create(SYSTEM, "j", "旅程", GOOD, now=NOW)
    services.publish(SYSTEM, "j", now=NOW)

    assert refused(services.publish, SYSTEM, "j", {"s9": "stay"}, now=NOW) == "journey.map"
    assert refused(services.publish, SYSTEM, "j", {"s1": "s9"}, now=NOW) == "journey.map"
    assert Version.objects.count() == 1


GIFT = {"step": "reward", "reward": {"kind": "points", "amount": 10}}
ON_POINTS = {"kind": "value", "unit": "points"}


def put(code: str, *steps, trigger=ON_POINTS, **entry) -> None:
    services.create(SYSTEM, code, code, chain(*steps, trigger=trigger, entry={"how": "many", **entry}), now=NOW)


def test_a_journey_that_would_let_the_same_member_in_without_end_is_refused():
    put("j", {"step": "wait", "days": 1}, GIFT)

    with pytest.raises(Refusal) as caught:
        services.publish(SYSTEM, "j", now=NOW)

    assert caught.value.code == "journey.circle"
    assert "j → j" in caught.value.because
    services.save_draft(SYSTEM, "j", chain(GIFT, trigger=ON_POINTS, entry={"how": "many", "again_after_days": 1}), 1, now=NOW)
    services.publish(SYSTEM, "j", now=NOW)


def test_a_circle_by_way_of_others_is_refused_where_it_closes():
    put("a", {"step": "start", "journey": "b"}, trigger={"kind": "fact", "fact": "benefit.granted"})
    put("b", GIFT, trigger={"kind": "api"})
    put("c", {"step": "trait", "trait": "rich", "value": True}, trigger={**ON_POINTS, "orders": False})
    put("d", {"step": "start", "journey": "b"}, trigger={"kind": "fact", "fact": "member.identified"})
    for code in ("b", "a", "c"):
        services.publish(SYSTEM, code, now=NOW)

    with pytest.raises(Refusal) as caught:
        services.publish(SYSTEM, "d", now=NOW)

    assert caught.value.code == "journey.circle"
    assert "d → b → c → d" in caught.value.because
    services.archive(SYSTEM, "c", now=NOW)
    services.publish(SYSTEM, "d", now=NOW)


def test_what_cannot_pass_the_filter_or_comes_only_once_closes_no_circle():
    put("growth", GIFT, trigger={"kind": "value", "unit": "growth"})
    put("large", GIFT, trigger={"kind": "fact", "fact": "value.granted", "where": {"property": "amount", "op": "gte", "value": 100}})
    put("once", GIFT, how="once")

    for code in ("growth", "large", "once"):
        assert services.publish(SYSTEM, code, now=NOW) == 1

    put(
        "small",
        GIFT,
        trigger={"kind": "fact", "fact": "value.granted", "where": {"not": {"property": "amount", "op": "gte", "value": 100}}},
    )
    assert refused(services.publish, SYSTEM, "small", now=NOW) == "journey.circle"


def test_states_follow_one_another():
    services.create(SYSTEM, "j", "旅程", GOOD, now=NOW)
    assert refused(services.pause, SYSTEM, "j", now=NOW) == "journey.state"
    services.publish(SYSTEM, "j", now=NOW)

    services.pause(SYSTEM, "j", now=NOW)
    assert refused(services.pause, SYSTEM, "j", now=NOW) == "journey.state"
    services.resume(SYSTEM, "j", now=NOW)
    services.archive(SYSTEM, "j", now=NOW)

    assert refused(services.publish, SYSTEM, "j", now=NOW) == "journey.state"
    assert (queries.journeys(), [one.code for one in queries.journeys(archived=True)]) == ([], ["j"])


def test_an_audience_names_what_it_starts():
    from siyu.audiences.services import create

    audience = create(SYSTEM, "买过", {"condition": "did_fact", "fact": "order.paid"}, now=NOW)
    services.create(SYSTEM, "j", "买过之后", chain({"step": "end"}, trigger={"kind": "audience", "audience": audience}), now=NOW)
    assert queries.started_by(audience) == []

    services.publish(SYSTEM, "j", now=NOW)

    assert queries.started_by(audience) == ["买过之后"]
    assert queries.started_by(audience + 1) == []


def test_nobody_has_entered_yet():
    services.create(SYSTEM, "j", "旅程", GOOD, now=NOW)
    services.publish(SYSTEM, "j", now=NOW)

    assert queries.counts("j", 1) == queries.Counts(0, 0, 0, 0, 0, 0, {}, {})
    assert queries.failed("j") == []
    assert queries.path(1) is None
