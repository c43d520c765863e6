"""From a wish to the provider and back: decided once, sent at most once, every head accounted for."""

from datetime import timedelta
from itertools import permutations
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from siyu.facts.pump import pump
from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import set_setting
from siyu.operate.verify import verify
from siyu.touches import services
from siyu.touches.asking import policy_at, states
from siyu.touches.models import Account, InboxMessage, Link, Touch
from siyu.touches.rules.sending import GiveUp, Retry, Sent, Unknown
from siyu.touches.services import Gate, Wish, propose
from siyu.touches.services.sending import claim, finish
from siyu.touches.tasks import send

from . import scene
from .scene import EARLIER, NOON, hours

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> scene.Provider:
    """An e-mail provider with an account, in the place of SMTP."""
    desk = scene.Provider()
    monkeypatch.setattr("siyu.touches.providers.import_module", lambda path: desk.module)
    scene.account()
    return desk


def wish(member: int, template, key: str = "", **changes) -> Wish:
    return Wish(
        **{"member_id": member, "template_id": template.pk, "key": key or f"send:1:{member}", "source": "send:1", "at": NOON, **changes}
    )


def statuses() -> dict[str, int]:
    return dict(scene.rows("SELECT status, count(*) FROM touches_touch GROUP BY 1"))


def holds() -> bool:
    return all(finding.holds for finding in verify(60))


def test_who_agreed_gets_the_words_and_the_log_hears_of_it(provider) -> None:
    yue = scene.person("yue")

    answers = propose([wish(yue, scene.template())], now=NOON)
    sent = services.send_due(NOON, "email")
    pump(NOON + hours(1))

    assert (answers[0].status, sent) == ("reserved", 1)
    assert [(message.to, message.text, message.subject) for message in provider.got] == [("yue@example.com", "Dear Yue", "Hello")]
    touch = Touch.objects.get()
    assert (touch.status, touch.receipt, touch.sent_at) == ("sent", "r-yue@example.com", NOON)
    assert scene.rows("SELECT count(*) FROM facts_log WHERE name = 'touch.sent'") == [(1,)]
    assert holds()


def test_a_gate_goes_on_from_what_it_decided_as_if_it_had_read_it_again(provider) -> None:
    template = scene.template()
    first, second = scene.person("yue"), scene.person("lan")
    sets = [
        [wish(first, template, "1"), wish(first, template, "2", at=NOON + hours(3))],
        [wish(second, template, "3"), wish(first, template, "4"), wish(999_999, template, "5")],
        [wish(first, template, "6"), wish(first, template, "1"), wish(second, template, "7", at=NOON + hours(30))],
    ]

    with transaction.atomic():
        gate = Gate(NOON)
        once = [answer for some in sets for answer in gate.propose(some)]
        transaction.set_rollback(True)
    each = [answer for some in sets for answer in propose(some, now=NOON)]

    assert once == each
    assert {answer.status for answer in once} == {"reserved", "refused"}
    assert sum(answer.is_repeated for answer in once) == 1


def test_a_wish_is_one_touch_however_often_it_is_wished(provider) -> None:
    yue, template = scene.person("yue"), scene.template()

    first = propose([wish(yue, template)], now=NOON)
    again = propose([wish(yue, template), wish(yue, template)], now=NOON + hours(1))

    assert [answer.is_repeated for answer in first + again] == [False, True, True]
    assert Touch.objects.count() == 1


def test_every_head_is_accounted_for_with_its_reason(provider) -> None:
    template = scene.template()
    people = [scene.person("yue"), scene.person("lan", agrees=False), scene.person("mei")]
    scene.happens("consent.withdrawn", "mei", NOON - hours(1), purpose="marketing", channel="email", proof="phone call")

    answers = propose([*(wish(member, template) for member in people), wish(999_999, template)], now=NOON)

    assert [(answer.status, answer.why) for answer in answers] == [
        ("reserved", ""),
        ("refused", "consent.missing"),
        ("refused", "consent.withdrawn"),
        ("refused", "member.gone"),
    ]


def test_withdrawing_between_the_wish_and_the_sending_is_heard(provider) -> None:
    yue = scene.person("yue")
    propose([wish(yue, scene.template(), at=NOON + hours(2))], now=NOON)
    scene.happens("consent.withdrawn", "yue", NOON + hours(1), purpose="marketing", channel="any", proof="shop")

    services.send_due(NOON + hours(3), "email")

    touch = Touch.objects.get()
    assert (touch.status, touch.why) == ("refused", "consent.withdrawn")
    assert provider.got == []


