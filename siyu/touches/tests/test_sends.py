"""One-off sends: every head of the audience in exactly one line, sticky arms and control, a pace, a pause, an end."""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.audiences.services import archive, create
from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.lib.buckets import arm, bucket
from siyu.lib.refusal import Refusal
from siyu.members.services import assign_assistants, tag
from siyu.merchant.rules import SYSTEM, Actor, Scope
from siyu.merchant.services import set_setting
from siyu.touches import queries, services
from siyu.touches.models import Send, StaffTask, Touch
from siyu.touches.rules.pace import room
from siyu.touches.services import ArmTerms, Finish, Terms, Wish, propose
from siyu.touches.tasks import keep_staff_tasks, walk_sends

from . import scene
from .scene import EARLIER, NOON, hours
from .test_staff_tasks import broken

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def audience(members: Sequence[int]) -> int:
    if members:
        tag(SYSTEM, members, "all", now=EARLIER)
    made = create(SYSTEM, "All", {"condition": "tag", "tags": ["all"]}, now=EARLIER)
    pump(NOON - hours(1))
    return made


def crowd(number: int, consenting: int | None = None) -> list[int]:
    """Many members in one batch; the first `consenting` of them agreed to marketing."""
    known = [f"c{place}" for place in range(number)]
    named = [fact("member.identified", who, traits={"name": who}) for who in known]
    agreed = [fact("consent.given", who, purpose="marketing", channel="any", proof="form") for who in known[:consenting]]
    record(named + agreed, source="web", received_at=EARLIER)
    pump(EARLIER)
    return [row[0] for row in scene.rows("SELECT id FROM members_member ORDER BY id DESC LIMIT %s", [number])][::-1]


def fact(name: str, who: str, **properties: Any) -> Incoming:
    return Incoming(name=name, occurred_at=EARLIER, message=f"{name}:{who}", handles=[Handle("user_id", who)], properties=properties)


def drafted(members: Sequence[int], arms: Sequence[ArmTerms] = (), *, salt: str = "s", medium: str = "inbox", **terms: Any) -> int:
    arms = arms or [ArmTerms(scene.template(medium, subject="Hi", text="Hi").code, 10_000, NOON)]
    number = services.draft_send(SYSTEM, Terms("Sale", audience(members), arms, **terms), now=NOON, salt=salt)
    services.schedule_send(SYSTEM, number, now=NOON)
    return number


def told(number: int) -> queries.Report:
    found = queries.report(number)
    assert found is not None
    assert sum(line.total for line in found.lines) == found.size
    return found


def totals(number: int) -> dict[tuple[str, str], int]:
    return {(line.group, line.why): line.total for line in told(number).lines}


def test_the_send_that_reconciles() -> None:
    """Story 1: 3,200 heads to the last one."""
    set_setting(SYSTEM, "touches.caps", [{"limit": 1, "window": "day"}], NOON.date() - 2 * DAY, now=NOON - hours(60))
    everybody = crowd(3_200, consenting=3_020)
    agreed, silent = everybody[:3_020], everybody[3_020:]
    tired, gone, may = agreed[:240], agreed[240:300], agreed[300:]
    salt = next(f"w{n}" for n in range(2_000) if sum(bucket(f"w{n}:control", member) < 1_000 for member in may) == 272)
    control = [member for member in may if bucket(f"{salt}:control", member) < 1_000]
    treated = [member for member in may if bucket(f"{salt}:control", member) >= 1_000]
    staff = [scene.assistant(f"a{place}") for place in range(24)]
    own = {one.pk: treated[place * 102 : (place + 1) * 102] for place, one in enumerate(staff)}
    pairs = [(member, assistant, None) for assistant, members in own.items() for member in members]
    assign_assistants(SYSTEM, [*pairs, *((member, staff[0].pk, None) for member in [*tired, *silent, *control])])
    news, service = scene.template("inbox"), scene.template("inbox", "service")
    propose([Wish(member, news.pk, f"before:{member}", "send:0", NOON) for member in tired], now=NOON - hours(1))
    services.post_inbox(NOON)

    number = drafted(everybody, medium="task", salt=salt, control_share=1_000, until=NOON + DAY)
    walk_sends(NOON)
    keep_staff_tasks(NOON)

    assert totals(number) == {
        ("refused", "consent.missing"): 180,
        ("refused", "cap.reached"): 240,
        ("refused", "address.missing"): 60,
        ("control", "control.send"): 272,
        ("asked", ""): 2_448,
    }
    assert [one.opened for one in told(number).staff] == [102] * 24
    assert len(gone) == 60

    confirming = [members for assistant, members in own.items() if assistant in {one.pk for one in staff[:20]}]
    reached = [member for members in confirming for member in members]
    assign_assistants(SYSTEM, [(member, None, None) for member in reached[:25]])
    propose([Wish(member, service.pk, f"parcel:{member}", "orders", NOON) for member in reached[25:40]], now=NOON)
    services.post_inbox(NOON)
    for one in staff[:20]:
        mine = StaffTask.objects.filter(assistant=one).values_list("touch_id", flat=True)
        services.finish_tasks(
            Actor("staff", one.pk, one.name), [Finish(task) for task in mine], scope=Scope(assistant_id=one.pk), now=NOON + hours(1)
        )
    keep_staff_tasks(NOON + DAY)
    pump(NOON + DAY)

    assert totals(number) == {
        ("refused", "consent.missing"): 180,
        ("refused", "cap.reached"): 240 + 15,
        ("refused", "address.missing"): 60 + 25,
        ("control", "control.send"): 272,
        ("delivered", ""): 2_000,
        ("staff", "staff.expired"): 408,
    }
    report = told(number)
    assert (report.size, report.send.status, report.reached) == (3_200, "done", 2_000)
    assert [(one.opened, one.done, one.expired) for one in report.staff if one.done == 0] == [(102, 0, 102)] * 4
    assert broken() == []


