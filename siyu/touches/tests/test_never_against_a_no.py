"""Whoever said no is never touched by anything: random lives of wishes, consents, nights and assistants, judged by what was said."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from siyu.facts.models import PumpState
from siyu.facts.pump import pump
from siyu.members.services import Choice, ConsentWord, merge_members, record_consent, undo_merge
from siyu.merchant.rules import SYSTEM, Actor, Scope
from siyu.touches import services
from siyu.touches.models import StaffTask, Touch
from siyu.touches.rules.gate import Why
from siyu.touches.rules.sending import Unknown
from siyu.touches.services import Finish, Wish, propose
from siyu.touches.tasks import keep_staff_tasks

from . import scene
from .scene import NOON
from .test_outbox import holds

pytestmark = pytest.mark.django_db
MEDIA = ("email", "inbox", "task", "webhook")
SENT = ("email", "webhook")  # by a provider
CHANNELS = ("any", *MEDIA, "sms", "wecom")
steps = st.lists(
    st.one_of(
        st.tuples(st.just("wish"), st.sampled_from(MEDIA), st.integers(0, 30)),
        st.tuples(st.sampled_from(["withdraw", "agree"]), st.sampled_from(CHANNELS), st.just(0)),
        st.tuples(
            st.sampled_from(["tell staff no", "tell staff yes"]), st.sampled_from(["any", "inbox", "wecom", "email", "webhook"]), st.just(0)
        ),
        st.tuples(st.sampled_from(["other withdraws", "other agrees"]), st.sampled_from(CHANNELS), st.just(0)),
        st.tuples(st.sampled_from(["merge", "part"]), st.just(""), st.just(0)),
        st.tuples(st.sampled_from(["work", "assistants do", "falls silent", "answers", "look up"]), st.just(""), st.just(0)),
        st.tuples(st.just("pass"), st.just(""), st.integers(1, 20)),
    ),
    min_size=4,
    max_size=18,
)


def desks(patch: pytest.MonkeyPatch) -> scene.Provider:
    """One provider for e-mail and for webhooks, with an account each."""
    desk = scene.Provider()

    def channel(path: str):
        module = desk.module
        module.MEDIUM = "webhook" if "webhooks" in path else "email"
        return module

    patch.setattr("siyu.touches.providers.import_module", channel)
    scene.account()
    services.open_account(SYSTEM, "hook", "Hook", "webhook", {"host": "h", "password": "p"}, now=NOON)
    return desk


class Life:
    """One member, another who may turn out to be the same, what they said when, and the program that lives it."""

    def __init__(self, agrees: bool, desk: scene.Provider | None = None) -> None:
        self.now, self.number, self.desk = NOON, 0, desk or scene.Provider()
        self.who = scene.customer("yue", "ana", agrees=agrees)
        self.other = scene.person("other", agrees=False)
        self.templates = {medium: scene.template(medium, text="Hi", subject="Hi").pk for medium in MEDIA}
        self.said: list[tuple[datetime, str, bool]] = [(scene.EARLIER, "any", True)] if agrees else []
        self.others: list[tuple[datetime, str, bool]] = []
        self.merged: list[tuple[datetime, bool]] = [(scene.EARLIER, False)]

    def step(self, what: str, medium: str, number: int) -> None:
        self.now += timedelta(minutes=1)
        match what:
            case "wish":
                self.number += 1
                at = self.now + timedelta(hours=number)
                propose([Wish(self.who, self.templates[medium], f"w{self.number}", f"journey:{self.number}", at)], now=self.now)
            case "withdraw" | "agree":
                self.says("yue", medium, what == "agree")
                self.said.append((self.now, medium, what == "agree"))
            case "other withdraws" | "other agrees":
                self.says("other", medium, what == "other agrees")
                self.others.append((self.now, medium, what == "other agrees"))
            case "tell staff no" | "tell staff yes":
                choice = Choice("marketing", medium, what == "tell staff yes")
                record_consent(SYSTEM, self.who, ConsentWord(choice, "store", "form"), now=self.now)
                pump(self.now)
                self.said.append((self.now, medium, choice.is_given))
            case "merge" | "part" if self.merged[-1][1] == (what == "part"):
                self.turn(what == "merge")
            case "work":
                self.work()
            case "assistants do":
                ana = scene.assistant("ana").pk
                mine = StaffTask.objects.filter(state="open", assistant_id=ana).values_list("touch_id", flat=True)
                services.finish_tasks(
                    Actor("staff", ana, "Ana"), [Finish(one) for one in mine], scope=Scope(assistant_id=ana), now=self.now
                )
            case "falls silent" | "answers":
                silent = {"": Unknown("?"), "yue@example.com": Unknown("?"), "other@example.com": Unknown("?")}
                self.desk.outcomes = silent if what == "falls silent" else {}
            case "look up":
                for touch in Touch.objects.filter(status="unknown"):
                    services.decide_unknown(SYSTEM, touch.pk, False, "not there", now=self.now)
            case "pass":
                self.now += timedelta(hours=number)

    def says(self, who: str, channel: str, yes: bool) -> None:
        name = "consent.given" if yes else "consent.withdrawn"
        scene.happens(name, who, self.now, purpose="marketing", channel=channel, proof="told us")

    def turn(self, are_one: bool) -> None:
        if are_one:
            merge_members(SYSTEM, self.who, self.other, "one person", now=self.now)
        else:
            undo_merge(
                SYSTEM, scene.rows("SELECT max(id) FROM members_merge_log WHERE undone_at IS NULL")[0][0], "two people", now=self.now
            )
        self.merged.append((self.now, are_one))

    def work(self) -> None:
        keep_staff_tasks(self.now)
        services.post_inbox(self.now)
        for medium in SENT:
            services.send_due(self.now, medium)

    def allowed(self, medium: str, at: datetime) -> bool:
        """The newest word about the medium, or about any, before an instant; an assistant writes on WeCom. The other's words count
        while they are one."""
        about = ("any", "wecom", "task") if medium == "task" else ("any", medium)
        are_one = max(turn for turn in self.merged if turn[0] <= at)[1]
        words = [(then, yes) for then, channel, yes in self.said + self.others * are_one if channel in about and then <= at]
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
        desk = desks(patch)
        life = Life(agrees, desk)

        for step in lived:
            life.step(*step)
            for task in StaffTask.objects.filter(state="open"):  # nobody is asked to write to who said no
                assert life.allowed("task", life.now), (step, task.touch_id)
        life.now += timedelta(days=2)
        life.work()

        for touch in Touch.objects.filter(status="sent"):
            assert touch.sent_at is not None
            assert life.allowed(touch.medium, touch.sent_at), (touch.medium, touch.sent_at, life.said)
        handed = Touch.objects.filter(medium__in=SENT).exclude(claimed_at=None)
        for touch in handed:  # whatever became of it
            assert life.allowed(touch.medium, touch.claimed_at), (touch.medium, touch.claimed_at, life.said)
        refused = set(Touch.objects.filter(status="refused").values_list("why", flat=True))
        assert refused <= {*map(str, Why), "staff.expired"}
        assert len(handed) == len(desk.got)
        assert holds()
        transaction.set_rollback(True)


def test_the_lives_that_are_tried_do_touch_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above would be empty if nothing was ever sent, nobody ever silent, or nothing looked up."""
    desk = desks(monkeypatch)
    life = Life(True, desk)
    life.step("merge", "", 0)
    life.step("part", "", 0)
    for medium in MEDIA:
        life.step("falls silent", "", 0)
        life.step("wish", medium, 0)
        life.now += timedelta(days=1)
        life.step("work", "", 0)
        life.step("assistants do", "", 0)
        life.step("answers", "", 0)
        life.step("look up", "", 0)
        life.step("work", "", 0)

    assert sorted(Touch.objects.filter(status="sent").values_list("medium", flat=True)) == sorted(MEDIA)
    assert len(desk.got) == 2 * len(SENT)


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
