"""What steps do to the world: touches by way of the gate, hold-outs as controls, schedules and dates, and members set aside."""

import json
from datetime import timedelta
from typing import Any

import pytest
from psycopg import errors

from siyu.audiences.services import create
from siyu.facts.pump import pump
from siyu.facts.services import record
from siyu.journeys import queries, services
from siyu.journeys.models import Arrival, Enrolment, Journey
from siyu.journeys.tests.given import DAY, HOUR, MINUTE, chain, publish, say, tell
from siyu.journeys.tests.test_walking import END, WAIT, logged, standing
from siyu.lib.refusal import Refusal
from siyu.loyalty.services import install_default_programme
from siyu.members.models import Member, Trait
from siyu.merchant.models import Alarm
from siyu.merchant.rules import SYSTEM, WHOLE
from siyu.merchant.services import set_setting
from siyu.touches.models import Template, Touch
from siyu.touches.services import archive_template
from siyu.touches.tests.scene import NOON, customer, member, person, template

pytestmark = pytest.mark.django_db
MAIL = {"step": "touch", "template": "t"}
HOURLY = {"step": "wait", "hours": 1}
ONLY_X = {"property": "path", "op": "eq", "value": "/x"}


@pytest.fixture
def mail() -> Template:
    made = template()
    Template.objects.filter(pk=made.pk).update(code="t")
    return made


def page(who: str, at: Any = NOON, **properties: Any):
    return say("page.viewed", who, at, **properties)


def test_a_touch_is_asked_of_the_gate_once_and_its_answer_stands_on_the_path(mail: Template):
    person("anna")
    person("bo", agrees=False)
    publish(chain(MAIL, WAIT), now=NOON)

    tell(page("anna", path="/x"), page("bo"))

    anna, bo = (queries.path(one.pk) for one in Enrolment.objects.order_by("pk"))
    assert (anna.passages[0].touch.status, bo.passages[0].touch.status) == ("reserved", "refused")
    assert (bo.passages[0].touch.why, bo.passages[0].way) == ("consent.missing", "next")
    touch = Touch.objects.get(status="reserved")
    assert (touch.source, touch.key, touch.values) == ("journey:j", f"journey:{anna.enrolment.id}:s1:0", {"path": "/x"})


def test_what_the_gate_refuses_goes_its_own_way_where_there_is_one(mail: Template):
    person("anna")
    person("bo", agrees=False)
    publish(chain({**MAIL, "next": {"next": "s2", "refused": "s3"}}, {**WAIT, "next": {}}, WAIT), now=NOON)

    tell(page("anna"), page("bo"))

    assert [step for step, _, _ in standing()] == ["s2", "s3"]


@pytest.mark.parametrize("others", [[], ["bo"], ["bo", "cho"]])
def test_the_last_place_under_a_cap_goes_to_the_journey_that_began_first_whoever_else_is_in_the_batch(mail: Template, others: list[str]):
    set_setting(SYSTEM, "touches.caps", [{"limit": 1, "window": "day"}], NOON.date() - 2 * DAY, now=NOON - 60 * HOUR)
    for who in ("anna", *others):
        person(who)
    publish(chain(HOURLY, MAIL, trigger={"kind": "fact", "fact": "page.viewed", "where": ONLY_X}), "one", now=NOON)
    publish(chain(HOURLY, MAIL), "two", now=NOON)

    tell(*(page(who, path="/y") for who in others), page("anna", path="/x"))
    pump(NOON + HOUR)

    anna = Touch.objects.exclude(source="journey:two", status="reserved")
    assert sorted((touch.source, touch.status, touch.why) for touch in anna) == [
        ("journey:one", "reserved", ""),
        ("journey:two", "refused", "cap.reached"),
    ]


