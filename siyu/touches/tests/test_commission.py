"""The commission of assistants: one line an order, rounded by itself, in agreement with the ranking; who may take it away and who not."""

import csv
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from siyu.members.services import assign_assistants
from siyu.merchant.models import Audit, Staff, Store
from siyu.merchant.rules import SYSTEM, WHOLE, Scope
from siyu.merchant.services import set_setting
from siyu.touches import queries
from siyu.touches.queries import Commission
from siyu.touches.rules.tasks import commission

from . import scene
from .scene import NOON, hours
from .test_api import caller, get, public_id
from .test_pages import show, signed_in
from .test_results import FIRST, LAST, MONTH_END, buys, done, refunds, story
from .test_staff_tasks import DAY

pytestmark = pytest.mark.django_db
RANGE = {"from": str(FIRST), "to": str(LAST)}


def rate(of_10_000: int, day: date = FIRST) -> None:
    set_setting(SYSTEM, "touches.commission_rate", of_10_000, day, initial=True, now=NOON)


def finance(**more: Any) -> Client:
    return signed_in(Staff.objects.create(username="money", name="Money", role="finance", **{"reach": "all", **more}))


def file(client: Client) -> list[dict[str, str]]:
    told = show(client, "staff-task-commission-file", **RANGE)
    return list(csv.DictReader(told.lstrip("\ufeff").splitlines()))


def test_a_line_an_order_that_adds_up_to_the_ranking() -> None:
    told = story()
    rate(250)

    lines = file(finance())

    ranking = queries.ranking(WHOLE, FIRST, LAST, now=MONTH_END, by_net=True)
    assert {line["order"]: (line["assistant"], round(float(line["net"]) * 100)) for line in lines} == told
    assert {one.rate.name: (one.earned.orders, one.earned.net_minor) for one in ranking} == {
        name: (
            sum(line["assistant"] == name for line in lines),
            sum(round(float(line["net"]) * 100) for line in lines if line["assistant"] == name),
        )
        for name in ("Ana", "Bea", "Cao")
    }
    assert [(line["net"], line["rate_of_10000"], line["commission"]) for line in lines] == [
        ("10.01", "250", "0.25"),
        ("150.01", "250", "3.75"),
        ("0.00", "250", "0.00"),
        ("55.55", "250", "1.39"),
        ("30.03", "250", "0.75"),
        ("40.04", "250", "1.00"),
        ("80.05", "250", "2.00"),
        ("1.11", "250", "0.03"),
    ]
    assert queries.commissions(WHOLE, FIRST, LAST) == [
        Commission(scene.assistant("ana").pk, "Ana", 5, 28_564, 25 + 375 + 139 + 75 + 100),
        Commission(scene.assistant("bea").pk, "Bea", 2, 8_116, 203),
        Commission(scene.assistant("cao").pk, "Cao", 1, 0, 0),
    ]


def test_a_line_says_whose_order_it_was_where_and_after_which_task() -> None:
    scene.customer("yue", "ana")
    done("yue", "ana", NOON)
    number = buys("yue", NOON + DAY, 10_000)

    (line,) = file(finance())

    assert line == {
        "assistant_id": str(scene.assistant("ana").pk),
        "assistant": "Ana",
        "member": public_id(scene.member("yue")),
        "order": number,
        "shop": "tmall",
        "paid_at": "2026-05-06 12:00:00",
        "task": "Call",
        "done_at": "2026-05-05 12:00:00",
        "net": "100.00",
        "rate_of_10000": "0",
        "commission": "0.00",
    }


def test_the_rate_is_that_of_the_day_of_the_payment_and_a_later_refund_makes_it_less() -> None:
    scene.customer("yue", "ana")
    rate(1_000)
    set_setting(SYSTEM, "touches.commission_rate", 2_000, (NOON + DAY).date(), now=NOON)
    done("yue", "ana", NOON)
    number = buys("yue", NOON + hours(1), 10_000)
    buys("yue", NOON + DAY, 10_000)

    before = [one.commission_minor for one in queries.commission_lines(WHOLE, FIRST, LAST)]
    refunds("yue", number, NOON + 20 * DAY, 2_500)

    assert before == [1_000, 2_000]
    assert [one.commission_minor for one in queries.commission_lines(WHOLE, FIRST, LAST)] == [750, 2_000]


@given(net=st.integers(-(10**9), 10**12), of_10_000=st.integers(0, 10_000))
def test_a_commission_is_the_nearest_minor_unit(net: int, of_10_000: int) -> None:
    assert abs(commission(net, of_10_000) * 10_000 - net * of_10_000) <= 5_000
    assert (commission(net, 0), commission(net, 10_000), commission(3, 5_000)) == (0, net, 2)


def test_who_may_take_the_file_away_sees_the_own_scope_and_the_audit_knows() -> None:
    story()
    store = Store.objects.create(code="s1", name="Store")
    assign_assistants(SYSTEM, [(scene.member("zoe"), scene.assistant("cao").pk, store.pk)])
    clerk = finance(reach="store", store_id=store.pk)
    manager = signed_in(Staff.objects.create(username="m", name="M", role="store_manager", reach="store", store_id=store.pk))

    assert [line["assistant"] for line in file(clerk)] == ["Cao"]
    assert ("Cao" in show(clerk, "staff-task-commission", **RANGE), "Ana" in show(clerk, "staff-task-commission", **RANGE)) == (True, False)
    for other in (manager, signed_in(scene.assistant("ana"))):
        assert [other.get(reverse(f"staff-task-commission{part}")).status_code for part in ("", "-file")] == [403, 403]
        assert reverse("staff-task-commission") not in show(other, "staff-task-rates")
    assert list(Audit.objects.filter(verb="tasks.commission_exported").values_list("actor_name", "detail")) == [("Money", RANGE)]


def test_the_page_adds_up_and_keeps_its_days() -> None:
    story()
    rate(1_000)
    owner = signed_in(Staff.objects.get(username="owner"))

    page = show(owner, "staff-task-commission", **RANGE)

    assert ("¥285.64" in page, "¥28.56" in page, "¥8.12" in page) == (True, True, True)
    assert f"{reverse('staff-task-rates-net')}?from=2026-05-01&amp;to=2026-05-31" in page
    assert f"{reverse('staff-task-commission-file')}?from=2026-05-01&amp;to=2026-05-31" in page


def test_programs_read_the_lines_page_by_page() -> None:
    story()
    rate(250)
    shop = caller("tasks.export")
    asked = {"first": str(FIRST), "last": str(LAST), "limit": 3}

    pages, cursor = [], ""
    while not pages or cursor:
        pages.append(get(shop, "/tasks/commission", **asked, cursor=cursor))
        cursor = pages[-1]["next"]

    lines = [line for page in pages for line in page["lines"]]
    whole = list(queries.commission_lines(WHOLE, FIRST, LAST))
    assert [len(page["lines"]) for page in pages] == [3, 3, 2]
    assert [(one["order_number"], one["commission_minor"]) for one in lines] == [(one.order_number, one.commission_minor) for one in whole]
    assert Audit.objects.filter(verb="tasks.commission_exported").count() == 1
    assert caller("tasks.do", "touches.view").get("/api/v1/touches/tasks/commission", asked).status_code == 403


def test_nobody_of_the_scope_is_an_empty_file() -> None:
    story()
    assert list(queries.commission_lines(Scope(store_ids=()), FIRST, LAST)) == []
