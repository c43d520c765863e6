"""A template is tried on one member before anybody relies on it: to whom it may go, what it says, and that it counts nowhere."""

from datetime import timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from siyu.facts.pump import pump
from siyu.facts.rules import Handle
from siyu.lib.refusal import Refusal
from siyu.merchant.models import Audit, Staff
from siyu.merchant.rules import SYSTEM, Actor
from siyu.merchant.services import set_setting
from siyu.touches import services
from siyu.touches.models import Link, Touch
from siyu.touches.rules.gate import Cap, Policy, Proposal, State, Why, judge_test
from siyu.touches.rules.sending import GiveUp
from siyu.touches.services import Wish, propose, try_template
from siyu.touches.services.testing import MAX_TESTS

from . import scene
from .scene import NOON, hours
from .test_pages import show, signed_in

pytestmark = pytest.mark.django_db
LINK = "https://shop.example.com/tea"


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> scene.Provider:
    desk = scene.Provider()
    monkeypatch.setattr("siyu.touches.providers.import_module", lambda path: desk.module)
    scene.account()
    set_setting(SYSTEM, "touches.address", "https://vip.example.com", NOON.date(), now=NOON)
    return desk


@pytest.fixture
def owner() -> Client:
    scene.assistant("ana")
    return signed_in(Staff.objects.get(username="owner"))


def refused(*arguments: object, **named: object) -> str:
    with pytest.raises(Refusal) as found:
        try_template(SYSTEM, *arguments, now=NOON, **named)  # type: ignore[arg-type]
    return found.value.code


def test_a_test_goes_to_an_entered_address_with_a_members_values_and_is_no_touch(desk: scene.Provider) -> None:
    yue, code = scene.person("yue", agrees=False), scene.template(html=f'<a href="{LINK}">tea</a>').code
    facts = scene.rows("SELECT count(*) FROM facts_log")

    try_template(SYSTEM, code, yue, "Me@Example.org", now=NOON)
    pump(NOON)

    (message,) = desk.got
    assert (message.to, message.subject, message.text, message.is_test) == ("me@example.org", "[测试] Hello", "Dear Yue", True)
    assert LINK in message.html, "the links of a test lead straight"
    assert "/t/open/" not in message.html
    assert (Touch.objects.count(), Link.objects.count(), scene.rows("SELECT count(*) FROM facts_log")) == (0, 0, facts)
    row = Audit.objects.get(verb="template.tried")
    assert row.subject == f"template:{code}"
    assert row.detail | {"test": ""} == {
        "test": "", "version": 1, "member": yue, "to": "m***@example.org", "to_member": False, "outcome": "sent"
    }  # fmt: skip


def test_a_test_to_a_member_asks_for_consent_and_night_and_neither_fills_nor_asks_caps(desk: scene.Provider) -> None:
    set_setting(SYSTEM, "touches.caps", [{"limit": 1, "window": "day"}], NOON.date(), now=NOON)
    yue, lan, mei = scene.person("yue"), scene.person("lan", agrees=False), scene.person("mei")
    scene.happens("consent.withdrawn", "mei", NOON - hours(1), purpose="marketing", channel="email", proof="told us")
    code = scene.template().code

    for _ in range(2):
        try_template(SYSTEM, code, yue, now=NOON)
    assert [refused(code, one) for one in (lan, mei)] == ["template.refused"] * 2
    assert refused(code, mei, "mei@example.com") == "template.refused", "an own address is the member's, whoever entered it"
    with pytest.raises(Refusal, match="免打扰时段"):
        try_template(SYSTEM, code, yue, now=NOON + hours(11))

    assert [message.to for message in desk.got] == ["yue@example.com"] * 2
    assert propose([Wish(yue, scene.template().pk, "a", "send:1", NOON)], now=NOON)[0].status == "reserved"


def test_the_night_and_consent_hold_for_a_test_and_caps_and_control_groups_do_not() -> None:
    state = State(1, ZoneInfo("Asia/Shanghai"), addresses=frozenset({"email"}))
    policy = Policy(caps=(Cap(0),), control_share=10_000, opt_in=frozenset())
    asked = [Proposal("test", "email", "marketing", NOON + hours(late)) for late in (0, 11)]

    assert [judge_test(policy, state, one).why for one in asked] == [None, Why.QUIET]
    assert judge_test(Policy(), state, asked[0]).why is Why.NO_CONSENT


def test_nobody_gets_to_read_what_is_anothers(desk: scene.Provider) -> None:
    yue, code = scene.person("yue"), scene.template().code
    scene.person("lan")

    assert refused(code, yue, "lan@example.com") == "template.of_another"
    assert refused(code, yue, "nobody") == "template.address"
    assert refused(code, 10**9, "me@example.org") == "member.unknown"
    assert desk.got == []


def test_what_cannot_be_tried_says_why(desk: scene.Provider) -> None:
    yue = scene.person("yue")
    broken = scene.template(text="{{ member.assistant }}").code
    gone = scene.template().code
    services.archive_template(SYSTEM, gone, now=NOON)

    assert refused(broken, yue, "me@example.org") == "template.unwritten"
    assert refused(gone, yue) == refused("nothing", yue) == "template.unknown"
    assert [refused(scene.template(medium).code, yue) for medium in ("inbox", "task")] == ["template.indoors"] * 2
    assert refused(scene.template("webhook").code, yue) == "template.account"
    assert Audit.objects.filter(verb="template.tried").count() == 0


