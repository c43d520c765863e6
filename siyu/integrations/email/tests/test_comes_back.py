"""From a mailbox to what becomes of touches, addresses and consents: the real reader, the real pump, the gate that asks again."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from siyu.facts.pump import pump
from siyu.merchant.models import Staff
from siyu.merchant.rules import SYSTEM
from siyu.operate.verify import verify
from siyu.touches import services
from siyu.touches.models import Account, BadAddress, Touch
from siyu.touches.queries.words import why_words
from siyu.touches.rules.hearing import Receipt
from siyu.touches.services import Wish, propose
from siyu.touches.tasks import collect_reports
from siyu.touches.tests import scene
from siyu.touches.tests.scene import NOON, hours
from siyu.touches.tests.test_pages import show, signed_in

from .mailbox import Mailbox, mailbox
from .test_returned import ID, mail, notification, of

pytestmark = pytest.mark.django_db
LATER = NOON + hours(1)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as found:
        opened("mail", found)
        yield found


def opened(code: str, box: Mailbox, **changes: str) -> None:
    entered = {"host": "smtp.example.com", "sender": "shop@shop.example", "user": "shop", "password": "p"}
    told = {"imap_host": "127.0.0.1", "imap_port": str(box.port), "imap_security": "none", **changes}
    services.open_account(SYSTEM, code, "Mail", "email", {**entered, **told}, now=NOON)


def sent(who: str, purpose: str = "marketing") -> Touch:
    """A mail to somebody that the server has taken."""
    member = scene.person(who)
    propose([Wish(member, scene.template(purpose=purpose).pk, f"mail:{who}", "send:1", NOON)], now=NOON)
    touch = Touch.objects.get(key=f"mail:{who}")
    touch.status, touch.sent_at = "sent", NOON
    touch.save()
    return touch


def back(name: str, touch: Touch) -> bytes:
    return mail(name).replace(ID.encode(), str(touch.pk).encode())


def told(touch: Touch, group: str) -> bytes:
    return notification(group, copy=f"Message-ID: <{touch.pk}@shop.example>")


def collected(at=LATER) -> int:
    count = services.collect_reports(at)
    pump(at)
    return count


def asked_again(touch: Touch, key: str = "again") -> tuple[str, str]:
    answer = propose([Wish(touch.member_id, scene.template().pk, key, "send:2", LATER)], now=LATER)[0]
    return answer.status, answer.why


def log(name: str) -> list[dict]:
    return [json.loads(row[0]) for row in scene.rows("SELECT properties::text FROM facts_log WHERE name = %s ORDER BY id", [name])]


def test_who_does_not_exist_is_not_written_to_again_however_often_it_is_told(box: Mailbox) -> None:
    touch = sent("yue")
    box.mails = {1: back("postfix", touch), 2: back("gmail", touch)}

    read = collected()
    Account.objects.update(collected_until="")
    again = collected(LATER + hours(1))

    touch.refresh_from_db()
    assert (read, again) == (2, 2)
    assert (touch.status, touch.why) == ("failed", "bounce.5.1.1")
    assert [(one["touch"], one["why"]) for one in log("touch.failed")] == [(str(touch.pk), "bounce.5.1.1")]
    assert BadAddress.objects.get().because.startswith("bounce.5.1.1: 550 5.1.1 <yue@example.com>")
    assert asked_again(touch) == ("refused", "address.refused")
    assert "550" not in str(log("touch.failed"))  # words of servers name addresses: no fact holds them
    assert all(finding.holds for finding in verify(60))


def test_reading_goes_on_where_it_stopped_and_the_account_says_when(box: Mailbox) -> None:
    box.mails = {4: back("postfix", sent("yue"))}
    collect_reports(LATER)
    first = Account.objects.get()
    box.mails[6] = back("qmail", sent("lan"))

    assert collected(LATER + hours(1)) == 1

    account = Account.objects.get()
    assert (first.collected_until, first.collected_at, first.fault) == ("7:4 shop 127.0.0.1", LATER, "")
    assert (account.collected_until, account.collected_at) == ("7:6 shop 127.0.0.1", LATER + hours(1))


@pytest.mark.parametrize(("status", "said"), [("5.2.2", "552 5.2.2 over quota"), ("5.7.1", "550 5.7.1 spam"), ("4.4.7", "")])
def test_what_came_back_for_another_reason_failed_and_its_address_stays(box: Mailbox, status: str, said: str) -> None:
    touch = sent("yue")
    box.mails = {1: told(touch, of("failed", status, said))}

    collected()

    touch.refresh_from_db()
    assert (touch.status, touch.why) == ("failed", f"bounce.{status}")
    assert asked_again(touch) == ("reserved", "")


def test_what_is_late_is_noted_until_something_more_is_known(box: Mailbox) -> None:
    late, lost, read = sent("yue"), sent("lan"), sent("mei")
    box.mails = {number: told(one, of("delayed", "4.4.1")) for number, one in enumerate((late, lost, read), start=1)}
    collected()
    noted = {(one.status, one.why, one.detail) for one in Touch.objects.all()}
    box.mails[4] = told(lost, of("failed", "4.4.7"))
    scene.happens("touch.opened", "mei", LATER, touch=str(read.pk))

    collected(LATER + hours(1))

    assert noted == {("sent", "provider.delayed", "4.4.1")}
    with translation.override("zh-hans"):
        assert (why_words("provider.delayed"), why_words("bounce.4.4.7")) == ("已发送，尚未送达", "邮件被退回（4.4.7）")
    assert log("touch.failed") == [{**log("touch.failed")[0], "touch": str(lost.pk), "why": "bounce.4.4.7"}]
    found = {one.key: (one.status, one.why, one.detail) for one in Touch.objects.all()}
    assert found == {
        "mail:yue": ("sent", "provider.delayed", "4.4.1"),
        "mail:lan": ("failed", "bounce.4.4.7", ""),
        "mail:mei": ("sent", "", ""),
    }


def test_what_is_late_after_it_was_read_is_no_news(box: Mailbox) -> None:
    touch = sent("yue")
    scene.happens("touch.opened", "yue", NOON, touch=str(touch.pk))
    box.mails = {1: told(touch, of("delayed", "4.4.1"))}

    collected()

    touch.refresh_from_db()
    assert (touch.status, touch.why) == ("sent", "")


def test_a_server_that_says_it_arrived_is_believed(box: Mailbox) -> None:
    touch = sent("yue")
    box.mails = {1: told(touch, of("delivered", "2.0.0"))}

    collected()

    touch.refresh_from_db()
    assert (touch.status, touch.delivered_at) == ("sent", NOON + timedelta(seconds=9))


def test_who_complains_has_said_no_to_this_kind_of_mail_once(box: Mailbox) -> None:
    touch = sent("yue")
    box.mails = {1: back("outlook_complaint", touch), 2: back("outlook_complaint", touch)}

    collected(NOON + hours(10))

    assert scene.rows("SELECT purpose, channel, is_given FROM members_consent WHERE NOT is_given") == [("marketing", "email", False)]
    assert [one["purpose"] for one in log("consent.withdrawn")] == ["marketing"]
    assert propose([Wish(touch.member_id, scene.template().pk, "new", "send:2", NOON + hours(11))], now=NOON + hours(11))[0].why == (
        "consent.withdrawn"
    )


def test_a_stranger_who_does_not_know_a_number_changes_nothing(box: Mailbox) -> None:
    touch = sent("yue")
    box.mails = {1: mail("postfix"), 2: mail("outlook_complaint"), 3: told(Touch(pk="not-a-number"), of()), 4: b"Hello", 5: b"\xff\x00"}

    assert collected() == 5

    touch.refresh_from_db()
    assert (touch.status, BadAddress.objects.count()) == ("sent", 0)
    assert scene.rows("SELECT count(*) FROM facts_log WHERE name LIKE 'touch.%%' OR name = 'consent.withdrawn'") == [(0,)]


def test_a_report_of_nobodys_touch_is_not_taken_for_another_of_the_same_set(box: Mailbox) -> None:
    touch = sent("yue")
    late, strange = Receipt("", True, NOON, id=str(touch.pk)), Receipt("", False, NOON, "bounce.5.1.1", ID)

    count = services.hear(Account.objects.get(), [late, strange], now=LATER)

    assert (count.recorded, count.unknown) == (1, 1)


@pytest.mark.parametrize("to", ["lan@example.com", "somebody@example.org", "no address", ""])
def test_an_address_is_given_up_only_where_the_report_names_the_members_own(box: Mailbox, to: str) -> None:
    touch = sent("yue")
    scene.person("lan")
    box.mails = {1: told(touch, of(to=to))}

    collected()

    touch.refresh_from_db()
    assert (touch.status, BadAddress.objects.count()) == ("failed", 0)


def test_a_report_of_mail_says_nothing_of_a_touch_that_went_another_way(box: Mailbox) -> None:
    member = scene.person("yue")
    propose([Wish(member, scene.template("sms", text="新品 拒收请回复R", subject="").pk, "sms", "send:1", NOON)], now=NOON)
    Touch.objects.update(status="sent", sent_at=NOON)
    touch = Touch.objects.get()
    box.mails = {1: back("postfix", touch), 2: back("outlook_complaint", touch), 3: told(touch, of("delayed", "4.4.1"))}

    collected()

    touch.refresh_from_db()
    assert (touch.status, touch.why, BadAddress.objects.count()) == ("sent", "", 0)
    assert log("consent.withdrawn") == []


def test_a_mailbox_that_cannot_be_read_is_said_rests_and_is_tried_again(box: Mailbox) -> None:
    box.mails, box.password = {1: back("postfix", sent("yue"))}, "changed"
    owner = signed_in(Staff.objects.get_or_create(username="owner", defaults={"name": "Owner", "role": "owner", "reach": "all"})[0])

    collected()
    collected(LATER + timedelta(minutes=29))
    tried, page = sum("LOGIN" in one for one in box.asked), show(owner, "touch-account", "mail")
    box.password = "p"
    read = collected(LATER + timedelta(minutes=30))

    assert (tried, read) == (1, 1)
    assert "Cannot be read" in page
    assert "wrong password" in page
    assert Account.objects.get().fault == ""
    assert "Cannot be read" not in show(owner, "touch-account", "mail")


def test_a_closed_account_is_not_read_and_one_without_a_mailbox_is_left_alone(box: Mailbox) -> None:
    box.mails = {1: back("postfix", sent("yue"))}
    opened("new", box, imap_host="")

    assert collected() == 0

    assert box.asked == []
    assert [one.collected_at for one in Account.objects.all()] == [None, None]


def test_one_report_that_cannot_be_kept_holds_no_other(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = sent("yue"), sent("lan")
    box.mails = {1: told(first, of()), 2: told(second, of("failed", "5.7.1"))}
    keep = services.collecting.hear

    def hear(account, reports, *, now):
        if reports[0].id == str(first.pk):
            scene.rows("SELECT 'x'::integer")
        return keep(account, reports, now=now)

    monkeypatch.setattr(services.collecting, "hear", hear)

    assert collected() == 2

    assert Account.objects.get().collected_until == "7:2 shop 127.0.0.1"
    assert [one["touch"] for one in log("touch.failed")] == [str(second.pk)]


def test_an_operator_enters_a_mailbox_and_its_password_is_never_shown() -> None:
    owner: Client = signed_in(Staff.objects.get_or_create(username="owner", defaults={"name": "Owner", "role": "owner", "reach": "all"})[0])
    entered = {
        "host": "smtp.example.com",
        "port": "465",
        "security": "tls",
        "sender": "shop@example.com",
        "user": "shop",
        "password": "first",
    }
    entered |= {"bounce": "bounces@example.com", "imap_host": "imap.example.com", "imap_port": "993", "imap_security": "tls"}
    form = {"code": "mail", "name": "Mail", "per_minute": "60", "field_imap_password": "second-secret"}

    answer = owner.post(reverse("touch-account-new", args=["email"]), form | {f"field_{name}": value for name, value in entered.items()})

    assert answer.status_code == 302, answer.content.decode()
    page = show(owner, "touch-account", "mail")
    assert "bounces@example.com" in page
    assert "Not read yet" in page
    assert "second-secret" not in page
