"""Whoever said no is never touched by anything: random lives of wishes, consents, nights and assistants, judged by what was said."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from siyu.facts.models import PumpState
from siyu.facts.pump import pump
from siyu.members.services import merge_members, undo_merge
from siyu.merchant.rules import SYSTEM, Actor, Scope
from siyu.touches import services
from siyu.touches.models import StaffTask, Touch
from siyu.touches.rules.gate import Why
from siyu.touches.services import Finish, Wish, propose
from siyu.touches.tasks import keep_staff_tasks

from . import scene
from .scene import NOON
from .test_outbox import holds

pytestmark = pytest.mark.django_db
MEDIA = ("email", "inbox", "task")
steps = st.lists(
    st.one_of(
        st.tuples(st.just("wish"), st.sampled_from(MEDIA), st.integers(0, 30)),
        st.tuples(st.sampled_from(["withdraw", "agree"]), st.sampled_from(["any", *MEDIA, "sms", "wecom"]), st.just(0)),
        st.tuples(st.sampled_from(["work", "assistants do"]), st.just(""), st.just(0)),
        st.tuples(st.just("pass"), st.just(""), st.integers(1, 20)),
    ),
    min_size=4,
    max_size=14,
)


class Life:
    """One member, what was said when, and the program that lives it."""

    def __init__(self, agrees: bool) -> None:
        self.now, self.number = NOON, 0
        self.who = scene.customer("yue", "ana", agrees=agrees)
        self.templates = {medium: scene.template(medium, text="Hi", subject="Hi").pk for medium in MEDIA}
        self.said: list[tuple[datetime, str, bool]] = [(scene.EARLIER, "any", True)] if agrees else []

    def step(self, what: str, medium: str, number: int) -> None:
        self.now += timedelta(minutes=1)
        match what:
            case "wish":
                self.number += 1
                at = self.now + timedelta(hours=number)
                propose([Wish(self.who, self.templates[medium], f"w{self.number}", f"journey:{self.number}", at)], now=self.now)
            case "withdraw" | "agree":
                name = "consent.withdrawn" if what == "withdraw" else "consent.given"
                scene.happens(name, "yue", self.now, purpose="marketing", channel=medium, proof="told us")
                self.said.append((self.now, medium, what == "agree"))
            case "work":
                self.work()
            case "assistants do":
                ana = scene.assistant("ana").pk
                mine = StaffTask.objects.filter(state="open", assistant_id=ana).values_list("touch_id", flat=True)
                services.finish_tasks(
                    Actor("staff", ana, "Ana"), [Finish(one) for one in mine], scope=Scope(assistant_id=ana), now=self.now
                )
            case "pass":
                self.now += timedelta(hours=number)

    def work(self) -> None:
        keep_staff_tasks(self.now)
        services.post_inbox(self.now)
        services.send_due(self.now, "email")

    def allowed(self, medium: str, at: datetime) -> bool:
        """The newest word about the medium, or about any, before an instant; an assistant writes on WeCom."""
        about = ("any", "wecom", medium) if medium == "task" else ("any", medium)
        words = [(then, yes) for then, channel, yes in self.said if channel in about and then <= at]
        return bool(words) and max(words)[1]


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(agrees=st.booleans(), lived=steps)
def test_nobody_is_touched_against_the_newest_word(agrees: bool, lived: list) -> None:
    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        desk = scene.Provider()
        patch.setattr("siyu.touches.providers.import_module", lambda path: desk.module)
        scene.account()
        life = Life(agrees)

        for step in lived:
            life.step(*step)
            for task in StaffTask.objects.filter(state="open"):  # nobody is asked to write to who said no
                assert life.allowed("task", life.now), (step, task.touch_id)
        life.now += timedelta(days=2)
        life.work()

        for touch in Touch.objects.filter(status="sent"):
            assert touch.sent_at is not None
            assert life.allowed(touch.medium, touch.sent_at), (touch.medium, touch.sent_at, life.said)
        refused = set(Touch.objects.filter(status="refused").values_list("why", flat=True))
        assert refused <= {*map(str, Why), "staff.expired"}
        assert Touch.objects.filter(status="sent", medium="email").count() == len(desk.got)
        assert holds()
        transaction.set_rollback(True)


def test_the_lives_that_are_tried_do_touch_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above would be empty if nothing was ever sent."""
    desk = scene.Provider()
    monkeypatch.setattr("siyu.touches.providers.import_module", lambda path: desk.module)
    scene.account()
    life = Life(agrees=True)
    for medium in MEDIA:
        life.step("wish", medium, 0)
        life.now += timedelta(days=1)
        life.step("work", "", 0)
        life.step("assistants do", "", 0)

    assert sorted(Touch.objects.filter(status="sent").values_list("medium", flat=True)) == sorted(MEDIA)


