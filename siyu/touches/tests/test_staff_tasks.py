"""Touches that staff make: opened when their time comes, counted when they are done, free again when they are not; and standing orders."""

from datetime import time, timedelta

import pytest

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.lib.refusal import Refusal
from siyu.members.services import assign_assistants
from siyu.merchant.models import Staff
from siyu.merchant.rules import SYSTEM, Actor, Scope
from siyu.merchant.services import set_setting
from siyu.operate.verify import verify
from siyu.touches import privacy, queries, services
from siyu.touches.models import Sop, SopStand, StaffTask, Touch
from siyu.touches.services import FactFilter, Finish, Skip, Step, Wish, propose
from siyu.touches.tasks import keep_staff_tasks

from . import scene
from .scene import NOON, hours

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def wish(member: int, key: str = "a", *, template=None, **changes) -> Wish:
    number = (template or scene.template("task", text="Hello {{ member.name }}")).pk
    return Wish(**{"member_id": member, "template_id": number, "key": key, "source": "send:1", "at": NOON, **changes})


def actor(staff: Staff) -> Actor:
    return Actor("staff", staff.pk, staff.name)


def task_of(who: str = "yue", of: str = "ana", at=NOON, **changes) -> StaffTask:
    propose([wish(scene.customer(who, of), who, at=at, **changes)], now=at)
    services.open_tasks(at)
    return StaffTask.objects.get(touch__key=who)


def facts(name: str) -> int:
    return scene.rows("SELECT count(*) FROM facts_log WHERE name = %s", [name])[0][0]


def broken() -> list:
    return [finding for finding in verify(60) if not finding.holds]


def test_a_touch_becomes_a_task_of_the_own_assistant_when_its_time_comes() -> None:
    yue = scene.customer("yue", "ana")

    answers = propose([wish(yue, at=NOON + hours(2))], now=NOON)
    early, due = services.open_tasks(NOON), services.open_tasks(NOON + hours(2))

    assert [answer.status for answer in answers] == ["asked"]
    assert (early, due) == (0, 1)
    shown = queries.tasks(Scope(assistant_id=scene.assistant("ana").pk), queries.FIRST, now=NOON + hours(2))
    assert [(one.member_id, one.text, one.due_at, one.state, one.why) for one in shown] == [
        (yue, "Hello Yue", NOON + hours(2) + 3 * DAY, "open", "")
    ]
    assert b"Yue" not in bytes(StaffTask.objects.get().words)
    assert queries.tasks(Scope(assistant_id=scene.assistant("bea").pk), queries.FIRST, now=NOON) == []
    assert broken() == []


def test_what_staff_did_counts_as_sent_and_is_told() -> None:
    task, ana = task_of(), scene.assistant("ana")

    done = services.finish_tasks(actor(ana), [Finish(task.pk, "answered", "likes tea")], now=NOON + hours(1))
    again = services.finish_tasks(actor(ana), [Finish(task.pk)], now=NOON + hours(2))
    scene.pump(NOON + hours(2))

    assert [one.state for one in done + again] == ["done", "done"]
    touch = Touch.objects.get()
    assert (touch.status, touch.sent_at, touch.delivered_at) == ("sent", NOON + hours(1), NOON + hours(1))
    task.refresh_from_db()
    assert (task.state, task.result, task.closed_by) == ("done", "answered", "Ana")
    assert (facts("touch.sent"), facts("touch.delivered")) == (1, 1)
    assert broken() == []


def test_a_skipped_task_gives_its_place_under_the_caps_back() -> None:
    set_setting(SYSTEM, "touches.caps", [{"limit": 1, "window": "day"}], NOON.date() - 2 * DAY, now=NOON - hours(60))
    task = task_of()
    full = propose([wish(task.member_id, "b")], now=NOON)[0]

    services.skip_tasks(actor(scene.assistant("ana")), [Skip(task.pk, "not_a_friend")], now=NOON + hours(1))
    free = propose([wish(task.member_id, "c")], now=NOON + hours(1))[0]

    touch = Touch.objects.get(pk=task.pk)
    assert (full.why, free.status) == ("cap.reached", "asked")
    assert (touch.status, touch.why, touch.detail) == ("refused", "staff.skipped", "not_a_friend")
    assert broken() == []


def test_what_nobody_did_in_time_expires() -> None:
    task = task_of(until=NOON + DAY)

    keep_staff_tasks(NOON + DAY - hours(1))
    task.refresh_from_db()
    before = task.state
    keep_staff_tasks(NOON + DAY)

    task.refresh_from_db()
    assert (before, task.state, Touch.objects.get().why) == ("open", "expired", "staff.expired")
    with pytest.raises(Refusal) as refused:
        services.finish_tasks(SYSTEM, [Finish(task.pk)], now=NOON + DAY)
    assert refused.value.code == "task.closed"


def test_who_withdraws_is_not_asked_by_staff_either() -> None:
    task = task_of()

    scene.happens("consent.withdrawn", "yue", NOON + hours(1), purpose="marketing", channel="any", proof="shop")

    task.refresh_from_db()
    assert (task.state, task.result, Touch.objects.get().why) == ("closed", "consent.withdrawn", "consent.withdrawn")
    assert queries.tasks(Scope(), queries.FIRST, now=NOON + hours(1)) == []
    assert broken() == []