def test_a_night_puts_off_and_the_morning_sends(provider) -> None:
    yue = scene.person("yue")
    night = NOON + hours(10)

    answer = propose([wish(yue, scene.template(), at=night)], now=NOON)[0]

    assert answer.at == NOON + hours(21)
    assert services.send_due(night, "email") == 0
    assert services.send_due(NOON + hours(21), "email") == 1


def test_caps_hold_across_sends_and_a_merge(provider) -> None:
    set_setting(SYSTEM, "touches.caps", [{"limit": 1, "window": "day"}], NOON.date() - timedelta(days=2), now=NOON - hours(60))
    lan, template = [scene.person("yue"), scene.person("lan")][1], scene.template()
    propose([wish(lan, template, "a")], now=NOON)
    scene.happens("member.aliased", "yue", NOON, also=[scene.Handle("user_id", "lan")], proof="alias")

    answer = propose([wish(scene.member("yue"), template, "b")], now=NOON)[0]

    assert scene.member("yue") == scene.member("lan")
    assert (answer.status, answer.why, answer.detail) == ("refused", "cap.reached", "1 a day")
    assert holds()


@pytest.mark.parametrize("medium", ["email", "inbox"])
def test_a_touch_that_had_to_wait_fills_the_caps_of_the_day_on_which_it_went(provider, medium: str) -> None:
    set_setting(SYSTEM, "touches.caps", [{"limit": 1, "window": "day"}], NOON.date() - timedelta(days=2), now=NOON - hours(60))
    yue, template = scene.person("yue"), scene.template(medium=medium)
    propose([wish(yue, template, "a")], now=NOON)

    send(NOON + hours(25))
    answers = propose([wish(yue, template, key, at=NOON + hours(after)) for key, after in (("b", 26), ("c", 49))], now=NOON + hours(26))

    assert [(answer.status, answer.why) for answer in answers] == [("refused", "cap.reached"), ("reserved", "")]


def test_a_cap_of_days_looks_as_far_back_as_it_says(provider) -> None:
    day = timedelta(days=1)
    set_setting(SYSTEM, "touches.caps", [{"limit": 1, "window": "days", "days": 60}], NOON.date() - 2 * day, now=NOON - 3 * day)
    yue, template = scene.person("yue"), scene.template()
    propose([wish(yue, template, "first")], now=NOON)
    services.send_due(NOON, "email")

    answers = [propose([wish(yue, template, str(days), at=NOON + days * day)], now=NOON + days * day)[0] for days in (59, 60)]

    assert [(answer.status, answer.detail) for answer in answers] == [("refused", "1 in 60 d"), ("reserved", "")]


def test_of_touches_that_waited_together_the_caps_let_through_what_they_would_have(provider) -> None:
    set_setting(SYSTEM, "touches.caps", [{"limit": 1, "window": "day"}], NOON.date() - timedelta(days=2), now=NOON - hours(60))
    yue, template = scene.person("yue"), scene.template()
    propose([wish(yue, template, "monday"), wish(yue, template, "tuesday", at=NOON + hours(24))], now=NOON)

    sent = services.send_due(NOON + hours(48), "email")

    assert (sent, statuses()) == (1, {"sent": 1, "refused": 1})


def test_a_cap_that_was_lowered_still_lets_through_what_it_allows(provider) -> None:
    set_setting(SYSTEM, "touches.caps", [{"limit": 2, "window": "day"}], NOON.date() - timedelta(days=2), now=NOON - hours(60))
    yue, template = scene.person("yue"), scene.template()
    propose([wish(yue, template, "a"), wish(yue, template, "b")], now=NOON)
    set_setting(SYSTEM, "touches.caps", [{"limit": 1, "window": "day"}], NOON.date() - timedelta(days=2), now=NOON - hours(60))

    services.send_due(NOON, "email")

    assert statuses() == {"sent": 1, "refused": 1}


