"""The console's pages of touches: what an assistant does on the phone, what an operator writes, plans and reads."""

import re
from datetime import datetime, time, timedelta
from functools import partial
from html import unescape
from typing import Any

import msgspec
import pytest
from django.test import Client
from django.urls import reverse

from siyu.audiences.services import archive, create
from siyu.lib.clock import utc_now
from siyu.merchant.models import Audit, Staff
from siyu.merchant.queries import settings_book, today
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import set_setting
from siyu.touches import services
from siyu.touches.models import Send, Sop, StaffTask, Template, Touch
from siyu.touches.pages.tasks import _placed
from siyu.touches.queries.results import Earned, Ranked
from siyu.touches.queries.tasks import Rate
from siyu.touches.rules.gate import Cap
from siyu.touches.rules.media import MEDIA
from siyu.touches.rules.quiet import QuietHours
from siyu.touches.rules.settings import PURPOSES, CapTerms, policy_of
from siyu.touches.services import Step, Wish, propose

from . import scene
from .scene import NOON
from .test_sends import audience

pytestmark = pytest.mark.django_db


def signed_in(staff: Staff) -> Client:
    client = Client()
    staff.language = "en"
    staff.save()
    client.force_login(staff, backend="siyu.merchant.access.StaffBackend")
    return client


@pytest.fixture
def owner() -> Client:
    scene.assistant("ana")
    return signed_in(Staff.objects.get(username="owner"))


def show(client: Client, name: str, *arguments: Any, **asked: str) -> str:
    answer = client.get(reverse(name, args=arguments), asked)
    assert answer.status_code == 200, answer.content[:300]
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()  # type: ignore[attr-defined]


def task(who: str = "yue", of: str = "ana") -> StaffTask:
    set_setting(SYSTEM, "touches.quiet_hours", {}, NOON.date(), now=NOON)
    template = scene.template("task", text="Hello {{ member.name }}")
    now = utc_now()
    propose([Wish(scene.customer(who, of), template.pk, who, "send:1", now)], now=now)
    services.open_tasks(now)
    return StaffTask.objects.get(touch__key=who)


def test_an_assistant_copies_what_to_say_and_says_it_is_done() -> None:
    own, other = task(), task("lan", "bea")
    ana = signed_in(scene.assistant("ana"))

    before = show(ana, "staff-tasks")
    ana.post(reverse("staff-task-done", args=[own.pk]), {"result": "answered"})
    ana.post(reverse("staff-task-done", args=[other.pk]), {"result": "sent"})

    assert 'data-copy="Hello Yue"' in before
    assert "Hello Lan" not in before
    own.refresh_from_db(), other.refresh_from_db()
    assert (own.state, own.result, other.state) == ("done", "answered", "open")
    assert "The customer answered" in show(ana, "staff-tasks", show="ended")
    assert "100" in show(ana, "staff-task-rates")
    assert "done" in show(ana, "staff-tasks", csv="1")


def test_an_assistant_skips_with_a_reason() -> None:
    own, ana = task(), signed_in(scene.assistant("ana"))

    ana.post(reverse("staff-task-skip", args=[own.pk]), {"because": "not_a_friend", "note": "gone"})

    own.refresh_from_db()
    assert (own.state, own.result) == ("skipped", "not_a_friend")
    assert "The customer has removed us" in show(ana, "staff-tasks", show="ended")


def test_an_assistant_sees_no_sends() -> None:
    assert signed_in(scene.assistant("ana")).get(reverse("sends")).status_code == 403


