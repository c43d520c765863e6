"""Reports of providers: payload in → facts out, through the real address, the real pump and the gate that asks again."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.lib.clock import utc_now
from siyu.lib.crypto import lookup_hash
from siyu.merchant.rules import SYSTEM
from siyu.operate.verify import verify
from siyu.touches import public, services
from siyu.touches.models import Account, Touch
from siyu.touches.rules.hearing import MAX_BODY, says_stop
from siyu.touches.rules.pace import MinuteLimit
from siyu.touches.services import Wish, propose
from siyu.touches.tests import scene
from siyu.touches.tests.scene import EARLIER, NOON, hours

pytestmark = pytest.mark.django_db
ROOM = Path(__file__).resolve().parent.parent
ALIYUN = {"key_id": "i", "key_secret": "s", "signature": "山茶小铺"}
TENCENT = {"secret_id": "i", "secret_key": "s", "app_id": "1400000000", "signature": "山茶小铺"}
PHONES = ("+8613800010001", "+8613800010002")


def fixture(path: str) -> bytes:
    return (ROOM / path).read_bytes()


def account(channel: str = "sms_aliyun") -> str:
    """An account and the address that its provider was given."""
    entered = ALIYUN if channel == "sms_aliyun" else TENCENT
    services.open_account(SYSTEM, "sms", "SMS", channel, entered, now=EARLIER)
    return f"/t/reports/{services.renew_report_address(SYSTEM, 'sms', now=EARLIER)}"


def customer(who: str, phone: str) -> int:
    handles = [Handle("user_id", who), Handle("phone", phone)]
    facts = [
        Incoming(name="member.identified", occurred_at=EARLIER, message=f"i{who}", handles=handles, proof="identify"),
        Incoming(
            name="consent.given",
            occurred_at=EARLIER,
            message=f"c{who}",
            handles=handles[:1],
            properties={"purpose": "marketing", "channel": "any", "proof": "form"},
        ),
    ]
    record(facts, source="web", received_at=EARLIER)
    pump(EARLIER)
    return scene.member(who)


def sent(numbers: tuple[str, ...], purpose: str = "marketing") -> list[Touch]:
    """SMS to two people, taken by a provider under these numbers."""
    template = scene.template("sms", purpose, text="新品上市 拒收请回复R", subject="")
    members = [customer(f"p{place}", phone) for place, phone in enumerate(PHONES)]
    propose([Wish(member, template.pk, f"sms:{member}", "send:1", NOON) for member in members], now=NOON)
    touches = [Touch.objects.get(key=f"sms:{member}") for member in members]
    for touch, number in zip(touches, numbers, strict=True):
        touch.status, touch.receipt, touch.sent_at = "sent", number, NOON
        touch.save()
    return touches


def post(address: str, body: bytes, **more):
    return Client(enforce_csrf_checks=True).post(address, body, content_type="application/json", **more)


def log(name: str) -> list[tuple]:
    rows = scene.rows("SELECT occurred_at, properties::text FROM facts_log WHERE name = %s ORDER BY occurred_at, id", [name])
    return [(at, json.loads(told)) for at, told in rows]


def consents() -> list[tuple]:
    return scene.rows("SELECT purpose, channel, is_given FROM members_consent WHERE NOT is_given ORDER BY id")


ACCEPTED = {"sms_aliyun": {"code": 0, "msg": "OK"}, "sms_tencent": {"result": 0, "errmsg": "OK"}}


@pytest.mark.parametrize(
    ("channel", "path", "numbers", "seconds", "why"),
    [
        ("sms_aliyun", "sms_aliyun/fixtures/sms_report.json", ("900000000000000001^0", "900000000000000002^0"), 5, "MOBILE_NOT_ON_SERVICE"),
        ("sms_tencent", "sms_tencent/fixtures/status.json", ("2433:1", "2433:2"), 4, "MK:0001"),
    ],
)
def test_receipts_become_facts_once_however_often_they_are_told(channel, path, numbers, seconds, why) -> None:
    address = account(channel)
    first, second = sent(numbers)

    answers = [post(address, fixture(path)) for _ in range(3)]
    pump(NOON + hours(20_000))

    assert [(one.status_code, one.json()) for one in answers] == [(200, ACCEPTED[channel])] * 3
    assert [(at, told["touch"]) for at, told in log("touch.delivered")] == [(NOON + timedelta(seconds=seconds), str(first.pk))]
    assert [told["why"] for _, told in log("touch.failed")] == [why]
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.status, first.delivered_at) == ("sent", NOON + timedelta(seconds=seconds))
    assert (second.status, second.why) == ("failed", why)
    assert all(finding.holds for finding in verify(60))


@pytest.mark.parametrize(
    ("channel", "path"), [("sms_aliyun", "sms_aliyun/fixtures/sms_up.json"), ("sms_tencent", "sms_tencent/fixtures/reply.json")]
)
def test_a_reply_of_no_withdraws_the_consent_for_that_purpose_on_sms_and_nothing_else(channel, path) -> None:
    address = account(channel)
    first, _ = sent(("1", "2"))
    later = scene.template("sms", text="再来一次 拒收请回复R", subject="")

    answers = [post(address, fixture(path)) for _ in range(2)]
    pump(NOON + hours(20_000))
    again = propose([Wish(first.member_id, later.pk, "again", "send:2", NOON + hours(100))], now=NOON + hours(100))[0]
    mail = propose([Wish(first.member_id, scene.template("inbox").pk, "inbox", "send:2", NOON + hours(100))], now=NOON + hours(100))[0]

    assert [one.status_code for one in answers] == [200, 200]
    assert consents() == [("marketing", "sms", False)]
    replied = log("touch.replied")
    assert [(at, told["touch"]) for at, told in replied] == [(NOON + timedelta(minutes=30), str(first.pk))]
    assert replied[0][1]["reply"].startswith("tok_")  # in people's own words: kept apart and encrypted
    assert (again.status, again.why, mail.status) == ("refused", "consent.withdrawn", "reserved")


def test_a_reply_in_other_words_is_kept_and_withdraws_nothing() -> None:
    address = account()
    first, _ = sent(("1", "2"))
    told = json.loads(fixture("sms_aliyun/fixtures/sms_up.json"))
    told[0]["content"] = "R码的衣服还有吗"

    post(address, json.dumps(told).encode())
    pump(NOON + hours(20_000))

    assert [words["touch"] for _, words in log("touch.replied")] == [str(first.pk)]
    assert consents() == []
    first.refresh_from_db()
    assert first.delivered_at == NOON + timedelta(minutes=30)


def test_a_reply_of_no_answers_the_newest_message_and_withdraws_its_purpose() -> None:
    address = account()
    sent(("1", "2"), purpose="service")

    post(address, fixture("sms_aliyun/fixtures/sms_up.json"))
    pump(NOON + hours(20_000))

    assert consents() == [("service", "sms", False)]


def test_a_strangers_no_is_kept_for_the_day_the_number_joins_and_a_strangers_words_are_not() -> None:
    address = account()
    told = json.loads(fixture("sms_aliyun/fixtures/sms_up.json"))

    post(address, json.dumps([told[0] | {"content": "谢谢", "sequence_id": 1}]).encode())
    pump(NOON + hours(20_000))
    before = scene.rows("SELECT count(*) FROM members_identity WHERE hash = %s", [lookup_hash("phone", PHONES[0])])
    post(address, json.dumps(told).encode())
    pump(NOON + hours(20_000))

    assert before == [(0,)]
    assert consents() == [("marketing", "sms", False)]
    member = customer("late", PHONES[0])
    template = scene.template("sms", text="新品 拒收请回复R", subject="")
    assert (
        propose([Wish(member, template.pk, "late", "send:2", NOON + hours(20_000))], now=NOON + hours(20_000))[0].why == "consent.withdrawn"
    )


def test_a_receipt_finds_an_unknown_touch_by_our_own_number() -> None:
    address = account()
    first, _ = sent(("", ""))
    Touch.objects.filter(pk=first.pk).update(status="unknown", why="provider.silent", sent_at=None)
    told = json.loads(fixture("sms_aliyun/fixtures/sms_report.json"))[0] | {"out_id": str(first.pk)}

    post(address, json.dumps([told]).encode())
    pump(NOON + hours(20_000))

    first.refresh_from_db()
    assert (first.status, first.sent_at, first.delivered_at) == ("sent", first.delivered_at, NOON + timedelta(seconds=5))
    assert all(finding.holds for finding in verify(60))


def test_one_item_that_cannot_be_read_is_named_and_costs_no_other() -> None:
    address = account()
    first, _ = sent(("900000000000000001^0", "900000000000000002^0"))
    told = json.loads(fixture("sms_aliyun/fixtures/sms_report.json"))
    told[1]["report_time"] = "yesterday"

    answer = post(address, json.dumps(told).encode())
    pump(NOON + hours(20_000))

    assert answer.status_code == 400
    assert answer.json()["msg"].startswith("2: time data 'yesterday'")
    assert [words["touch"] for _, words in log("touch.delivered")] == [str(first.pk)]


@pytest.mark.parametrize(
    "body", [b"", b"nothing", b"7", b'"R"', b"[[]]", b"[null]", b"{}", b"[{}]", b"\xff\xfe", b'[{"sequence_id": {}}]', b"[" * 2_000]
)
@pytest.mark.parametrize("channel", ["sms_aliyun", "sms_tencent"])
def test_what_is_no_report_is_answered_in_the_providers_own_shape(channel: str, body: bytes) -> None:
    answer = post(account(channel), body)

    assert answer.status_code == 400
    assert set(answer.json()) == set(ACCEPTED[channel])
    assert ACCEPTED[channel] != answer.json()


def test_a_report_of_nobodys_message_is_taken_and_leaves_nothing() -> None:
    answer = post(account(), fixture("sms_aliyun/fixtures/sms_report.json"))

    assert answer.status_code == 200
    assert scene.rows("SELECT count(*) FROM facts_inbox") == [(0,)]


def test_a_report_that_overtakes_the_writing_down_is_asked_for_again() -> None:
    address = account("sms_tencent")
    first, _ = sent(("", "2433:2"))
    Touch.objects.filter(pk=first.pk).update(status="sending", claimed_at=utc_now(), sent_at=None)

    early = post(address, fixture("sms_tencent/fixtures/status.json"))
    Touch.objects.filter(pk=first.pk).update(status="sent", receipt="2433:1", sent_at=NOON)
    again = post(address, fixture("sms_tencent/fixtures/status.json"))

    assert (early.status_code, again.status_code) == (503, 200)


def test_closed_addresses_big_bodies_and_floods_are_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    address = account()
    monkeypatch.setattr(public, "_limit", MinuteLimit(2))

    strange = post("/t/reports/wrong", b"[]")
    big = post(address, b" " * (MAX_BODY + 1))
    many = [post(address, b"[]").status_code for _ in range(3)]
    services.renew_report_address(SYSTEM, "sms", now=NOON)
    closed = post(address, b"[]")

    assert (strange.status_code, big.status_code, many[-1], closed.status_code) == (404, 413, 429, 404)
    assert Client().get(address).status_code == 405


def test_an_archived_account_still_hears_what_it_sent() -> None:
    address = account()
    sent(("900000000000000001^0", "900000000000000002^0"))
    services.open_account(SYSTEM, "new", "New", "sms_tencent", TENCENT, now=NOON)

    assert post(address, fixture("sms_aliyun/fixtures/sms_report.json")).status_code == 200
    assert Account.objects.get(code="sms").archived_at == NOON
    assert scene.rows("SELECT messages FROM facts_inbox") == [(2,)]


@pytest.mark.parametrize(
    "text",
    [
        "R",
        "r",
        " ｒ。",
        "TD",
        "td!",
        "退订",
        "退 订",
        "【退订】",
        "拒收",
        "T",
        "回复R",
        "回T",
        "TD退订",
        "退订回T",
        "拒收请回复R",
        "Stop",
        "opt-out",
    ],
)
def test_these_words_say_no(text: str) -> None:
    assert says_stop(text)


@pytest.mark.parametrize(
    "text", ["", "好的", "R码有吗", "TD是什么", "不退订", "1", "谢谢", "rr", "…", "回复", "请回复", "退订单", "T恤", "don't stop"]
)
def test_these_words_do_not(text: str) -> None:
    assert not says_stop(text)