def test_what_the_provider_says_decides_what_happens_next(provider) -> None:
    set_setting(SYSTEM, "touches.quiet_hours", {}, NOON.date() - timedelta(days=2), now=NOON - hours(60))
    names = ("busy", "gone", "mute", "fine")
    members = [scene.person(name) for name in names]
    provider.outcomes |= {
        "busy@example.com": Retry(timedelta(minutes=2), "451 later"),
        "gone@example.com": GiveUp("smtp.550", "no such user"),
        "mute@example.com": Unknown("the line was cut"),
    }
    propose([wish(member, scene.template()) for member in members], now=NOON)

    services.send_due(NOON, "email")

    found = {touch.member_id: (touch.status, touch.why) for touch in Touch.objects.all()}
    assert [found[member] for member in members] == [
        ("reserved", "provider.busy"),
        ("failed", "smtp.550"),
        ("unknown", "provider.silent"),
        ("sent", ""),
    ]
    provider.outcomes.clear()
    services.send_due(NOON + hours(1), "email")
    assert [message.to for message in provider.got].count("busy@example.com") == 2
    assert [message.to for message in provider.got].count("mute@example.com") == 1
    again = propose([wish(members[1], scene.template(), "again")], now=NOON + hours(30))[0]
    assert (again.status, again.why) == ("refused", "address.refused")
    assert holds()


def test_a_channel_that_breaks_leaves_the_rest_unknown_and_loses_no_answer(provider) -> None:
    first, second = scene.person("a"), scene.person("b")
    propose([wish(first, scene.template(), priority=1), wish(second, scene.template())], now=NOON)
    provider.outcomes["b@example.com"] = RuntimeError("vendor's fault")

    services.send_due(NOON, "email")

    assert statuses() == {"sent": 1, "unknown": 1}


def test_what_nobody_knows_stays_unknown_when_the_log_has_heard(provider) -> None:
    propose([wish(scene.person("mute"), scene.template())], now=NOON)
    provider.outcomes["mute@example.com"] = Unknown("the line was cut")

    services.send_due(NOON, "email")
    pump(NOON + hours(1))
    unsaid = scene.rows("SELECT count(*) FROM facts_log WHERE name LIKE 'touch.%%'")
    services.decide_unknown(SYSTEM, Touch.objects.get().pk, True, "the provider's log", now=NOON + hours(2))
    pump(NOON + hours(2))

    assert unsaid == [(0,)]
    assert statuses() == {"sent": 1}
    assert scene.rows("SELECT count(*) FROM facts_log WHERE name = 'touch.sent'") == [(1,)]


def test_a_sender_that_stops_in_mid_send_leaves_unknown_and_nothing_is_sent_twice(provider) -> None:
    propose([wish(scene.person("yue"), scene.template())], now=NOON)
    claim(NOON, "email")

    services.forget_senders(NOON + timedelta(minutes=5))
    early = statuses()
    services.forget_senders(NOON + timedelta(minutes=11))

    assert (early, statuses()) == ({"sending": 1}, {"unknown": 1})
    assert services.send_due(NOON + hours(1), "email") == 0


def test_a_slow_provider_gets_no_more_and_the_rest_waits_again(provider, monkeypatch: pytest.MonkeyPatch) -> None:
    template = scene.template()
    propose([wish(scene.person(name), template) for name in "abc"], now=NOON)
    monkeypatch.setattr("siyu.touches.services.sending.HANDING_OVER_S", -1.0)

    sent = [services.send_due(NOON, "email") for _ in range(2)]

    assert (sent, len(provider.got), statuses()) == ([1, 1], 2, {"sent": 2, "reserved": 1})
    assert Touch.objects.get(status="reserved").attempts == 0


def test_an_answer_that_comes_when_the_sender_was_given_up_still_holds(provider) -> None:
    propose([wish(scene.person("yue"), scene.template())], now=NOON)
    ready = claim(NOON, "email")
    services.forget_senders(NOON + timedelta(minutes=11))

    finish([(ready[0], Sent("r-1"))], NOON + timedelta(minutes=12))

    touch = Touch.objects.get()
    assert (touch.status, touch.why, touch.receipt, touch.sent_at) == ("sent", "", "r-1", NOON + timedelta(minutes=12))
    assert holds()


def test_an_account_sends_no_faster_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = scene.Provider()
    monkeypatch.setattr("siyu.touches.providers.import_module", lambda path: desk.module)
    scene.account(per_minute=2)
    template = scene.template()
    propose([wish(scene.person(name), template) for name in "abc"], now=NOON)

    sent = [services.send_due(NOON + timedelta(seconds=seconds), "email") for seconds in (0, 30, 61)]

    assert sent == [2, 0, 1]


def test_words_that_are_missing_stop_one_touch_alone(provider) -> None:
    template = scene.template(text="{{ trait.skin }}")
    propose([wish(scene.person("yue", skin="oily"), template), wish(scene.person("lan"), template)], now=NOON)

    services.send_due(NOON, "email")

    assert [message.text for message in provider.got] == ["oily"]
    assert Touch.objects.get(status="refused").why == "template.missing"