def test_arms_are_sticky_and_have_their_own_words_and_time() -> None:
    members = crowd(60)
    words = [scene.template("inbox", text=text).code for text in ("one", "two")]
    number = drafted(members, [ArmTerms(words[0], 5_000, NOON), ArmTerms(words[1], 5_000, NOON + hours(2))], control_share=2_000)

    walk_sends(NOON)
    first = set(Touch.objects.values_list("arm", flat=True))
    walk_sends(NOON + hours(2))

    expected = {member: "AB"[arm("s:arm", member, [5_000, 5_000])] for member in members}
    assert first == {"A"}
    assert dict(Touch.objects.values_list("member_id", "arm")) == expected
    assert {one.member_id for one in Touch.objects.filter(status="control")} == {m for m in members if bucket("s:control", m) < 2_000}
    assert {(one.arm, one.template.code) for one in Touch.objects.select_related("template")} == {("A", words[0]), ("B", words[1])}
    assert [sum(line.heads[place] for line in told(number).lines) for place in (0, 1)] == [
        sum(one == letter for one in expected.values()) for letter in "AB"
    ]


def test_a_pace_spreads_a_send_and_a_pause_stops_it() -> None:
    number = drafted(crowd(50), per_hour=600)

    walk_sends(NOON)
    first = Touch.objects.count()
    services.pause_send(SYSTEM, number, now=NOON)
    walk_sends(NOON + hours(0.5))
    paused = Touch.objects.count()
    services.resume_send(SYSTEM, number, now=NOON + hours(0.5))
    walk_sends(NOON + hours(0.5))
    walk_sends(NOON + hours(0.5))

    assert (first, paused, Touch.objects.count()) == (10, 10, 50)
    assert Send.objects.get().status == "done"


@pytest.mark.parametrize(("purpose", "asked"), [("marketing", [10, 10, 20, 30]), ("service", [10, 20, 30, 30])])
def test_a_paced_send_keeps_its_pace_over_the_night(purpose: str, asked: list[int]) -> None:
    drafted(crowd(30, 30), [ArmTerms(scene.template("inbox", purpose).code, 10_000, NOON)], per_hour=600)
    evening, morning = NOON + hours(8) + timedelta(minutes=59), NOON + hours(21)

    found = []
    for at in (evening, evening + timedelta(minutes=1), morning, morning + timedelta(minutes=1)):
        walk_sends(at)
        found.append(Touch.objects.count())

    assert found == asked
    assert Touch.objects.exclude(at=None).order_by("-at").values_list("at", flat=True)[0] == (
        morning + timedelta(minutes=1) if purpose == "marketing" else morning
    )


def test_a_cancelled_send_takes_back_what_waits_and_names_who_was_never_asked_for() -> None:
    number = drafted(crowd(30), per_hour=600)
    walk_sends(NOON)
    before = totals(number)

    taken_back = services.cancel_send(SYSTEM, number, now=NOON)
    walk_sends(NOON + hours(1))

    assert before == {("unasked", ""): 20, ("waiting", ""): 10}
    assert (taken_back, totals(number)) == (10, {("cancelled", ""): 20, ("refused", "send.cancelled"): 10})