def test_a_staff_task_goes_to_the_members_own_assistant():
    customer("anna", of="wang")
    Template.objects.filter(pk=template("task").pk).update(code="t")
    publish(chain({"step": "staff_task", "template": "t"}, END), now=NOON)

    tell(page("anna"))

    assert [(one.medium, one.status) for one in Touch.objects.all()] == [("task", "asked")]


@pytest.mark.parametrize(
    ("purpose", "without_consent"), [("marketing", ("refused", "consent.missing")), ("service", ("control", "control.send"))]
)
def test_whoever_is_held_out_gets_nothing_and_is_recorded_as_control(mail: Template, purpose: str, without_consent: tuple[str, str]):
    Template.objects.filter(pk=mail.pk).update(purpose=purpose)
    install_default_programme(SYSTEM, NOON.date() - timedelta(days=100), now=NOON - DAY)
    split = {"step": "split", "arms": [{"name": "a", "weight": 0}], "hold_out": 10_000, "next": {"a": "s2", "held_out": "s2"}}
    publish(chain(split, MAIL, {"step": "reward", "reward": {"kind": "points", "amount": 5}}, {"step": "tag", "tag": "x"}, END), now=NOON)
    person("anna")
    person("bo", agrees=False)

    tell(page("anna"), page("bo"))
    pump(NOON + MINUTE)

    assert [(one.status, one.why) for one in Touch.objects.order_by("created_at", "key")] == [
        ("control", "control.send"),
        without_consent,
    ], "the control group is drawn of exactly those who would have been touched"
    assert [(one.status, one.is_held_out) for one in queries.enrolments("j", WHOLE)] == [("done", True)] * 2
    assert (logged("value.granted"), queries.counts("j", 1).ways[("s4", "next")]) == ([], 2)
    from siyu.members.models import Tagging

    assert not Tagging.objects.exists()


# --- schedules and dates ---


def everybody() -> int:
    from siyu.audiences.services import create

    number = create(SYSTEM, "所有人", {"condition": "identity", "kinds": ["email"]}, now=NOON)
    pump(NOON)
    return number


def test_a_schedule_lets_an_audience_in_every_day_and_not_while_paused():
    person("anna")
    person("bo")
    audience = everybody()
    publish(chain(END, trigger={"kind": "schedule", "audience": audience, "every": "day", "at": "13:00"}), now=NOON)

    pump(NOON + 30 * MINUTE)
    before = len(standing())
    pump(NOON + 2 * HOUR)
    first = len(standing())
    pump(NOON + 26 * HOUR)
    second = len(standing())
    services.pause(SYSTEM, "j", now=NOON + 27 * HOUR)
    pump(NOON + 60 * HOUR)
    services.resume(SYSTEM, "j", now=NOON + 60 * HOUR)
    pump(NOON + 61 * HOUR)

    assert (before, first, second, len(standing())) == (0, 2, 4, 4)
    assert {one.entered_at for one in Enrolment.objects.all()} == {NOON + HOUR, NOON + 25 * HOUR}


def test_a_new_version_does_not_lose_the_alarm_that_the_pump_has_yet_to_ring():
    person("anna")
    definition = chain(END, trigger={"kind": "schedule", "audience": everybody(), "every": "day", "at": "13:00"})
    publish(definition, now=NOON)
    services.save_draft(SYSTEM, "j", {**definition, "places": {"s1": [1, 2]}}, 1, now=NOON)

    services.publish(SYSTEM, "j", now=NOON + HOUR + MINUTE)
    pump(NOON + HOUR + 2 * MINUTE)

    assert [one.entered_at for one in Enrolment.objects.all()] == [NOON + HOUR]


def test_once_lets_a_scheduled_member_in_once():
    person("anna")
    audience = everybody()
    trigger = {"kind": "schedule", "audience": audience, "every": "day", "at": "13:00"}
    publish({**chain(END, trigger=trigger), "entry": {"how": "once"}}, now=NOON)

    pump(NOON + 5 * DAY)

    assert len(standing()) == 1