def test_nobody_sends_a_campaign_as_tests(desk: scene.Provider) -> None:
    yue, code = scene.person("yue"), scene.template().code
    ana, bea = Actor("staff", 1, "Ana"), Actor("staff", 2, "Bea")

    for _ in range(MAX_TESTS):
        try_template(ana, code, yue, "me@example.org", now=NOON)
    with pytest.raises(Refusal, match=r"template\.tests"):
        try_template(ana, code, yue, "me@example.org", now=NOON)
    try_template(bea, code, yue, "me@example.org", now=NOON)
    try_template(ana, code, yue, "me@example.org", now=NOON + timedelta(hours=24))

    assert len(desk.got) == MAX_TESTS + 2


def test_a_member_who_got_a_test_can_say_no_and_who_is_no_member_is_told_that_it_says_nothing(desk: scene.Provider) -> None:
    yue, template = scene.person("yue"), scene.template(text="{{ touch.unsubscribe }}")
    try_template(SYSTEM, template.code, yue, now=NOON)
    try_template(SYSTEM, template.code, yue, "me@example.org", now=NOON)
    own, entered = (urlsplit(message.unsubscribe_url).path for message in desk.got)

    asked, nobodys = Client().get(own).content.decode(), Client().post(entered).content.decode()
    before = scene.rows("SELECT count(*) FROM members_consent WHERE NOT is_given")
    done = Client().post(own)
    pump(NOON + hours(1))

    assert desk.got[0].text == desk.got[0].unsubscribe_url
    assert '<form method="post">' in asked
    assert "测试消息" in nobodys
    assert '<form method="post">' not in Client().get(entered).content.decode()
    assert (before, done.status_code) == ([(0,)], 200)
    assert scene.rows("SELECT purpose, channel FROM members_consent WHERE NOT is_given") == [("marketing", "email")]
    assert Client().get(f"{own}x").status_code == 404


def test_a_no_in_a_test_holds_for_whom_the_member_became(desk: scene.Provider) -> None:
    yue, lan, code = scene.person("yue"), scene.person("lan"), scene.template().code
    try_template(SYSTEM, code, lan, now=NOON)
    scene.happens("member.identified", "yue", NOON, also=[Handle("email", "lan@example.com")], proof="identify")
    assert scene.member("lan") == yue

    Client().post(urlsplit(desk.got[0].unsubscribe_url).path)
    pump(NOON + hours(1))

    assert refused(code, yue) == "template.refused"


def test_an_operator_sends_a_test_from_the_templates_page(owner: Client, desk: scene.Provider) -> None:
    scene.person("yue", agrees=False)
    code, page = scene.template().code, scene.template("inbox").code
    desk.outcomes["no@example.org"] = GiveUp("smtp.550", "no such user")
    form = {"member": "yue@example.com", "goes_to": "entered", "to": "me@example.org"}
    address = reverse("touch-template-test", args=[code])

    shown = [owner.post(address, form | more).content.decode() for more in ({}, {"to": "no@example.org"}, {"to": ""}, {"member": "?"})]
    to_member = owner.post(address, form | {"goes_to": "member"}).content.decode()

    assert "The provider took it." in shown[0]
    assert "smtp.550: no such user" in shown[1]
    assert "this is no address" in shown[2]
    assert "There is no such member" in shown[3]
    assert "not sent to this member: No consent" in to_member
    for name in ("touch-template", "touch-template-preview"):
        assert address in show(owner, name, code)
        assert reverse("touch-template-test", args=[page]) not in show(owner, name, page)
    assert [message.to for message in desk.got] == ["me@example.org", "no@example.org"]


def test_who_may_only_look_sends_no_test(desk: scene.Provider) -> None:
    code = scene.template().code
    analyst = signed_in(Staff.objects.create(username="eye", name="Eye", role="analyst", reach="all"))

    assert analyst.post(reverse("touch-template-test", args=[code]), {"member": "yue@example.com"}).status_code == 403
    assert reverse("touch-template-test", args=[code]) not in show(analyst, "touch-template-preview", code)


def test_the_words_of_a_test_are_marked_where_people_look_first(desk: scene.Provider) -> None:
    yue = scene.person("yue", language="en-GB")
    words = {"zh-hans": {"subject": "你好", "text": "好"}, "en": {"subject": "Hello", "text": "Good"}}
    services.publish_template(SYSTEM, "both", "Both", "email", "service", words, now=NOON)

    try_template(SYSTEM, "both", yue, "me@example.org", now=NOON)

    assert (desk.got[0].subject, desk.got[0].text) == ("[Test] Hello", "Good")


@pytest.mark.parametrize("medium", ["sms", "webhook"])
def test_what_has_no_subject_begins_with_the_mark(medium: str, owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = scene.Provider()
    module = desk.module
    module.MEDIUM = medium  # type: ignore[attr-defined]
    monkeypatch.setattr("siyu.touches.providers.import_module", lambda path: module)
    services.open_account(SYSTEM, "desk", "Desk", "email", {"password": "x"}, now=NOON)
    code = scene.template(medium, "service", text="Dear {{ member.name }}").code
    scene.person("yue", agrees=False)
    told = {"member": "yue@example.com", "goes_to": "entered", "to": "13900139000"}

    page = owner.post(reverse("touch-template-test", args=[code]), told).content.decode()

    assert "The provider took it." in page
    assert ("goes_to" in page) == (medium == "sms")
    assert [(one.to, one.text) for one in desk.got] == [("+8613900139000" if medium == "sms" else "", "[测试] Dear Yue")]
    row = Audit.objects.get(verb="template.tried").detail
    assert (row["to"], row["to_member"]) == (("+86139****9000", False) if medium == "sms" else ("", True))