def test_an_operator_writes_a_template_and_sees_it_as_a_member_would(owner: Client) -> None:
    scene.person("yue")
    form = {
        "code": "hello",
        "name": "Hello",
        "medium": "inbox",
        "purpose": "service",
        "zh_subject": "Hi",
        "zh_text": "Dear {{ member.name }}",
    }

    answer = owner.post(reverse("touch-template-new"), form)

    assert answer.status_code == 302, answer.content.decode()
    asked = owner.post(reverse("touch-template-preview", args=["hello"]), {"member": "yue@example.com"})
    assert "Dear Yue" in asked.content.decode()
    assert [row.detail for row in Audit.objects.filter(verb="member.unmasked")] == [{"template": "hello"}]
    assert "Dear" not in show(owner, "touch-template-preview", "hello", member="yue@example.com"), "no address names a member"
    assert "Hello" in show(owner, "touch-templates")
    assert "Dear {{ member.name }}" in show(owner, "touch-template", "hello").replace("&#x27;", "'")
    owner.post(reverse("touch-template-archive", args=["hello"]))
    assert Template.objects.get().archived_at is not None


def test_who_may_not_see_personal_values_is_shown_no_words_with_them() -> None:
    scene.person("yue")
    code = scene.template(text="Dear {{ member.name }}").code
    analyst = signed_in(Staff.objects.create(username="eye", name="Eye", role="analyst", reach="all"))

    asked = analyst.post(reverse("touch-template-preview", args=[code]), {"member": "yue@example.com"})

    assert (asked.status_code, "Yue" in asked.content.decode()) == (403, False)
    assert "only who may see these" in show(analyst, "touch-template-preview", code)


def test_a_preview_shows_html_in_a_frame_that_can_do_nothing_and_the_text_beside_it(owner: Client) -> None:
    scene.person("yue", nickname='<b>"Yue"')
    code = scene.template(text="Dear {{ member.name }}", html='<p style="color:red">{{ member.nickname }}</p>').code

    shown = owner.post(reverse("touch-template-preview", args=[code]), {"member": "yue@example.com"}).content.decode()
    framed = re.search(r'<iframe[^>]* sandbox srcdoc="([^"]*)"', shown)

    assert framed is not None
    assert unescape(framed[1]) == '<p style="color:red">&lt;b&gt;&#34;Yue&#34;</p>'
    assert "Dear Yue" in shown


def test_a_preview_of_an_sms_counts_it_as_it_goes_with_its_links_short(owner: Client) -> None:
    set_setting(SYSTEM, "touches.address", "https://vip.example.com", today(utc_now()), now=utc_now())
    scene.person("yue")
    text = f"{'新品' * 10} https://shop.example/{'a' * 200} 拒收请回复R"
    services.publish_template(SYSTEM, "sale", "Sale", "sms", "marketing", {"zh-hans": {"text": text}}, now=utc_now())

    shown = owner.post(reverse("touch-template-preview", args=["sale"]), {"member": "yue@example.com"}).content.decode()

    assert "Counts as 1 SMS: 66 characters" in shown


def test_a_template_that_cannot_work_says_why(owner: Client) -> None:
    form = {"code": "hello", "name": "Hello", "medium": "inbox", "purpose": "service", "zh_subject": "Hi", "zh_text": "{{ member.shoe }}"}
    assert "member.shoe" in owner.post(reverse("touch-template-new"), form).content.decode()


def test_an_operator_plans_a_send_pauses_it_and_reads_the_report(owner: Client) -> None:
    number = audience([scene.person("yue"), scene.person("lan", agrees=False)])
    code = scene.template("inbox").code
    form = {
        "name": "Sale", "audience_id": number, "arms.0:template": code, "arms.0:at": "2026-05-05T12:00", "arms.1:template": code,
        "arms.1:share": "40", "control": "0", "priority": "0", "window_days": "7",
    }  # fmt: skip

    answer = owner.post(reverse("send-new"), form)
    assert answer.status_code == 302, answer.content.decode()
    pk = Send.objects.get().pk
    show(owner, "send-edit", pk)
    for step in ("schedule", "pause", "resume"):
        show(owner, "send-move", pk, step)
        owner.post(reverse("send-move", args=[pk, step]))
    services.run_sends(NOON)

    page = show(owner, "send", pk)
    assert Send.objects.get().status == "done"
    assert reverse("send-move", args=[pk, "cancel"]) in page
    Touch.objects.filter(status="reserved").update(status="sent")
    assert reverse("send-move", args=[pk, "cancel"]) not in show(owner, "send", pk)  # nothing of it waits any more
    assert "No consent" in page
    assert "No consent" in show(owner, "send", pk, csv="lines")
    assert "Sale" in show(owner, "sends")
    assert "No consent" in show(owner, "outbox", status="refused")
    assert "Yue" not in show(owner, "outbox", why="cap.reached")


