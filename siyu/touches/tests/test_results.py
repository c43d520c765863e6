"""What came of staff tasks: each order belongs to one task of one assistant, or to none; ranking and orders agree to the last cent."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu.lib.clock import business_day
from siyu.members.services import assign_assistants
from siyu.merchant.models import Shop, Staff, Store
from siyu.merchant.queries import settings_book
from siyu.merchant.rules import SYSTEM, WHOLE, Actor, Scope
from siyu.merchant.services import set_setting
from siyu.orders.models import Order
from siyu.touches import queries, services
from siyu.touches.models import StaffTask, Template, Touch
from siyu.touches.queries import Earned
from siyu.touches.services import Finish, Skip, Wish, propose
from siyu.touches.tasks import keep_staff_tasks

from . import scene
from .scene import NOON, hours
from .test_api import caller, get
from .test_pages import show, signed_in
from .test_staff_tasks import DAY, broken

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 5, 1), date(2026, 5, 31)
MONTH_END = NOON + 26 * DAY
_numbers = count(1)


def task(who: str, at: datetime) -> UUID:
    """A task about somebody, open."""
    number = Template.objects.filter(code="call").values_list("pk", flat=True).first() or services.publish_template(
        SYSTEM, "call", "Call", "task", "service", {"zh-hans": {"text": "Hello"}}, now=at
    )
    key = f"{who}:{next(_numbers)}"
    propose([Wish(scene.member(who), number, key, "send:1", at)], now=at)
    services.open_tasks(at)
    return Touch.objects.get(key=key).pk


def done(who: str, of: str, at: datetime, result: str = "sent") -> UUID:
    """A task that was opened and done at once, by the assistant whom it belongs to."""
    number = task(who, at)
    finish(number, of, at, result)
    return number


def finish(number: UUID, of: str, at: datetime, result: str = "sent") -> None:
    one = scene.assistant(of)
    closed = services.finish_tasks(Actor("staff", one.pk, one.name), [Finish(number, result)], scope=Scope(assistant_id=one.pk), now=at)
    assert [told.state for told in closed] == ["done"]


def buys(who: str, at: datetime, amount_minor: int) -> str:
    number = f"N{next(_numbers)}"
    scene.happens("order.paid", who, at, shop="tmall", order_number=number, amount_minor=amount_minor, currency="CNY", lines=[])
    return number


def refunds(who: str, number: str, at: datetime, amount_minor: int) -> None:
    scene.happens(
        "order.refunded", who, at, shop="tmall", order_number=number, amount_minor=amount_minor, currency="CNY", refund=f"R{number}"
    )


def hand_over(who: str, to: str, at: datetime) -> None:
    assign_assistants(SYSTEM, [(scene.member(who), scene.assistant(to).pk, None)])
    services.hand_over_tasks(at)


def story() -> dict[str, tuple[str, int]]:
    """Three assistants and a fortnight; order number → whose it is, and its net amount."""
    for who, of in (("yue", "ana"), ("lan", "ana"), ("mei", "bea"), ("kim", "cao"), ("zoe", "cao")):
        scene.customer(who, of)
    told: dict[str, tuple[str, int]] = {}
    buys("yue", NOON - hours(1), 9_900)  # before anybody wrote
    done("yue", "ana", NOON, "answered")
    done("lan", "ana", NOON)
    told[buys("yue", NOON, 1_001)] = ("Ana", 1_001)  # in the very moment
    returned = buys("yue", NOON + DAY, 20_000)
    told[returned] = ("Ana", 15_001)
    services.skip_tasks(SYSTEM, [Skip(task("mei", NOON), "not_fitting")], now=NOON + hours(1))
    buys("mei", NOON + DAY, 7_700)  # nobody wrote to her
    done("zoe", "cao", NOON)
    away = buys("zoe", NOON + DAY, 1_000)
    told[away] = ("Cao", 0)
    task("kim", NOON)  # expires
    buys("kim", NOON + DAY, 6_600)
    told[buys("stranger", NOON + DAY, 5_555)] = ("Ana", 5_555)  # turns out to be lan
    refunds("yue", returned, NOON + 2 * DAY, 4_999)
    refunds("zoe", away, NOON + 2 * DAY, 1_000)
    done("yue", "ana", NOON + 2 * DAY, "bought")
    told[buys("yue", NOON + 3 * DAY, 3_003)] = ("Ana", 3_003)  # two tasks, one order
    keep_staff_tasks(NOON + 3 * DAY)
    open_one = task("yue", NOON + 4 * DAY)
    hand_over("yue", "bea", NOON + 4 * DAY)
    told[buys("yue", NOON + 4 * DAY + hours(1), 4_004)] = ("Ana", 4_004)  # bea's customer, ana's task
    finish(open_one, "bea", NOON + 5 * DAY)
    told[buys("yue", NOON + 6 * DAY, 8_005)] = ("Bea", 8_005)
    scene.happens("member.aliased", "lan", NOON + 6 * DAY, also=[scene.Handle("user_id", "stranger")], proof="alias")
    told[buys("yue", NOON + 12 * DAY - timedelta(seconds=1), 111)] = ("Bea", 111)
    buys("yue", NOON + 12 * DAY, 222)  # a week is over
    assert broken() == []
    return told


def owned(scope: Scope = WHOLE, first: date = FIRST, last: date = LAST) -> dict[str, tuple[str, int]]:
    names = dict(Staff.objects.values_list("pk", "name"))
    numbers = dict(Order.objects.values_list("pk", "number"))
    found = list(queries.attributed(scope, first, last))
    assert len({one.order_id for one in found}) == len(found)
    return {numbers[one.order_id]: (names[one.assistant_id], one.net_minor) for one in found}


def ranked(scope: Scope = WHOLE, **more: Any) -> list[tuple[Any, ...]]:
    ranking = queries.ranking(scope, FIRST, LAST, now=MONTH_END, **more)
    return [(one.rate.name, one.rate.opened, one.rate.done, one.rate.answered, one.rate.bought, *one.earned) for one in ranking]


def test_a_fortnight_of_three_assistants_to_the_last_cent() -> None:
    told = story()

    assert owned() == told
    assert ranked(by_net=True) == [
        ("Ana", 3, 3, 1, 1, 2, 5, 1_001 + 15_001 + 3_003 + 4_004 + 5_555),
        ("Bea", 2, 1, 0, 0, 1, 2, 8_005 + 111),
        ("Cao", 2, 1, 0, 0, 1, 1, 0),
    ]
    assert [one[0] for one in ranked()] == ["Ana", "Bea", "Cao"]
    for first, last in ((FIRST, FIRST), (NOON.date(), NOON.date()), (NOON.date() + DAY, LAST)):
        paid = set(Order.objects.filter(paid_day__range=(first, last)).values_list("number", flat=True))
        assert owned(first=first, last=last) == {number: whose for number, whose in told.items() if number in paid}


def test_an_assistant_sees_only_what_their_own_tasks_brought() -> None:
    told = story()
    ana, bea = (Scope(assistant_id=scene.assistant(of).pk) for of in ("ana", "bea"))
    store = Store.objects.create(code="s1", name="Store")
    assign_assistants(SYSTEM, [(scene.member("yue"), scene.assistant("bea").pk, store.pk)])

    assert owned(bea) == {number: whose for number, whose in told.items() if whose[0] == "Bea"}
    assert [one[0] for one in ranked(ana)] == ["Ana"]
    assert [(one[0], one[-1]) for one in ranked(Scope(store_ids=(store.pk,)), by_net=True)] == [("Ana", 23_009), ("Bea", 8_116)]
    assert (owned(Scope(store_ids=())), ranked(Scope(store_ids=()))) == ({}, [])


def test_the_window_is_that_of_the_day_of_the_payment() -> None:
    scene.customer("yue", "ana")
    set_setting(SYSTEM, "touches.task_window_days", 2, (NOON + 3 * DAY).date(), now=NOON)
    done("yue", "ana", NOON)
    numbers = [buys("yue", at, 100) for at in (NOON + 2 * DAY + hours(1), NOON + 3 * DAY - hours(1))]
    done("yue", "ana", NOON + 3 * DAY)
    numbers += [buys("yue", at, 100) for at in (NOON + 5 * DAY - hours(1), NOON + 5 * DAY)]

    assert sorted(owned()) == sorted([numbers[0], numbers[2]])


def test_who_had_no_task_in_the_range_may_still_have_brought_something_in_it() -> None:
    scene.customer("yue", "ana")
    done("yue", "ana", NOON)
    buys("yue", NOON + 2 * DAY, 100)
    later = (NOON + 2 * DAY).date()

    ranking = queries.ranking(Scope(), later, later, now=MONTH_END)

    assert [(one.rate.name, one.rate.opened, one.rate.rate, one.earned) for one in ranking] == [("Ana", 0, 0.0, Earned(1, 1, 100))]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tasks=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 60), st.sampled_from(("done", "skipped"))), max_size=8),
    orders=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 60), st.integers(0, 500), st.integers(0, 500)), max_size=8),
    window=st.integers(1, 20),
)
def test_every_order_belongs_to_the_last_task_before_it_whatever_happened(tasks: list, orders: list, window: int) -> None:
    with transaction.atomic():
        people = [scene.customer(who, of) for who, of in (("yue", "ana"), ("lan", "bea"), ("mei", "cao"))]
        staff = [scene.assistant(of).pk for of in ("ana", "bea", "cao")]
        handles = [scene.rows("SELECT min(id) FROM members_identity WHERE member_id = %s", [one])[0][0] for one in people]
        set_setting(SYSTEM, "touches.task_window_days", window, date(2026, 1, 1), initial=True, now=NOON)
        for number, (person, assistant, half_days, state) in enumerate(tasks, start=1):
            at = NOON + half_days * DAY / 2
            who = {"member_id": people[person], "assistant_id": staff[assistant]}
            StaffTask.objects.create(touch_id=UUID(int=number), kind="send", due_at=at, state=state, opened_at=at, closed_at=at, **who)
        shop, source = Shop.objects.create(code="oracle", name="Oracle"), scene.rows("SELECT min(id) FROM facts_source")[0][0]
        zone = settings_book().zone(FIRST)
        for number, (person, half_days, amount, refunded) in enumerate(orders):
            at = NOON + half_days * DAY / 2
            sums = {"amount_minor": amount, "refunded_minor": refunded, "paid_at": at, "paid_day": business_day(at, zone), "placed_at": at}
            Order.objects.create(shop=shop, number=str(number), identity_id=handles[person], source_id=source, **sums)

        found = queries.ranking(Scope(), FIRST, NOON.date() + 40 * DAY, now=NOON)

        expected: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for person, half_days, amount, refunded in orders:
            before = [
                (then, number, assistant)
                for number, (about, assistant, then, state) in enumerate(tasks)
                if state == "done" and about == person and then <= half_days < then + 2 * window
            ]
            if before:
                expected[staff[max(before)[2]]].append((person, amount - refunded))
        wanted = {whose: Earned(len({who for who, _ in net}), len(net), sum(each for _, each in net)) for whose, net in expected.items()}
        assert {one.rate.assistant_id: one.earned for one in found if one.earned.orders} == wanted
        transaction.set_rollback(True)


def test_the_ranking_is_read_on_pages_in_a_file_and_by_programs() -> None:
    story()
    owner, ana = signed_in(Staff.objects.get(username="owner")), signed_in(scene.assistant("ana"))
    days = {"from": str(FIRST), "to": str(LAST)}

    page, own = show(owner, "staff-task-rates-net", **days), show(ana, "staff-task-rates-net", **days)
    file = show(owner, "staff-task-rates-net", **days, csv="1").splitlines()
    told = get(caller("tasks.do"), "/tasks/ranking", first=str(FIRST), last=str(LAST), sort="net")

    assert ("¥285.64" in page, "¥81.16" in page) == (True, True)
    assert ("¥285.64" in own, "¥81.16" in own) == (True, False)
    assert [line.split(",")[0] + "," + ",".join(line.split(",")[-3:]) for line in file[1:]] == [
        "Ana,2,5,285.64",
        "Bea,1,2,81.16",
        "Cao,1,1,0.00",
    ]
    assert [(one["name"], one["said_answered"], one["said_bought"], one["net_minor"]) for one in told] == [
        ("Ana", 1, 1, 28_564),
        ("Bea", 0, 0, 8_116),
        ("Cao", 0, 0, 0),
    ]


def test_a_range_that_cannot_be_read_is_refused() -> None:
    shop: Client = caller("tasks.do")
    path = "/api/v1/touches/tasks/ranking"

    for first, last in (
        ("2026-05-02", "2026-05-01"),
        ("2020-01-01", "2026-05-01"),
        ("0001-01-01", "0001-01-01"),
        ("9999-12-31", "9999-12-31"),
    ):
        answer = shop.get(path, {"first": first, "last": last})
        assert (answer.status_code, answer.json()["code"]) == (409, "range.invalid")