def test_a_birthday_lets_in_three_days_before_it_in_every_year():
    person("anna", birthday="1990-05-08")
    person("bo", birthday="1990-05-09")
    person("cleo", birthday="1990-02-29")
    publish(chain(END, trigger={"kind": "date", "trait": "birthday", "every": "year", "days": -3, "at": "13:00"}), now=NOON)

    pump(NOON + 2 * HOUR)
    first = [one.public_id for one in queries.enrolments("j", WHOLE)]
    pump(NOON + 26 * HOUR)

    assert len(first) == 1
    assert len(standing()) == 2
    assert [one.entered_at for one in Enrolment.objects.order_by("pk")] == [NOON + HOUR, NOON + 25 * HOUR]


# --- audiences ---


def test_coming_into_an_audience_starts_leaving_it_ends_and_who_is_outside_does_not_enter():
    from siyu.audiences.services import create

    bought = create(SYSTEM, "买过", {"condition": "did_fact", "fact": "order.paid", "within": {"last_days": 3}}, now=NOON)
    tagged = create(SYSTEM, "VIP", {"condition": "tag", "tags": ["VIP"]}, now=NOON)
    pump(NOON)
    leaves = [{"kind": "audience", "audience": bought}]
    publish(chain({"step": "wait", "days": 9}, trigger={"kind": "audience", "audience": bought}, exits=leaves), "in", now=NOON)
    publish({**chain(WAIT), "exits": [{"kind": "audience", "audience": tagged}]}, "vip", now=NOON)
    anna = person("anna")
    person("bo")
    from siyu.members.services import tag

    tag(SYSTEM, [anna], "VIP", now=NOON)
    pump(NOON + MINUTE)
    paid = say("order.paid", "anna", NOON + HOUR, shop="web", order_number="1", amount_minor=100)
    tell(paid, page("anna", NOON + HOUR), page("bo", NOON + HOUR))

    assert standing("in") == [("s1", "waiting", "")]
    assert [one.owner_id for one in Enrolment.objects.filter(journey__code="vip")] == [anna]
    pump(NOON + 5 * DAY)
    assert standing("in") == [("s1", "left", "exit")]


# --- who cannot go on ---


@pytest.mark.parametrize(
    ("error", "why", "detail"),
    [
        (Refusal("touch.poison", "this one fails"), "touch.poison", "this one fails"),
        (errors.ProgramLimitExceeded("index row size 6000 exceeds"), "poison.ProgramLimitExceeded", "index row size 6000 exceeds"),
    ],
)
def test_a_member_that_fails_is_set_aside_and_holds_up_nobody(
    mail: Template, monkeypatch: pytest.MonkeyPatch, error: Exception, why: str, detail: str
):
    from siyu.journeys.walking import world

    people = [person(f"u{number}") for number in range(9)]
    publish(chain(MAIL, WAIT), now=NOON)
    asked: list[int] = []
    really = world.Gate.propose

    def failing(gate: Any, wishes: Any) -> Any:
        asked.append(len(wishes))
        answers = really(gate, wishes)
        if people[4] in [wish.member_id for wish in wishes]:
            raise error
        return answers

    monkeypatch.setattr(world.Gate, "propose", failing)
    tell(*[page(f"u{number}") for number in range(9)])

    assert [one.status for one in reversed(queries.enrolments("j", WHOLE))] == ["waiting"] * 4 + ["failed"] + ["waiting"] * 4
    (failed,) = queries.failed("j")
    assert (failed.member_id, failed.step, failed.why, failed.detail) == (people[4], "s1", why, detail)
    assert Touch.objects.count() == 8
    assert queries.counts("j", 1).failed == 1
    assert Alarm.objects.count() == why.startswith("poison")  # what was foreseen is of this member alone

    monkeypatch.setattr(world.Gate, "propose", really)
    services.retry(SYSTEM, [failed.id], now=NOON + HOUR)
    pump(NOON + HOUR)

    assert Touch.objects.count() == 9
    assert queries.failed("j") == []