def arms_of(pk: int) -> list[tuple[str, int, datetime]]:
    return list(Send.objects.get(pk=pk).arms.order_by("number").values_list("template__code", "weight", "at"))


def test_an_operator_adds_and_removes_arms_up_to_as_many_as_programs_may_have(owner: Client) -> None:
    codes = [scene.template("inbox", subject=f"Words {place}").code for place in range(3)]
    form = {"name": "Sale", "audience_id": audience([]), "control": "0", "priority": "0", "window_days": "7"}
    form |= {f"arms.{place}:template": code for place, code in enumerate(codes)} | {"arms.0:at": "2026-05-05T12:00"}

    more = owner.post(reverse("send-new"), form | {"act": "arms.add"}).content.decode()
    one = owner.post(reverse("send-new"), {**form, "act": "arms.remove.1"}).content.decode()
    saved = owner.post(reverse("send-new"), form | {"arms.1:at": "2026-05-06T09:30", "arms.2:share": "24.75"})

    assert "arms.3:template" in more
    assert '"act": "arms.add"' in one
    assert '"act": "arms.add"' not in more
    assert "Words 1" not in one.split('id="rows-arms"')[1].split("</fieldset>")[1].split("</select>")[1]
    assert saved.status_code == 302
    assert arms_of(Send.objects.get().pk) == [
        (codes[0], 3_763, NOON), (codes[1], 3_762, NOON + timedelta(hours=21, minutes=30)), (codes[2], 2_475, NOON)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"arms.0:template": ""}, "Template: fill this in"),
        ({"arms.0:at": ""}, "Say when the first arm goes."),
        ({"arms.1:at": "2026-13-05T12:00"}, "the time of an arm cannot be read"),
        ({"arms.1:share": "half"}, "Share, in %: this cannot be read"),
        ({"arms.1:share": "100"}, "the shares of the arms add up to the whole"),
        ({"arms.0:share": "60", "arms.1:share": "60"}, "the shares of the arms add up to the whole"),
    ],
)
def test_arms_that_cannot_be_say_why(owner: Client, changes: dict[str, str], said: str) -> None:
    code = scene.template("inbox").code
    form = {"name": "Sale", "audience_id": audience([]), "control": "0", "priority": "0", "window_days": "7"}
    form |= {"arms.0:template": code, "arms.0:at": "2026-05-05T12:00", "arms.1:template": code}

    page = owner.post(reverse("send-new"), form | changes).content.decode()

    assert said in unescape(page)
    assert not Send.objects.exists()


def test_a_scheduled_send_is_changed_in_one_step_until_it_begins(owner: Client) -> None:
    at, code = utc_now() + timedelta(days=3), scene.template("inbox").code
    terms = services.Terms("Sale", audience([scene.person("yue")]), [services.ArmTerms(code, 10_000, at)])
    pk = services.draft_send(SYSTEM, terms, now=NOON)
    services.schedule_send(SYSTEM, pk, now=NOON)
    address = reverse("send-move", args=[pk, "unschedule"])

    offered = [address in show(owner, "send", pk)]
    services.pause_send(SYSTEM, pk, now=NOON)
    offered.append(address in show(owner, "send", pk))
    led = owner.post(address)
    owner.post(reverse("send-edit", args=[pk]), filled(owner, pk) | {"name": "Spring sale"})
    services.schedule_send(SYSTEM, pk, now=NOON)
    services.run_sends(at)

    assert (led.headers["location"], Send.objects.get().name) == (reverse("send-edit", args=[pk]), "Spring sale")
    assert [*offered, address in show(owner, "send", pk)] == [True, True, False]