def test_a_trait_that_was_taken_back_is_missing_and_the_merchants_language_and_zone_hold_again(provider) -> None:
    words = {"zh-hans": {"subject": "您好", "text": "您好"}, "en": {"subject": "Hi", "text": "Hi {{ trait.skin | default: 'you' }}"}}
    number = services.publish_template(SYSTEM, "both", "Both", "email", "service", words, now=NOON)
    members = [scene.person(who, language="en", skin="oily", timezone="America/New_York") for who in ("yue", "lan")]
    scene.happens("member.identified", "yue", EARLIER + hours(1), traits={"skin": None, "timezone": None})
    scene.happens("member.identified", "lan", EARLIER + hours(1), traits={"language": None})
    propose([Wish(member, number, f"{member}", "send:1", NOON) for member in members], now=NOON)

    services.send_due(NOON, "email")

    assert {message.to[0]: message.text for message in provider.got} == {"y": "Hi you", "l": "您好"}
    policy, zone = policy_at(NOON)
    found = states(members, policy, zone, NOON)
    assert [found[member].zone.key for member in members] == ["Asia/Shanghai", "America/New_York"]


def test_each_member_is_told_in_their_own_language(provider) -> None:
    words = {"zh-hans": {"subject": "您好", "text": "您好"}, "en": {"subject": "Hi", "text": "Hi"}}
    number = services.publish_template(SYSTEM, "both", "Both", "email", "service", words, now=NOON)
    spoken = {"a": "en", "b": "en-US", "c": "EN_GB", "d": "zh-CN", "e": "zh-Hant", "f": "fr", "g": ""}
    members = [scene.person(who, language=language) for who, language in spoken.items()]
    propose([Wish(member, number, f"{member}", "send:1", NOON) for member in members], now=NOON)

    services.send_due(NOON, "email")

    told = {message.to[0]: message.text for message in provider.got}
    assert told == dict.fromkeys("abc", "Hi") | dict.fromkeys("defg", "您好")


def test_parts_of_traits_are_said(provider) -> None:
    template = scene.template(text="{{ trait.home.city }} {{ trait.sizes | join: '、' }} {{ trait.sizes.first }}")
    propose([wish(scene.person("yue", home={"city": "上海"}, sizes=["S", "M"]), template)], now=NOON)

    services.send_due(NOON, "email")

    assert [message.text for message in provider.got] == ["上海 S、M S"]


def test_what_was_put_into_an_inbox_is_delivered() -> None:
    propose([wish(scene.person("yue"), scene.template("inbox"))], now=NOON)

    services.post_inbox(NOON)
    pump(NOON)

    touch = Touch.objects.get()
    assert (touch.status, touch.sent_at, touch.delivered_at) == ("sent", NOON, NOON)


def test_the_inbox_shows_what_was_written_and_to_nobody_else(provider) -> None:
    yue, lan = scene.person("yue"), scene.person("lan")
    propose([wish(yue, scene.template("inbox"))], now=NOON)

    posted = services.post_inbox(NOON)

    message = InboxMessage.objects.get()
    assert (posted, message.member_id, Touch.objects.get().status) == (1, yue, "sent")
    assert b"Yue" not in bytes(message.words)
    assert services.read_message(lan, message.touch_id, now=NOON) is False
    assert services.read_message(yue, message.touch_id, now=NOON) is True
    assert holds()


def test_a_click_is_counted_and_a_receipt_comes_back(provider) -> None:
    set_setting(SYSTEM, "touches.address", "https://vip.example.com", NOON.date() - timedelta(days=2), now=NOON - hours(60))
    propose([wish(scene.person("yue"), scene.template(text="Look: https://shop.example/a?x=1"))], now=NOON)
    services.send_due(NOON, "email")
    link, touch = Link.objects.get(), Touch.objects.get()

    seen = Client().get(f"/t/{link.token}")
    looked = Client().head(f"/t/{link.token}")
    pump(utc_now())

    assert provider.got[0].text == f"Look: https://vip.example.com/t/{link.token}"
    assert (seen.status_code, seen["Location"], looked.status_code) == (302, "https://shop.example/a?x=1", 302)
    link.refresh_from_db()
    touch.refresh_from_db()
    assert link.clicks == 1
    assert touch.clicked_at is not None
    assert [Client().get(f"/t/{token}").status_code for token in ("nothing", "%00", "a%00b", "文")] == [404] * 4
    assert provider.got[0].unsubscribe_url == f"https://vip.example.com/t/stop/{touch.pk}"