def test_an_exit_holds_for_who_is_set_aside_too(mail: Template):
    person("anna")
    publish({**chain(MAIL, WAIT), "exits": [{"kind": "fact", "fact": "cart.viewed", "where": {}}]}, now=NOON)
    archive_template(SYSTEM, "t", now=NOON)
    tell(page("anna"))
    (failed,) = queries.failed("j")

    tell(say("cart.viewed", "anna", NOON + HOUR))

    assert [(one.status, one.why) for one in queries.enrolments("j", WHOLE)] == [("left", "exit")]
    with pytest.raises(Refusal, match=r"enrolment\.state"):
        services.retry(SYSTEM, [failed.id], now=NOON + HOUR)


def test_what_all_lack_is_said_of_all_without_trying_each(mail: Template):
    for number in range(5):
        person(f"u{number}")
    publish(chain(MAIL, WAIT), now=NOON)
    archive_template(SYSTEM, "t", now=NOON)

    tell(*[page(f"u{number}") for number in range(5)])

    assert {(one.status, one.why) for one in queries.enrolments("j", WHOLE)} == {("failed", "template.unknown")}
    ((code, subject, message),) = Alarm.objects.values_list("code", "subject", "message")
    assert (code, subject) == ("journey.step", "j:s1")
    assert message.startswith("5 set aside at step s1 of journey j: template.unknown")


def test_a_rule_whose_audience_is_gone_sets_aside_who_comes_to_it_and_holds_up_nobody():
    from siyu.audiences.models import Audience

    branch = {"step": "branch", "ways": [{"name": "in", "rule": {"condition": "audience", "audience": everybody()}}], "next": {}}
    publish(chain(HOURLY, branch), now=NOON)
    publish(chain(HOURLY, END), "other", now=NOON)
    tell(page("anna"))
    Audience.objects.update(archived_at=NOON)

    report = pump(NOON + HOUR)

    assert (report.stopped, standing("other")) == ("", [("s2", "done", "done")])
    assert standing() == [("s2", "failed", "rule.invalid")]
    assert [(one.code, one.subject) for one in Alarm.objects.all()] == [("journey.step", "j:s2")]


def test_an_audience_is_not_put_away_while_a_journey_asks_for_it():
    from siyu.audiences.services import archive, archive_list, create, upload

    person("anna")
    audience = everybody()
    listed = upload(SYSTEM, "名单", "user_id", ["anna"], now=NOON).list_id
    asked = [{"name": "in", "rule": {"any": [{"condition": "audience", "audience": audience}, {"condition": "listed", "list": listed}]}}]
    publish(chain(HOURLY, {"step": "branch", "ways": asked, "next": {}}), now=NOON)
    other = create(SYSTEM, "VIP", {"condition": "tag", "tags": ["VIP"]}, now=NOON)
    tell(page("anna"))
    services.save_draft(SYSTEM, "j", chain(WAIT), 1, now=NOON)
    services.publish(SYSTEM, "j", now=NOON)

    archive(SYSTEM, other, now=NOON)
    with pytest.raises(Refusal, match=r"audience\.in_use: it is asked for by: 旅程 j"):
        archive(SYSTEM, audience, now=NOON)
    with pytest.raises(Refusal, match=r"list\.in_use: it is asked for by: 旅程 j"):
        archive_list(SYSTEM, listed, now=NOON)
    pump(NOON + HOUR)  # nobody is on the version that asks any more
    archive(SYSTEM, audience, now=NOON + HOUR)
    archive_list(SYSTEM, listed, now=NOON + HOUR)