def test_a_send_is_copied_as_a_draft_on_days_ahead(owner: Client) -> None:
    first, codes = NOON - timedelta(days=40), [scene.template("inbox").code for _ in range(2)]
    arms = [services.ArmTerms(codes[0], 2_550, first), services.ArmTerms(codes[1], 7_450, first + timedelta(days=1, hours=2))]
    of = services.Terms("Sale", audience([]), arms, 1_000, 60, 5, first + timedelta(days=3), 14)
    pk = services.draft_send(SYSTEM, of, now=NOON)
    services.cancel_send(SYSTEM, pk, now=NOON)

    owner.post(reverse("send-duplicate", args=[pk]), filled(owner, pk, "send-duplicate"))

    before, copy = Send.objects.order_by("pk")
    later = copy.arms.get(number=1).at - first
    assert (copy.name, copy.status, copy.salt == before.salt) == ("Sale (copy)", "draft", False)
    assert timedelta(0) < first + later - utc_now() < timedelta(days=1)
    assert (later % timedelta(days=1), arms_of(copy.pk)) == (timedelta(0), [(one[0], one[1], one[2] + later) for one in arms_of(pk)])
    same = ("audience_id", "control_share", "per_hour", "priority", "window_days")
    assert [getattr(copy, name) for name in same] == [getattr(before, name) for name in same]
    assert copy.until == before.until + later
    assert reverse("send-duplicate", args=[pk]) in show(owner, "send", pk)
    assert owner.get(reverse("send-duplicate", args=[pk + 9])).status_code == 404


def test_a_draft_of_a_program_keeps_its_arms_when_it_is_changed_here(owner: Client) -> None:
    code = scene.template("inbox").code
    arms = [services.ArmTerms(code, weight, NOON) for weight in (2_500, 2_550, 4_950)]
    terms = services.Terms("Sale", audience([scene.person("yue")]), arms)
    pk = services.draft_send(SYSTEM, terms, now=NOON)

    owner.post(reverse("send-edit", args=[pk]), filled(owner, pk) | {"name": "Spring sale"})

    assert Send.objects.get(pk=pk).name == "Spring sale"
    assert list(Send.objects.get(pk=pk).arms.order_by("number").values_list("weight", flat=True)) == [2_500, 2_550, 4_950]
    assert "49.5%" in show(owner, "send", pk)


def test_a_draft_whose_audience_is_gone_goes_to_no_other(owner: Client) -> None:
    gone, other = audience([scene.person("yue")]), create(SYSTEM, "Others", {"condition": "tag", "tags": ["x"]}, now=NOON)
    pk = services.draft_send(
        SYSTEM, services.Terms("Sale", gone, [services.ArmTerms(scene.template("inbox").code, 10_000, NOON)]), now=NOON
    )
    archive(SYSTEM, gone, now=NOON)

    answer = owner.post(reverse("send-edit", args=[pk]), filled(owner, pk) | {"name": "Spring sale"})

    assert (answer.status_code, Send.objects.get(pk=pk).audience_id) == (200, gone)
    assert f'<option value="{other}"' in answer.content.decode()


def filled(client: Client, pk: int, page: str = "send-edit") -> dict[str, str]:
    """What a browser sends of the form of a draft as it is shown: of a choice that names none of its options, the first."""
    form = client.get(reverse(page, args=[pk])).context["form"]
    told = {}
    for field in form:
        value = field.value()
        if field.name == "arms":
            told |= {f"arms.{place}:{name}": value for place, row in enumerate(value) for name, value in row.items()}
            continue
        if options := [str(one) for one, _ in getattr(field.field, "choices", [])]:
            value = value if str(value) in options else options[0]
        told[field.html_name] = value.isoformat() if isinstance(value, datetime) else "" if value is None else str(value)
    return told