def test_the_gate_is_asked_once_more_when_staff_say_they_did_it() -> None:
    set_setting(SYSTEM, "touches.caps", [{"limit": 1, "window": "day"}], NOON.date() - 2 * DAY, now=NOON - hours(60))
    task = task_of()
    propose([wish(task.member_id, "news", template=scene.template("inbox", "service"))], now=NOON)
    services.post_inbox(NOON)

    shown = queries.tasks(Scope(), queries.FIRST, now=NOON + hours(1))
    closed = services.finish_tasks(SYSTEM, [Finish(task.pk)], now=NOON + hours(1))

    assert [(one.why, one.text) for one in shown] == [("cap.reached", "")]
    assert [(one.state, one.why) for one in closed] == [("closed", "cap.reached")]
    assert Touch.objects.get(pk=task.pk).status == "refused"


def test_at_night_a_task_stays_open() -> None:
    task = task_of()

    closed = services.finish_tasks(SYSTEM, [Finish(task.pk)], now=NOON + hours(10))

    task.refresh_from_db()
    assert ([(one.state, one.why) for one in closed], task.state) == ([("open", "quiet.hours")], "open")


def test_a_customer_who_wants_no_more_is_heard() -> None:
    task, now = task_of(), NOON + hours(1)

    services.skip_tasks(actor(scene.assistant("ana")), [Skip(task.pk, "no_more", "angry")], now=now)
    scene.pump(now)

    answer = propose([wish(task.member_id, "b", at=now)], now=now)[0]
    assert answer.why == "consent.withdrawn"


def test_nobody_does_the_task_of_another() -> None:
    task, bea = task_of(), scene.assistant("bea")

    with pytest.raises(Refusal) as refused:
        services.finish_tasks(actor(bea), [Finish(task.pk)], scope=Scope(assistant_id=bea.pk), now=NOON)

    assert refused.value.code == "task.unknown"


def test_tasks_follow_a_member_to_the_new_assistant_and_close_without_one() -> None:
    task, bea = task_of(), scene.assistant("bea")

    assign_assistants(SYSTEM, [(task.member_id, bea.pk, None)])
    keep_staff_tasks(NOON + hours(1))
    task.refresh_from_db()
    moved = task.assistant_id
    assign_assistants(SYSTEM, [(task.member_id, None, None)])
    keep_staff_tasks(NOON + hours(1))

    task.refresh_from_db()
    assert (moved, task.state, task.result) == (bea.pk, "closed", "address.missing")


def test_rates_are_of_the_tasks_opened_in_the_span() -> None:
    first, second, third = task_of("yue"), task_of("lan"), task_of("mei", "bea")
    services.finish_tasks(SYSTEM, [Finish(first.pk)], now=NOON)
    services.skip_tasks(SYSTEM, [Skip(third.pk, "other")], now=NOON)

    ranking = queries.task_rates(NOON.date(), NOON.date(), Scope(), now=NOON + 4 * DAY)

    assert [(one.name, one.opened, one.done, one.skipped, one.overdue, one.rate) for one in ranking] == [
        ("Ana", 2, 1, 0, 1, 0.5),
        ("Bea", 1, 0, 1, 0, 0.0),
    ]
    assert second.state == "open"


def test_a_person_may_see_and_have_forgotten_what_staff_noted() -> None:
    task = task_of()
    services.finish_tasks(SYSTEM, [Finish(task.pk, "sent", "likes tea")], now=NOON)

    told = privacy.export(task.member_id)["staff_tasks"]
    privacy.erase(task.member_id)

    task.refresh_from_db()
    assert (told[0]["words"], told[0]["note"]) == ("Hello Yue", "likes tea")
    assert (bytes(task.words), bytes(task.note)) == (b"", b"")


def sop(**changes) -> None:
    code = scene.template("task", text="Hi").code
    steps = [Step(1, time(10), code), Step(3, time(10), code), Step(7, time(10), code, 2)]
    terms = {
        "code": "newcomer",
        "name": "Newcomers",
        "starts": FactFilter("friend.added"),
        "exits": [FactFilter("order.paid")],
        "steps": steps,
        **changes,
    }
    services.publish_sop(SYSTEM, **terms, now=NOON)


def test_a_standing_order_brings_tasks_by_day_once() -> None:
    scene.customer("yue", "ana")
    sop()
    scene.happens("friend.added", "yue", NOON)
    scene.happens("friend.added", "yue", NOON + hours(1))

    for day in range(9):
        keep_staff_tasks(NOON + day * DAY)

    tasks = StaffTask.objects.order_by("opened_at")
    assert [(one.kind, (one.opened_at - NOON).days, one.touch.arm) for one in tasks] == [
        ("sop", 1, "D1"),
        ("sop", 3, "D3"),
        ("sop", 7, "D7"),
    ]
    assert [one.state for one in tasks] == ["expired", "expired", "open"]
    assert broken() == []