def test_who_failed_is_dismissed_and_anybody_is_removed_with_a_reason(mail: Template):
    person("anna")
    person("bo")
    publish(chain(MAIL, WAIT), now=NOON)
    archive_template(SYSTEM, "t", now=NOON)
    tell(page("anna"))
    publish(chain(WAIT, END), "k", now=NOON)
    tell(page("bo", NOON + MINUTE))
    failed, waiting = queries.failed("j")[-1].id, queries.enrolments("k", WHOLE)[0].id

    with pytest.raises(Refusal, match=r"enrolment\.because"):
        services.dismiss(SYSTEM, [failed], " ", now=NOON + HOUR)
    with pytest.raises(Refusal, match=r"enrolment\.state"):
        services.dismiss(SYSTEM, [waiting], "x", now=NOON + HOUR)
    with pytest.raises(Refusal, match=r"enrolment\.unknown"):
        services.retry(SYSTEM, [10**9], now=NOON + HOUR)
    assert services.dismiss(SYSTEM, [failed], "no template", now=NOON + HOUR) == 1
    assert services.remove(SYSTEM, [waiting], "asked to be left alone", now=NOON + HOUR) == 1
    pump(NOON + 3 * DAY)

    ends = {one.id: (one.status, one.why, one.detail) for one in queries.enrolments("k", WHOLE) + queries.enrolments("j", WHOLE)}
    assert ends[failed] == ("left", "dismissed", "no template")
    assert ends[waiting] == ("left", "removed", "asked to be left alone")
    assert sorted(told["why"] for _, _, told in logged("journey.left")) == ["dismissed", "removed"]


# --- versions ---


def test_those_under_way_stay_move_or_leave_by_the_map():
    steps = chain({"step": "wait", "days": 2}, {"step": "wait", "days": 2}, {"step": "wait", "days": 2}, END)
    publish(steps, now=NOON)
    for who in ("anna", "bo", "cleo"):
        person(who)
    tell(page("anna", NOON))
    tell(page("bo", NOON + 2 * DAY))
    tell(page("cleo", NOON + 4 * DAY))
    assert [step for step, _, _ in standing()] == ["s3", "s2", "s1"]
    other = json.loads(json.dumps(steps))
    other["steps"]["s2"]["days"] = 9
    other["steps"]["s4"] = {"step": "tag", "tag": "new"}
    services.save_draft(SYSTEM, "j", other, 1, now=NOON)

    services.publish(SYSTEM, "j", {"s1": "leave", "s2": "s2", "s3": "s3"}, now=NOON + 4 * DAY + HOUR)
    pump(NOON + 4 * DAY + 2 * HOUR)

    anna, bo, cleo = Enrolment.objects.select_related("version").order_by("pk")
    assert (anna.version.number, anna.step, anna.due_at) == (2, "s3", NOON + 6 * DAY), "the same step keeps its time"
    assert (bo.version.number, bo.step, bo.due_at) == (2, "s2", NOON + 13 * DAY + HOUR), "another is taken anew"
    assert (cleo.version.number, cleo.status, cleo.why) == (1, "left", "version")
    pump(NOON + 30 * DAY)
    assert [one.status for one in Enrolment.objects.order_by("pk")] == ["done", "done", "left"]


def test_who_was_set_aside_goes_over_too_and_takes_the_mended_step_when_tried_again(mail: Template):
    person("anna")
    other = template()
    publish(chain(MAIL, END), now=NOON)
    archive_template(SYSTEM, "t", now=NOON)
    tell(page("anna"))
    services.save_draft(SYSTEM, "j", chain({"step": "touch", "template": other.code}, END), 1, now=NOON)

    services.publish(SYSTEM, "j", {"s1": "s1"}, now=NOON + HOUR)
    pump(NOON + HOUR)
    before = standing()
    services.retry(SYSTEM, [one.id for one in queries.failed("j")], now=NOON + 2 * HOUR)
    pump(NOON + 2 * HOUR)

    assert before == [("s1", "failed", "template.unknown")]
    assert standing() == [("s2", "done", "done")]
    assert [one.template_id for one in Touch.objects.all()] == [other.pk]