def test_an_operator_writes_a_standing_order(owner: Client) -> None:
    code = scene.template("task").code
    form = {"code": "newcomer", "name": "Newcomers", "starts.0:fact": "friend.added", "exits.0:fact": "order.paid"}
    form |= {"steps.0:day": "1", "steps.0:at": "10:00", "steps.0:template_code": code}
    form |= {"steps.4:day": "3", "steps.4:at": "09:30", "steps.4:template_code": code, "steps.4:keep_days": "2"}

    wrong = owner.post(reverse("sop-new"), form | {"steps.4:day": "tomorrow", "steps.0:keep_days": "90"}).content.decode()
    more = owner.post(reverse("sop-new"), form | {"act": "steps.add"}).content.decode()
    right = owner.post(reverse("sop-new"), form)

    assert "Day after the fact: a whole number" in wrong
    assert "Days it stays open: no more than 60" in wrong
    assert 'value="09:30"' in more
    assert "steps.2:day" in more
    assert "Dear {{ member.name" in more
    assert right.status_code == 302, right.content.decode()
    assert [(step.day, step.keep_days) for step in Sop.objects.get().steps.order_by("day")] == [(1, 1), (3, 2)]
    assert (Sop.objects.get().starts_on, Sop.objects.get().exits) == ("friend.added", [{"fact": "order.paid", "where": {}}])
    assert "Newcomers" in show(owner, "sops")
    assert "09:30" in show(owner, "sop", "newcomer")
    assert reverse("sop-archive", args=["newcomer"]) in show(owner, "sop", "newcomer")
    owner.post(reverse("sop-archive", args=["newcomer"]))
    assert Sop.objects.get().archived_at is not None


def test_a_standing_order_begins_and_ends_where_properties_hold(owner: Client) -> None:
    form = {"code": "vip", "name": "VIP", "starts.0:fact": "audience.entered", "exits.0:fact": "order.paid"}
    form |= {f"starts.0:where:0:{part}": told for part, told in (("property", "audience"), ("op", "eq"), ("value", "7"))}
    form |= {"steps.0:day": "1", "steps.0:at": "10:00", "steps.0:template_code": scene.template("task").code}
    far = {"exits.0:where:0:property": "amount_minor", "exits.0:where:0:op": "gte", "exits.0:where:0:value": "yes"}

    wrong = owner.post(reverse("sop-new"), form | far | {"exits.0:where:0:property": "."}).content.decode()
    right = owner.post(reverse("sop-new"), form | far)

    assert "property must be 1 to 8 names" in wrong
    assert right.status_code == 302, right.content.decode()
    made = Sop.objects.get()
    assert (made.starts_on, made.starts_where) == ("audience.entered", {"property": "audience", "op": "eq", "value": 7})
    assert made.exits == [{"fact": "order.paid", "where": {"property": "amount_minor", "op": "gte", "value": "yes"}}]
    assert "“Audience entered” where audience = 7" in show(owner, "sops")
    again = show(owner, "sop", "vip")
    assert 'name="starts.0:where:0:value" value="7"' in again
    assert 'name="exits.0:where:0:value" value="yes"' in again


