"""What an assistant sends by hand carries links that count: who follows one has read it, and the assistant is told."""

import re
from datetime import datetime
from uuid import UUID

import pytest
from django.test import Client

from siyu.facts.pump import pump
from siyu.lib.clock import utc_now
from siyu.lib.web.keyset import Position
from siyu.merchant.models import Staff
from siyu.merchant.rules import SYSTEM, Actor, Scope
from siyu.merchant.services import set_setting
from siyu.touches import queries, services
from siyu.touches.models import Link, StaffTask, Touch
from siyu.touches.services import Finish, Skip, Wish, propose

from . import scene
from .scene import NOON, hours
from .test_api import caller, get, public_id
from .test_pages import show, signed_in
from .test_staff_tasks import DAY, broken

pytestmark = pytest.mark.django_db
HOME = "https://vip.example.com"
STORY, SHOP = "https://shop.example.com/story?from=task", "https://shop.example.com/tea"


@pytest.fixture(autouse=True)
def address() -> None:
    set_setting(SYSTEM, "touches.address", HOME, NOON.date(), initial=True, now=NOON)
    set_setting(SYSTEM, "touches.quiet_hours", {}, NOON.date(), initial=True, now=NOON)


def sent(who: str, of: str = "ana", at: datetime = NOON, *, done: bool = True, counts_links: bool = True) -> StaffTask:
    """A task with two links, which its assistant has done."""
    code = scene.template("task", text=f"Dear {{{{ member.name }}}}, read {STORY} and {SHOP}").code
    number = services.publish_template(
        SYSTEM,
        code,
        "Spring tea",
        "task",
        "marketing",
        {"zh-hans": {"text": f"Dear {{{{ member.name }}}}, read {STORY} and {SHOP}"}},
        counts_links=counts_links,
        now=at,
    )
    propose([Wish(scene.customer(who, of, at=at - 2 * DAY), number, who, "send:1", at)], now=at)
    services.open_tasks(at)
    task = StaffTask.objects.get(touch__key=who)
    if done:
        services.finish_tasks(by(of), [Finish(task.pk)], now=at)
    return task


def by(of: str) -> Actor:
    one = scene.assistant(of)
    return Actor("staff", one.pk, one.name)


def follow(task: StaffTask, url: str = SHOP, at: datetime = NOON + DAY / 24) -> None:
    services.followed(Link.objects.get(touch_id=task.pk, url=url).token, now=at)
    pump(at)


def news(of: str = "", at: datetime = NOON + DAY) -> list[bool]:
    scope = Scope(assistant_id=scene.assistant(of).pk) if of else Scope()
    return [one.is_new for one in queries.reads(scope, queries.FIRST, now=at)]


def test_what_an_assistant_copies_holds_addresses_that_count_and_what_they_lead_to() -> None:
    task = sent("yue", done=False)
    plain = sent("lan", done=False, counts_links=False)

    texts = {one.touch_id: one.text for one in queries.tasks(Scope(), queries.FIRST, now=NOON)}

    tokens = re.findall(rf"{HOME}/t/(\S+)", texts[task.pk])
    assert texts[task.pk] == f"Dear Yue, read {HOME}/t/{tokens[0]} and {HOME}/t/{tokens[1]}"
    assert [Link.objects.get(token=token).url for token in tokens] == [STORY, SHOP]
    assert texts[plain.pk] == f"Dear Lan, read {STORY} and {SHOP}"


def test_who_follows_a_link_has_read_it_and_the_own_assistant_is_told_newest_first() -> None:
    yue, lan, _silent, mei = sent("yue"), sent("lan"), sent("zoe"), sent("mei", "bea")
    follow(yue, STORY, NOON + hours(3))
    follow(yue, SHOP, NOON + hours(1))
    follow(lan, at=NOON + hours(2))
    follow(mei, at=NOON + hours(4))

    told = queries.reads(Scope(assistant_id=scene.assistant("ana").pk), queries.FIRST, now=NOON + DAY)

    assert [(one.title, one.read_at, one.done_at, one.followed) for one in told] == [
        ("Spring tea", NOON + hours(2), NOON, (SHOP,)),
        ("Spring tea", NOON + hours(1), NOON, (STORY.partition("?")[0], SHOP)),
    ]
    assert [len(news(of)) for of in ("ana", "bea", "")] == [2, 1, 3]
    assert broken() == []