def test_who_is_not_in_the_map_finishes_by_the_old_version():
    publish(chain(WAIT, {"step": "tag", "tag": "old"}), now=NOON)
    person("anna")
    tell(page("anna"))
    services.save_draft(SYSTEM, "j", chain(WAIT, {"step": "tag", "tag": "new"}), 1, now=NOON)
    services.publish(SYSTEM, "j", now=NOON)

    tell(page("anna", NOON + HOUR))
    pump(NOON + 3 * DAY)

    from siyu.members.models import Tag

    assert set(Tag.objects.values_list("name", flat=True)) == {"old", "new"}
    assert (queries.counts("j", 1).done, queries.counts("j", 2).done) == (1, 1)


def test_when_a_journey_is_archived_everybody_leaves():
    publish(chain(WAIT, END), now=NOON)
    person("anna")
    tell(page("anna"))

    services.archive(SYSTEM, "j", now=NOON + HOUR)
    tell(page("anna", NOON + 2 * HOUR))
    pump(NOON + 3 * DAY)

    assert standing() == [("s1", "left", "archived")]


def test_who_goes_over_to_a_new_version_is_watched_for_its_goal():
    """From when they entered; who reached the old one's has reached it, and who stays has none."""
    waits = chain({"step": "wait", "days": 9}, {"step": "wait", "days": 9})
    publish({**waits, "goal": {"fact": "cart.viewed", "ends": False}}, now=NOON)
    tell(page("anna"), page("bo"), say("cart.viewed", "bo", NOON))
    draft = {**waits, "goal": {"fact": "order.paid", "within_days": 2, "ends": False}}

    services.save_draft(SYSTEM, "j", draft, 1, now=NOON + HOUR)
    services.publish(SYSTEM, "j", {"s1": "s2"}, now=NOON + HOUR)
    untils = [one.goal_until for one in Enrolment.objects.order_by("pk")]
    tell(*[say("order.paid", who, NOON + DAY, shop="web", order_number=who, amount_minor=1) for who in ("anna", "bo")])

    assert untils == [NOON + 2 * DAY, None]
    assert [one.goal_at for one in Enrolment.objects.order_by("pk")] == [NOON + DAY, NOON]
    assert (queries.counts("j", 1).goals, queries.counts("j", 2).goals) == (1, 1)


@pytest.fixture
def called() -> None:
    """Anna waits to be taken: many are called by a schedule, and come set by set."""
    tell(say("cart.viewed", "anna", NOON))
    vip = create(SYSTEM, "VIP", {"condition": "tag", "tags": ["VIP"]}, now=NOON)
    publish(chain(WAIT, END, trigger={"kind": "schedule", "audience": vip}), now=NOON)
    Arrival.objects.create(journey=Journey.objects.get(), member_id=member("anna"), key="2026-05-05", at=NOON + MINUTE)


def test_who_was_called_before_a_pause_comes_when_it_ends(called: None):
    services.pause(SYSTEM, "j", now=NOON + HOUR)
    pump(NOON + 3 * DAY)
    before = standing()
    services.resume(SYSTEM, "j", now=NOON + 4 * DAY)
    pump(NOON + 4 * DAY)

    assert (before, standing()) == ([], [("s1", "waiting", "")])
    assert Enrolment.objects.get().due_at == NOON + 5 * DAY


def test_nobody_comes_to_a_journey_that_is_put_away(called: None):
    services.archive(SYSTEM, "j", now=NOON + HOUR)

    assert Arrival.objects.count() == 0


TRAIT = {"step": "trait", "trait": "colour", "value": "red"}
RED = {"condition": "trait", "trait": "colour", "value": "red"}