def test_caps_and_quiet_hours_are_filled_in_by_rows(owner: Client) -> None:
    day = {"from_day": str(today(utc_now()))}
    caps = {"value.0:limit": "1", "value.0:window": "day", "value.0:medium": "sms", "value.0:purpose": "any", "value.0:hours": "3"}
    caps |= {
        "value.3:limit": "4",
        "value.3:window": "hours",
        "value.3:hours": "48",
        "value.3:medium": "any",
        "value.3:purpose": "marketing",
    }
    quiet = {"value.0:start": "22:00", "value.0:end": "08:30", "value.0:then": "drop"}

    wrong = owner.post(reverse("setting", args=["touches.caps"]), day | caps | {"value.3:hours": "9000"}).content.decode()
    for name, typed in (("caps", caps), ("quiet_hours", quiet), ("opt_in", {"value": ["marketing", "service"]})):
        assert owner.post(reverse("setting", args=[f"touches.{name}"]), day | typed).status_code == 302

    value = partial(settings_book().value, day=today(utc_now()))
    policy = policy_of(value)
    assert "How many hours: no more than 2160" in wrong
    assert policy.caps == (Cap(1, "day", channel="sms"), Cap(4, "hours", 48, purpose="marketing"))
    assert (policy.quiet, policy.when_quiet) == (QuietHours(time(22), time(8, 30)), "drop")
    assert policy.opt_in == {"marketing", "service"}
    page = show(owner, "settings")
    assert "Touches at most: 4 · Within: rolling hours · How many hours: 48 · Medium: any · Purpose: Marketing" in page
    assert "Marketing · Service" in page
    assert owner.post(reverse("setting", args=["touches.quiet_hours"]), day).status_code == 302
    assert settings_book().value("touches.quiet_hours", today(utc_now())) == {}


def test_a_cap_may_name_every_medium_and_purpose() -> None:
    for name, known in (("medium", MEDIA), ("purpose", PURPOSES)):
        for one in known:
            assert msgspec.convert({"limit": 1, name: one}, CapTerms)


def test_what_nobody_knows_of_a_person_decides(owner: Client) -> None:
    propose([Wish(scene.person("yue"), scene.template("inbox").pk, "a", "send:1", NOON)], now=NOON)
    Touch.objects.update(status="unknown", why="provider.silent", claimed_at=NOON)
    touch = Touch.objects.get()

    assert "Say what happened" in show(owner, "outbox")
    owner.post(reverse("outbox-decide", args=[touch.pk]), {"decision": "again", "because": "asked the provider"})

    touch.refresh_from_db()
    assert (touch.status, touch.why) == ("failed", "person.not_sent")
    assert Touch.objects.get(key="a").pk != touch.pk
    assert owner.get(reverse("outbox-decide", args=[touch.pk])).status_code == 404


def test_the_outbox_names_what_wanted_a_touch(owner: Client) -> None:
    code = scene.template("task").code
    services.publish_sop(SYSTEM, "newcomer", "Newcomers", services.FactFilter("friend.added"), [], [Step(1, time(10), code)], now=NOON)
    yue, made = scene.person("yue"), scene.template("inbox").pk
    propose([Wish(yue, made, source, source, NOON) for source in ("journey:welcome", "sop:newcomer", "odd")], now=NOON)

    page = show(owner, "outbox")

    assert "Journey welcome" in page
    assert f'href="{reverse("sop", args=["newcomer"])}">Standing order newcomer' in page
    assert "journey:welcome" not in page
    assert ">odd<" in page


def test_who_did_as_well_shares_a_place_and_who_did_nothing_has_none() -> None:
    rates = [Rate(number, f"n{number}", 4, done, 0, 0, 0, 4 - done, 0) for number, done in enumerate((3, 2, 2, 1, 0))]
    by_rate = [Ranked(rate, Earned()) for rate in rates]
    by_net = [Ranked(rate, Earned(1, 1, net)) for rate, net in zip(rates, (900, 900, 100, 0, -5), strict=True)]

    assert [place for place, _one in _placed(by_rate, by_net=False)] == [1, 2, 2, 4, None]
    assert [place for place, _one in _placed(by_net, by_net=True)] == [1, 1, 3, None, None]