def open_tasks() -> int:
    return StaffTask.objects.filter(state="open").count()


def test_staff_are_asked_no_more_to_write_to_who_turns_out_to_have_said_no() -> None:
    life = Life(agrees=True)
    scene.person("yu", agrees=False)
    scene.happens("consent.withdrawn", "yu", NOON - timedelta(hours=1), purpose="marketing", channel="wecom")
    life.step("wish", "task", 0)
    life.work()
    assert open_tasks() == 1

    merge_members(SYSTEM, life.who, scene.member("yu"), "one person", now=life.now)

    assert open_tasks() == 0
    assert Touch.objects.get().why == Why.WITHDRAWN
    assert holds()


def test_staff_are_asked_no_more_to_write_to_whom_another_had_agreed_for() -> None:
    life = Life(agrees=False)
    other = scene.person("yu")
    merge_members(SYSTEM, life.who, other, "one person", now=NOON)
    life.step("wish", "task", 0)
    life.work()
    task = StaffTask.objects.get(state="open")
    Touch.objects.filter(pk=task.touch_id).update(origin_id=life.who)

    undo_merge(SYSTEM, scene.rows("SELECT id FROM members_merge_log")[0][0], "two people", now=life.now)

    assert open_tasks() == 0
    assert Touch.objects.get().why == Why.NO_CONSENT
    assert holds()


def test_who_says_no_while_a_slow_provider_takes_a_set_is_not_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    desk, send = scene.Provider(), scene.Provider._send
    monkeypatch.setattr("siyu.touches.providers.import_module", lambda path: desk.module)
    monkeypatch.setattr("siyu.touches.services.sending.ASKED_AGAIN_S", -1.0)

    def slowly(account, messages):
        for answer in send(desk, account, messages):
            scene.happens("consent.withdrawn", "yu", NOON, purpose="marketing", channel="any", proof="told us")
            yield answer

    monkeypatch.setattr(desk, "_send", slowly)
    scene.account()
    letter = scene.template(text="Hi", subject="Hi").pk
    propose(
        [Wish(scene.person(who), letter, who, "send:1", NOON, priority=place) for place, who in enumerate(("yu", "yue", "zoe"))], now=NOON
    )

    handed = [services.send_due(NOON + timedelta(minutes=minute), "email") for minute in range(3)]

    assert (handed, [one.to for one in desk.got]) == ([1, 1, 0], ["zoe@example.com", "yue@example.com"])
    assert Touch.objects.get(key="yu").why == Why.WITHDRAWN
    assert holds()


def test_nothing_goes_while_nobody_reads_what_people_say(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = scene.Provider()
    monkeypatch.setattr("siyu.touches.providers.import_module", lambda path: desk.module)
    scene.account()
    who = scene.customer("yue", "ana")
    propose(
        [Wish(who, scene.template(medium, "service", text="Hi", subject="Hi").pk, medium, "send:1", NOON) for medium in MEDIA], now=NOON
    )
    PumpState.objects.update(stopped_code="42P01")
    during = services.send_due(NOON, "email"), services.post_inbox(NOON), services.open_tasks(NOON)

    PumpState.objects.update(stopped_code="")
    after = services.send_due(NOON, "email"), services.post_inbox(NOON), services.open_tasks(NOON)

    assert (during, after) == ((0, 0, 0), (1, 1, 1))


def test_a_no_said_by_an_address_stays_with_it_when_a_merge_is_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = scene.Provider()
    monkeypatch.setattr("siyu.touches.providers.import_module", lambda path: desk.module)
    scene.account()
    yue, yu = scene.person("yue"), scene.person("yu")
    merge_members(SYSTEM, yue, yu, "one person", now=NOON)
    letter = scene.template(text="Hi", subject="Hi").pk
    propose([Wish(yue, letter, "first", "send:1", NOON)], now=NOON)
    services.send_due(NOON, "email")
    (reached,) = (one.to for one in desk.got)

    assert services.stop(Touch.objects.get().pk, now=NOON + timedelta(minutes=1))
    pump(NOON + timedelta(minutes=1))
    undo_merge(SYSTEM, scene.rows("SELECT id FROM members_merge_log")[0][0], "two people", now=NOON)

    parted = {"yue@example.com": scene.member("yue"), "yu@example.com": scene.member("yu")}
    (answer,) = propose([Wish(parted[reached], letter, "second", "send:2", NOON)], now=NOON + timedelta(minutes=2))
    assert answer.why == Why.WITHDRAWN