@pytest.mark.parametrize(
    ("deed", "rule", "way"),
    [
        ({"step": "tag", "tag": "VIP"}, {"condition": "tag", "tags": ["VIP"]}, "x"),
        ({"step": "reward", "reward": {"kind": "growth", "amount": 1_000_000}}, {"condition": "tier", "tiers": ["platinum"]}, "x"),
        (TRAIT, RED, "x"),
        (
            {**TRAIT, "value": "2026-05-05"},
            {"condition": "trait_date", "trait": "colour", "from_day": "2026-05-05", "to_day": "2026-05-05"},
            "x",
        ),
    ],
)
@pytest.mark.parametrize("is_cut", [True, False])
def test_a_branch_directly_behind_a_deed_knows_of_it_wherever_a_batch_is_cut(deed: dict, rule: dict, way: str, is_cut: bool):
    install_default_programme(SYSTEM, (NOON - DAY).date(), now=NOON - DAY)
    publish(chain(deed, {"step": "branch", "ways": [{"name": "x", "rule": rule}]}), now=NOON)

    facts = [say("cart.viewed", "anna", NOON), page("anna"), say("cart.viewed", "anna", NOON + MINUTE)]
    for some in [[fact] for fact in facts] if is_cut else [facts]:
        tell(*some)

    (one,) = Enrolment.objects.all()
    assert queries.path(one.pk).passages[-1].way == way


def told(name: str) -> list[str]:
    """The values of a trait, as handles keep them."""
    return list(Trait.objects.filter(name=name).values_list("value", flat=True))


def test_the_fact_that_tells_of_a_trait_finds_it_kept():
    publish(chain(TRAIT, WAIT), now=NOON)
    record([page("anna")], source="web", received_at=NOON)

    pump(NOON, messages=1)
    at_once = list(Trait.objects.values("identity", "name", "value", "occurred_at", "message"))
    inbox = logged("member.identified")
    pump(NOON)

    assert (inbox, [properties for _, _, properties in logged("member.identified")]) == ([], [{"traits": {"colour": "red"}}])
    assert list(Trait.objects.values("identity", "name", "value", "occurred_at", "message")) == at_once
    assert [one["value"] for one in at_once] == ["red"]


@pytest.mark.parametrize(("name", "value"), [("contact_phone", "138 0013 8000"), ("note", "anna@example.com"), ("nickname", "小鱼")])
def test_a_trait_is_kept_as_its_fact_tells_it_even_if_it_looks_personal(name: str, value: str):
    publish(chain({**TRAIT, "trait": name, "value": value}, WAIT), now=NOON)
    record([page("anna")], source="web", received_at=NOON)

    pump(NOON, messages=1)
    at_once, nickname = told(name), Member.objects.get().nickname
    pump(NOON)

    ((_, _, properties),) = logged("member.identified")
    assert at_once == told(name) == [properties["traits"][name]]
    assert (value in at_once, nickname) == (name == "nickname", Member.objects.get().nickname)


@pytest.mark.parametrize("values", [("red", "blue"), ("blue", "red"), ("red", None), (None, "red")])
def test_of_steps_at_one_instant_the_last_has_the_last_word_and_all_of_them_behind_what_let_in(values: tuple[str | None, ...]):
    publish(
        chain(
            *({**TRAIT, "value": one} for one in values), WAIT, trigger={"kind": "fact", "fact": "member.identified"}, entry={"how": "once"}
        ),
        now=NOON,
    )

    tell(say("member.identified", "anna", NOON, traits={"colour": "green"}))

    assert told("colour") == [values[-1]]


def test_what_a_member_says_later_holds_though_the_worker_takes_the_step_after_that():
    publish(chain({"step": "wait", "minutes": 1}, TRAIT, WAIT), now=NOON)

    tell(page("anna"), say("member.identified", "anna", NOON + HOUR, traits={"colour": "green"}))

    assert told("colour") == ["green"]


def test_whoever_a_trait_of_a_step_lets_into_an_audience_enters_it_once():
    create(SYSTEM, "红", RED, now=NOON)
    pump(NOON)
    publish(chain(TRAIT, WAIT), now=NOON)

    tell(page("anna"), say("page.viewed", "bo", NOON, "b"))

    assert [properties["because"] for _, _, properties in logged("audience.entered")] == ["change", "change"]