def test_an_address_is_in_force_from_the_first_minute_of_its_business_day(provider) -> None:
    midnight = NOON - hours(12)
    set_setting(SYSTEM, "touches.address", "https://vip.example.com", NOON.date(), now=midnight - hours(1))
    template = scene.template(purpose="service", text="https://shop.example/a")
    yue = scene.person("yue")

    propose([wish(yue, template, "before", at=midnight - hours(0.5)), wish(yue, template, "after", at=midnight)], now=midnight - hours(1))
    for at in (midnight - hours(0.5), midnight):
        services.send_due(at, "email")

    assert [message.text for message in provider.got] == ["https://shop.example/a", f"https://vip.example.com/t/{Link.objects.get().token}"]


def test_a_mail_that_shows_its_pictures_was_opened_once(provider) -> None:
    set_setting(SYSTEM, "touches.address", "https://vip.example.com", NOON.date() - timedelta(days=2), now=NOON - hours(60))
    propose([wish(scene.person("yue"), scene.template(html="<p>Hello</p>"))], now=NOON)
    services.send_due(NOON, "email")
    touch = Touch.objects.get()

    seen = [Client().get(f"/t/open/{touch.pk}.gif") for _ in range(2)]
    strange = Client().get(f"/t/open/{UUID(int=7)}.gif")
    pump(utc_now())

    assert f'<img src="https://vip.example.com/t/open/{touch.pk}.gif"' in provider.got[0].html
    assert provider.got[0].text == "Dear Yue"
    assert [(one.status_code, one.content[:6]) for one in seen] == [(200, b"GIF89a")] * 2
    assert strange.status_code == 404
    assert scene.rows("SELECT count(*) FROM facts_log WHERE name = 'touch.opened'") == [(1,)]
    touch.refresh_from_db()
    assert touch.opened_at is not None


def test_receipts_in_any_order_leave_the_first_instants(provider) -> None:
    propose([wish(scene.person("yue"), scene.template())], now=NOON)
    services.send_due(NOON, "email")
    touch = Touch.objects.get()

    for name, after in (("touch.clicked", 3), ("touch.opened", 2), ("touch.opened", 5), ("touch.delivered", 1)):
        scene.happens(name, "yue", NOON + hours(after), touch=str(touch.pk))

    touch.refresh_from_db()
    assert (touch.delivered_at, touch.opened_at, touch.clicked_at) == (NOON + hours(1), NOON + hours(2), NOON + hours(3))


@pytest.mark.parametrize("names", list(permutations(["touch.delivered", "touch.failed", "touch.opened"])), ids=" ".join)
def test_what_has_arrived_did_not_fail_in_whichever_order_it_is_told(provider, names: tuple[str, ...]) -> None:
    propose([wish(scene.person("yue"), scene.template())], now=NOON)
    services.send_due(NOON, "email")
    touch = Touch.objects.get()

    for name in names:
        scene.happens(name, "yue", NOON + hours(1), touch=str(touch.pk), why="MK:0001")

    touch.refresh_from_db()
    assert (touch.status, touch.why, touch.sent_at, touch.delivered_at) == ("sent", "", NOON, NOON + hours(1))
    assert holds()


def test_a_template_says_where_to_say_no_and_that_link_is_not_counted(provider) -> None:
    set_setting(SYSTEM, "touches.address", "https://vip.example.com", NOON.date() - timedelta(days=2), now=NOON - hours(60))
    template = scene.template(text="退订 {{ touch.unsubscribe }}", html='<a href="{{ touch.unsubscribe }}">退订</a>')
    propose([wish(scene.person("yue"), template)], now=NOON)

    services.send_due(NOON, "email")

    address = f"https://vip.example.com/t/stop/{Touch.objects.get().pk}"
    assert provider.got[0].text == f"退订 {address}"
    assert provider.got[0].html.startswith(f'<a href="{address}">退订</a>')
    assert Client().get(address.removeprefix("https://vip.example.com")).status_code == 200
    assert Link.objects.count() == 0


def test_a_touch_that_should_say_where_to_say_no_and_cannot_does_not_go(provider) -> None:
    propose([wish(scene.person("yue"), scene.template(text="退订 {{ touch.unsubscribe }}"))], now=NOON)

    services.send_due(NOON, "email")

    assert (Touch.objects.get().why, provider.got) == ("template.missing", [])