def test_a_purchase_ends_a_standing_order_and_takes_open_tasks_back() -> None:
    scene.customer("yue", "ana")
    sop(exits=[FactFilter("product.viewed")])
    scene.happens("friend.added", "yue", NOON)
    keep_staff_tasks(NOON + DAY)

    scene.happens("product.viewed", "yue", NOON + DAY + hours(1), sku="a")
    keep_staff_tasks(NOON + 3 * DAY)

    assert [(one.state, one.result) for one in StaffTask.objects.all()] == [("closed", "sop.exited")]
    assert sorted(SopStand.objects.values_list("day", "state")) == [(1, "wished"), (3, "exited"), (7, "exited")]


def test_what_ends_an_order_before_a_merge_of_the_same_batch_takes_back_only_who_it_was_said_of() -> None:
    scene.customer("yue", "ana"), scene.customer("lan", "ana")
    sop(exits=[FactFilter("product.viewed")])
    scene.happens("friend.added", "yue", NOON)
    scene.happens("friend.added", "lan", NOON)
    keep_staff_tasks(NOON + DAY)
    both = [Handle("user_id", "yue"), Handle("user_id", "lan")]
    at = NOON + DAY + hours(1)

    record(
        [
            Incoming(name="product.viewed", occurred_at=at, message="viewed", handles=both[1:], properties={"sku": "a"}),
            Incoming(name="member.aliased", occurred_at=at, message="aliased", handles=both, proof="alias"),
        ],
        source="web",
        received_at=at,
    )
    pump(at)

    origins = list(StaffTask.objects.order_by("touch__key").values_list("state", "touch__origin_id"))
    assert sorted(state for state, _ in origins) == ["closed", "open"]
    stands = SopStand.objects.filter(day=3).order_by("id").values_list("origin_id", "state")
    assert [state for _, state in stands] == ["waiting", "exited"]
    assert dict(stands)[next(origin for state, origin in origins if state == "closed")] == "exited"
    assert broken() == []


def test_a_standing_order_begins_and_ends_with_facts_whose_properties_say_so() -> None:
    yue, lan = scene.customer("yue", "ana"), scene.customer("lan", "ana")
    large = FactFilter("order.paid", {"property": "amount_minor", "op": "gte", "value": 10_000})
    sop(starts=large, exits=[FactFilter("order.paid", {"property": "shop", "op": "eq", "value": "outlet"}), FactFilter("friend.removed")])
    bought = {"currency": "CNY", "lines": []}

    scene.happens("order.paid", "yue", NOON, shop="web", order_number="1", amount_minor=9_999, **bought)
    scene.happens("order.paid", "lan", NOON, shop="web", order_number="2", amount_minor=10_000, **bought)
    begun = set(SopStand.objects.values_list("member_id", "state"))
    scene.happens("order.paid", "lan", NOON + hours(1), shop="web", order_number="3", amount_minor=1, **bought)
    going_on = set(SopStand.objects.values_list("member_id", "state"))
    scene.happens("order.paid", "lan", NOON + hours(2), shop="outlet", order_number="4", amount_minor=1, **bought)
    scene.happens("order.paid", "yue", NOON + hours(2), shop="outlet", order_number="5", amount_minor=20_000, **bought)

    assert begun == going_on == {(lan, "waiting")}
    assert set(SopStand.objects.values_list("member_id", "state")) == {(lan, "exited"), (yue, "waiting")}  # an end, then a beginning


def test_a_merge_keeps_one_of_two_standing_orders_and_an_undo_gives_both_back() -> None:
    yue, lan = scene.customer("yue", "ana"), scene.customer("lan", "ana")
    sop()
    scene.happens("friend.added", "yue", NOON)
    scene.happens("friend.added", "lan", NOON)

    scene.happens("member.aliased", "yue", NOON + hours(1), also=[scene.Handle("user_id", "lan")], proof="alias")
    keep_staff_tasks(NOON + DAY)

    assert StaffTask.objects.count() == 1
    assert sorted(SopStand.objects.filter(day=3).values_list("state", flat=True)) == ["doubled", "waiting"]
    assert len({yue, lan}) == 2
    assert broken() == []


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("sop.code", {"code": "Ä"}),
        ("sop.fact", {"starts": FactFilter("friend")}),
        ("sop.fact", {"exits": [FactFilter("friend.added")]}),
        ("sop.where", {"starts": FactFilter("friend.added", {"property": "staff", "op": "is"})}),
        ("sop.where", {"exits": [FactFilter("order.paid", {"property": "", "op": "exists"})]}),
        ("sop.steps", {"steps": []}),
        ("sop.day", {"steps": [Step(400, time(10), "x")]}),
        ("sop.template", {"steps": [Step(1, time(10), "nothing")]}),
    ],
)
def test_a_standing_order_that_cannot_work_is_refused(code: str, changes: dict) -> None:
    with pytest.raises(Refusal) as refused:
        sop(**changes)
    assert (refused.value.code, Sop.objects.count()) == (code, 0)