def test_what_a_person_lets_go_again_is_counted_and_taken_back_with_its_send() -> None:
    yue, lan = scene.person("yue"), scene.person("lan")
    number = drafted([yue, lan])
    walk_sends(NOON)
    Touch.objects.update(status="unknown", why="provider.silent", claimed_at=NOON)
    scene.happens("member.aliased", "yue", NOON, also=[scene.Handle("user_id", "lan")], proof="alias")

    first, second = Touch.objects.order_by("key")
    services.decide_unknown(SYSTEM, first.pk, False, "not in the provider's log", now=NOON + hours(1))
    services.post_inbox(NOON + hours(1))
    services.decide_unknown(SYSTEM, second.pk, False, "not there either", now=NOON + hours(2))
    let_go, faults = totals(number), broken()
    taken_back = services.cancel_send(SYSTEM, number, now=NOON + hours(2))

    assert (let_go, faults) == ({("waiting", ""): 1, ("sent", ""): 1}, [])
    assert (taken_back, totals(number)) == (1, {("refused", "send.cancelled"): 1, ("sent", ""): 1})
    assert Touch.objects.filter(source=f"send:{number}", why="person.not_sent").count() == 2


def test_what_does_not_go_in_time_does_not_go() -> None:
    number = drafted(crowd(30), per_hour=600, until=NOON + hours(1))
    walk_sends(NOON)
    services.post_inbox(NOON)

    walk_sends(NOON + hours(1))

    assert totals(number) == {("too_late", ""): 20, ("sent", ""): 10}


def test_who_joins_the_audience_later_is_no_head_and_who_merges_is_still_one() -> None:
    yue, lan = scene.person("yue"), scene.person("lan")
    number = drafted([yue, lan], until=NOON + DAY)
    services.pause_send(SYSTEM, number, now=NOON)
    services.resume_send(SYSTEM, number, now=NOON)
    Send.objects.update(per_hour=1)
    walk_sends(NOON)
    scene.happens("member.aliased", "yue", NOON, also=[scene.Handle("user_id", "lan")], proof="alias")
    tag(SYSTEM, [scene.person("mei", NOON)], "all", now=NOON)
    pump(NOON)

    walk_sends(NOON + hours(1))

    assert told(number).size == 2
    assert sum(totals(number).values()) == 2


def test_buyers_are_counted_against_the_control_group_within_the_window() -> None:
    members = crowd(40)
    number = drafted(members, control_share=5_000, window_days=3)
    walk_sends(NOON)
    services.post_inbox(NOON)
    control = {member for member in members if bucket("s:control", member) < 5_000}
    place = {member: f"c{index}" for index, member in enumerate(members)}
    for days, member in ((1, min(control)), (2, min(set(members) - control)), (4, max(set(members) - control))):
        buys(place[member], NOON + days * DAY)

    bought = told(number).bought[0]

    assert (bought.heads, bought.buyers) == (40 - len(control), 1)
    assert (bought.control_heads, bought.control_buyers) == (len(control), 1)
    assert bought.difference == pytest.approx(1 / (40 - len(control)) - 1 / len(control))


def buys(who: str, at: Any) -> None:
    properties = {"shop": "tmall", "order_number": who, "amount_minor": 100, "currency": "CNY", "lines": []}
    record(
        [Incoming(name="order.paid", occurred_at=at, message=who, handles=[Handle("user_id", who)], properties=properties)],
        source="web",
        received_at=at,
    )
    assert pump(at).quarantined == 0


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("send.name", {"name": " "}),
        ("send.audience", {"audience_id": 0}),
        ("send.arms", {"arms": []}),
        ("send.weights", {"arms": [ArmTerms("x", 9_000, NOON)]}),
        ("send.template", {"arms": [ArmTerms("x", 10_000, NOON)]}),
        ("send.control", {"control_share": 9_000}),
        ("send.pace", {"per_hour": 0}),
        ("send.until", {"until": NOON}),
        ("send.time", {"until": datetime(9999, 12, 31, 23, tzinfo=timezone(-14 * hours(1)))}),
        ("send.window", {"window_days": 0}),
        ("send.priority", {"priority": 1_000}),
    ],
)
def test_a_send_that_cannot_work_is_refused(code: str, changes: dict) -> None:
    terms = {"name": "Sale", "audience_id": audience([]), "arms": [ArmTerms(scene.template().code, 10_000, NOON)], **changes}
    with pytest.raises(Refusal) as refused:
        services.draft_send(SYSTEM, Terms(**terms), now=NOON)
    assert refused.value.code == code