def test_a_reading_is_new_until_its_own_assistant_has_seen_it() -> None:
    yue, lan = sent("yue"), sent("lan")
    follow(yue)
    follow(lan)
    ana, bea = by("ana"), by("bea")

    others = [services.look_at_reads(one, [yue.pk, lan.pk], now=NOON + hours(2)) for one in (bea, Actor("api_key", ana.id, "shop"))]
    first = [services.look_at_reads(ana, [yue.pk], now=NOON + hours(2)) for _ in range(2)]

    assert (others, first) == ([0, 0], [1, 0])
    assert sorted(news("ana")) == [False, True]
    assert queries.new_reads(Scope(), now=NOON + hours(2)) == 1


def test_news_grows_old_and_what_was_not_sent_is_not_read() -> None:
    old, skipped = sent("yue"), sent("lan", done=False)
    follow(old)
    follow(skipped)
    services.skip_tasks(by("ana"), [Skip(skipped.pk, "other")], now=NOON + hours(2))
    days = queries.READ_DAYS

    assert [len(news(at=NOON + hours(1) + days * DAY)), len(news(at=NOON + hours(2) + days * DAY))] == [1, 0]


def test_readings_come_page_by_page_both_ways() -> None:
    for place, who in enumerate(("yue", "lan", "mei")):
        follow(sent(who), at=NOON + hours(1 + place))
    now = NOON + DAY
    newest = queries.reads(Scope(), Position(limit=2), now=now)
    key = (newest[-1].read_at, newest[-1].touch_id)

    behind = queries.reads(Scope(), Position(key, limit=2), now=now)
    before = queries.reads(Scope(), Position((behind[0].read_at, behind[0].touch_id), is_backwards=True, limit=1), now=now)

    assert [len(newest), len(behind), before] == [2, 1, [newest[1]]]


def test_a_merge_takes_readings_along() -> None:
    yue, _lan = sent("yue"), sent("lan")
    follow(yue)

    scene.happens("member.aliased", "lan", NOON + hours(2), also=[scene.Handle("user_id", "yue")], proof="alias")

    survivor = scene.rows("SELECT public_id FROM members_member WHERE merged_into_id IS NULL AND assistant_id IS NOT NULL")
    assert [one.public_id for one in queries.reads(Scope(), queries.FIRST, now=NOON + DAY)] == [survivor[0][0]]
    assert broken() == []


def test_an_assistant_who_tries_a_link_has_not_read_it_for_the_member() -> None:
    task = sent("yue", at=utc_now())
    token = Link.objects.get(touch_id=task.pk, url=SHOP).token
    ana = signed_in(scene.assistant("ana"))

    tried, followed = ana.get(f"/t/{token}"), Client().get(f"/t/{token}")
    pump(utc_now())

    assert (tried.status_code, tried["Location"], followed["Location"]) == (302, SHOP, SHOP)
    assert Link.objects.get(token=token).clicks == 1
    assert Touch.objects.get(pk=task.pk).clicked_at is not None


def test_the_page_tells_the_assistant_once_and_everybody_else_what_was_read() -> None:
    now = utc_now()
    yue, mei = sent("yue", at=now - hours(2)), sent("mei", "bea", at=now - hours(2))
    follow(yue, at=now - hours(1))
    follow(mei, at=now - hours(1))
    ana, owner = signed_in(scene.assistant("ana")), signed_in(Staff.objects.get(username="owner"))

    pages = [show(owner, "staff-tasks-read"), show(ana, "staff-tasks-read"), show(ana, "staff-tasks-read"), show(owner, "staff-tasks-read")]

    assert [page.count(">New<") for page in pages] == [2, 1, 0, 1]
    assert [(public_id(yue.member_id) in page, public_id(mei.member_id) in page) for page in pages] == [
        (True, True),
        (True, False),
        (True, False),
        (True, True),
    ]
    assert SHOP in pages[1]
    assert "ti-eye" in show(ana, "staff-tasks", show="ended")
    assert "ti-eye" not in show(signed_in(scene.assistant("zoe")), "staff-tasks", show="ended")


def test_programs_ask_who_has_read() -> None:
    now = utc_now()
    tasks = [sent(who, of, at=now - hours(9)) for who, of in (("yue", "ana"), ("lan", "ana"), ("mei", "bea"))]
    for place, task in enumerate(tasks):
        follow(task, at=now - hours(3 - place))
    shop = caller("tasks.do")

    first = get(shop, "/tasks/reads", limit=2)
    second = get(shop, "/tasks/reads", limit=2, cursor=first["next"])
    of_bea = get(shop, "/tasks/reads", assistant=scene.assistant("bea").pk)
    done = get(shop, "/tasks", state="done")["tasks"]

    assert [UUID(one["id"]) for one in first["reads"] + second["reads"]] == [task.pk for task in reversed(tasks)]
    assert ([one["followed"] for one in of_bea["reads"]], of_bea["next"], second["next"]) == ([[SHOP]], "", "")
    assert all(one["read_at"] for one in done)