def test_one_click_says_no_to_this_kind_of_message_this_way(provider) -> None:
    yue = scene.person("yue")
    propose([wish(yue, scene.template())], now=NOON)
    address = reverse("touch-stop", args=[Touch.objects.get().pk])

    asked = Client().get(address)
    done = Client(enforce_csrf_checks=True).post(address, {"List-Unsubscribe": "One-Click"})
    pump(utc_now())

    assert (asked.status_code, done.status_code) == (200, 200)
    assert scene.rows("SELECT purpose, channel, is_given FROM members_consent ORDER BY occurred_at DESC LIMIT 1") == [
        ("marketing", "email", False)
    ]
    assert Client().get(reverse("touch-stop", args=[UUID(int=7)])).status_code == 404


def test_secrets_are_kept_encrypted_and_a_new_account_takes_over(provider) -> None:
    services.open_account(SYSTEM, "mail2", "Mail 2", "email", {"password": "s3cret"}, now=NOON)

    old, new = Account.objects.order_by("pk")
    assert (old.archived_at, new.archived_at) == (NOON, None)
    assert b"s3cret" not in bytes(new.secrets)
    assert "s3cret" not in str(new.settings)
    with pytest.raises(Refusal, match=r"account\.missing"):
        services.open_account(SYSTEM, "mail3", "Mail 3", "email", {}, now=NOON)


@pytest.mark.parametrize(
    ("medium", "purpose", "words", "code"),
    [
        ("sms", "marketing", {"text": "大促"}, "template.stop"),
        ("email", "marketing", {"text": "x"}, "template.empty"),
        ("email", "marketing", {"text": "{{ member.password }}", "subject": "s"}, "template.variable"),
        ("fax", "marketing", {"text": "x"}, "template.medium"),
        ("email", "spam", {"text": "x"}, "template.purpose"),
        ("email", "marketing", {"text": 7}, "template.empty"),
    ],
)
def test_a_template_that_would_do_harm_is_refused(medium, purpose, words, code) -> None:
    with pytest.raises(Refusal) as refused:
        services.publish_template(SYSTEM, "t", "T", medium, purpose, {"zh-hans": words}, now=NOON)

    assert refused.value.code == code


@pytest.mark.parametrize(
    "values", [[(f"v{place}", "x") for place in range(21)], [("name", "a"), ("name", "b")], [("", "a")]], ids=["many", "twice", "nameless"]
)
def test_parameters_of_a_provider_that_would_be_lost_are_refused(values) -> None:
    with pytest.raises(Refusal, match=r"template\.values"):
        services.publish_template(SYSTEM, "t", "T", "sms", "service", {"zh-hans": {"text": "x"}}, provider_values=values, now=NOON)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("touches.opt_in", ["markting"]),
        ("touches.address", "vip.example.com"),
        ("touches.address", "javascript:alert(1)"),
        ("touches.address", "https://vip.example.com/?a=1"),
        ("touches.quiet_hours", {"start": "21:00+08:00", "end": "09:00", "then": "defer"}),
        ("touches.caps", [{"limit": True}]),
        ("touches.caps", [{"limit": 1, "window": "days", "days": 91}]),
        ("touches.caps", [{"limit": 1, "window": "hours", "hours": 1.5}]),
        ("touches.caps", [{"limit": 1, "window": "hours", "hours": True}]),
    ],
)
def test_a_setting_that_would_do_harm_is_refused(name, value) -> None:
    with pytest.raises(Refusal, match=r"setting\.refused"):
        set_setting(SYSTEM, name, value, NOON.date(), now=NOON)


def test_one_call_of_the_timetable_hands_over_all_that_is_due(provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("siyu.touches.services.sending.BATCH", 2)
    mail, inbox = scene.template(), scene.template("inbox")
    people = [scene.person(f"u{number}") for number in range(5)]
    propose([wish(one, made, f"{made.pk}:{one}") for one in people for made in (mail, inbox)], now=NOON)

    send(NOON)

    assert statuses() == {"sent": 10}
    assert len(provider.got) == 5


def test_a_call_of_the_timetable_ends_in_time(provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("siyu.touches.services.sending.BATCH", 2)
    monkeypatch.setattr("siyu.touches.tasks.SPAN_S", 0.0)
    inbox = scene.template("inbox")
    propose([wish(scene.person(f"u{number}"), inbox, f"{number}") for number in range(5)], now=NOON)

    send(NOON)

    assert statuses() == {"reserved": 5}