def test_a_send_begins_within_two_years() -> None:
    code, number = scene.template().code, audience([])
    for at in (datetime(1, 1, 1, tzinfo=timezone(14 * hours(1))), NOON - 800 * DAY, NOON + 800 * DAY):
        with pytest.raises(Refusal, match=r"send\.time"):
            services.draft_send(SYSTEM, Terms("Sale", number, [ArmTerms(code, 10_000, at)]), now=NOON)


def test_a_send_waits_for_an_audience_that_is_not_judged_yet() -> None:
    tag(SYSTEM, [scene.person("yue")], "all", now=EARLIER)
    young = create(SYSTEM, "All", {"condition": "tag", "tags": ["all"]}, now=NOON)
    arms = [ArmTerms(scene.template("inbox", subject="Hi", text="Hi").code, 10_000, NOON)]
    number = services.draft_send(SYSTEM, Terms("Sale", young, arms), now=NOON)
    services.schedule_send(SYSTEM, number, now=NOON)

    services.run_sends(NOON)
    early = told(number).send.status
    pump(NOON)
    services.run_sends(NOON)

    assert (early, told(number).send.status, told(number).size) == ("scheduled", "done", 1)


def test_what_was_taken_out_of_use_since_the_draft_is_not_sent() -> None:
    template, number = scene.template("inbox"), audience([])
    drafts = [services.draft_send(SYSTEM, Terms("Sale", number, [ArmTerms(template.code, 10_000, NOON)]), now=NOON) for _ in range(2)]

    services.archive_template(SYSTEM, template.code, now=NOON)
    with pytest.raises(Refusal, match=r"send\.template"):
        services.schedule_send(SYSTEM, drafts[0], now=NOON)
    archive(SYSTEM, number, now=NOON)
    with pytest.raises(Refusal, match=r"send\.audience"):
        services.schedule_send(SYSTEM, drafts[1], now=NOON)


def test_a_send_moves_only_along_its_states() -> None:
    number = drafted([])
    with pytest.raises(Refusal) as refused:
        services.resume_send(SYSTEM, number, now=NOON)
    assert refused.value.code == "send.state"


def test_a_send_that_has_not_begun_is_changed_and_scheduled_anew_and_one_that_has_is_not() -> None:
    yue, at = scene.person("yue"), NOON + DAY
    codes = [scene.template("inbox", subject="Hi", text=text).code for text in ("one", "two")]
    number = drafted([yue], [ArmTerms(codes[0], 10_000, at)])
    goes_to = Send.objects.get().audience_id

    services.pause_send(SYSTEM, number, now=NOON)
    services.unschedule_send(SYSTEM, number, now=NOON)
    services.draft_send(SYSTEM, Terms("Sale", goes_to, [ArmTerms(codes[1], 10_000, at)]), now=NOON, send_id=number)
    walk_sends(at)
    waited = Touch.objects.count()
    services.schedule_send(SYSTEM, number, now=at)
    services.unschedule_send(SYSTEM, number, now=at)
    services.schedule_send(SYSTEM, number, now=at)
    services.pause_send(SYSTEM, number, now=at)
    services.resume_send(SYSTEM, number, now=at)
    Send.objects.update(per_hour=1)
    walk_sends(at)

    assert (waited, [touch.template.code for touch in Touch.objects.all()]) == (0, [codes[1]])
    assert broken() == []
    for state in ("running", "paused", "done", "cancelled", "draft"):
        Send.objects.update(status=state)
        with pytest.raises(Refusal, match=r"send\.state"):
            services.unschedule_send(SYSTEM, number, now=at)


@given(per_hour=st.integers(1, 5_000), seconds=st.lists(st.integers(0, 900), min_size=1, max_size=40))
def test_no_hour_sees_more_than_its_pace(per_hour: int, seconds: list[int]) -> None:
    now, begun, asked, given_by = NOON, None, 0, {}
    for pause in seconds:
        now += timedelta(seconds=pause)
        begun, asked, left = room(per_hour, begun, asked, now)
        asked += left
        given_by[begun] = asked

    assert max(given_by.values()) <= per_hour


def test_an_audience_is_not_put_away_while_a_send_waits_to_go_to_it() -> None:
    at = NOON + DAY
    arms = [ArmTerms(scene.template("inbox", subject="Hi", text="Hi").code, 10_000, at)]
    goes_to = audience([scene.person("yue")])
    services.schedule_send(SYSTEM, services.draft_send(SYSTEM, Terms("Sale", goes_to, arms), now=NOON), now=NOON)

    with pytest.raises(Refusal, match=r"audience\.in_use: it is asked for by: Sale"):
        archive(SYSTEM, goes_to, now=NOON)

    services.run_sends(at)
    archive(SYSTEM, goes_to, now=at)