def test_the_code_of_what_is_published_is_not_changed(owner: Client) -> None:
    code = scene.template("inbox").code
    form = {"code": "other", "name": "Anew", "medium": "inbox", "purpose": "service", "zh_subject": "Hi", "zh_text": "Hi"}

    assert owner.post(reverse("touch-template", args=[code]), form).status_code == 302

    assert set(Template.objects.values_list("code", flat=True)) == {code}
    assert Template.objects.get(version=2).name == "Anew"
    assert reverse("touch-template-preview", args=[code]) in show(owner, "touch-template", code)


def test_member_360_says_why_nothing_was_sent(owner: Client) -> None:
    lan = scene.person("lan", agrees=False)
    propose([Wish(lan, scene.template("inbox").pk, "a", "send:1", NOON)], now=NOON)
    public_id = scene.rows("SELECT public_id FROM members_member WHERE id = %s", [lan])[0][0]

    page = show(owner, "member", public_id, tab="touches")
    assert "No consent" in page
    assert "marketing, Member centre inbox" in page


def test_a_new_template_or_standing_order_does_not_write_over_one_that_is_there(owner: Client) -> None:
    code = scene.template("task").code
    template = {"code": code, "name": "Other", "medium": "inbox", "purpose": "service", "zh_subject": "Hi", "zh_text": "Hi"}
    sop = {"code": "newcomer", "name": "Newcomers", "starts.0:fact": "friend.added", "steps.0:day": "1", "steps.0:at": "10:00"}
    sop["steps.0:template_code"] = code
    owner.post(reverse("sop-new"), sop)

    pages = [owner.post(reverse("touch-template-new"), template), owner.post(reverse("sop-new"), {**sop, "name": "Other"})]

    assert all("is there already" in page.content.decode() for page in pages)
    assert Template.objects.filter(code=code).count() == Sop.objects.count() == 1
    assert owner.post(reverse("touch-template", args=[code]), {**template, "medium": "task"}).status_code == 302
    assert owner.post(reverse("sop", args=["newcomer"]), sop).status_code == 302


def test_an_analyst_is_led_to_no_editor(owner: Client) -> None:
    code = scene.template("inbox").code
    analyst = signed_in(Staff.objects.create(username="eye", name="Eye", role="analyst", reach="all"))

    assert f'href="{reverse("touch-template", args=[code])}"' in show(owner, "touch-templates")
    assert f'href="{reverse("touch-template", args=[code])}"' not in show(analyst, "touch-templates")


def test_what_runs_is_said_before_and_cannot_be_written_anew(owner: Client) -> None:
    number = audience([scene.person("yue")])
    terms = services.Terms("Sale", number, [services.ArmTerms(scene.template("inbox").code, 10_000, NOON)])
    pk = services.draft_send(SYSTEM, terms, now=NOON)

    assert "1 members now" in show(owner, "send-move", pk, "schedule")
    owner.post(reverse("send-move", args=[pk, "cancel"]))

    assert "this send was cancelled" in owner.post(reverse("send-move", args=[pk, "resume"])).content.decode()
    assert owner.get(reverse("send-edit", args=[pk])).url == reverse("send", args=[pk])  # type: ignore[attr-defined]
    assert "Member centre inbox" in show(owner, "send-new") or "· inbox<" not in show(owner, "send-new")


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        ("2 a day", "每天 2 次"),
        ("1 a day sms", "每天 1 次、短信"),
        ("5 a week marketing", "每周 5 次、营销"),
        ("3 in 6 h", "6 小时内 3 次"),
        ("3 in 7 d sms", "7 天内 3 次、短信"),
        ("marketing sms", "营销、短信"),
        ("marketing inbox", "营销、会员中心消息"),
        ("550 no such user", "550 no such user"),
        ("2 a dayx", "2 a dayx"),
        ("", ""),
    ],
)
def test_what_the_gate_tells_is_read_in_words(detail: str, said: str) -> None:
    from django.utils.translation import override

    from siyu.touches.queries.words import detail_words

    with override("zh-hans"):
        assert detail_words(detail) == said
