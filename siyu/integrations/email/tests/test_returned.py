"""Mail that came back, in the shapes in which servers write it: what it says of which touch, and what says nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import pytest

from siyu.integrations.email.returned import MAX_GROUPS, read
from siyu.touches.rules.hearing import Complaint, Delay, Heard, Receipt

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
ID = "6f1e8f4e-38a5-4f0c-9d0a-0d4f6a1c2b3d"
OTHER = "0f9d1c3e-1111-4222-8333-444455556666"
NOW = datetime(2026, 5, 5, 12, 30, tzinfo=UTC)
AT = datetime(2026, 5, 5, 4, 0, 9, tzinfo=UTC)
YUE = "yue@example.com"


def mail(name: str) -> bytes:
    return (FIXTURES / f"{name}.eml").read_bytes()


def notification(
    group: str, *, copy: str = f"Message-ID: <{ID}@shop.example>\nTo: {YUE}", kind: str = "delivery-status", first: str = ""
) -> bytes:
    """A standard notification: the group of one recipient, and the headers that came back."""
    return f"""From: MAILER-DAEMON@mx.example.com
Date: Tue, 05 May 2026 04:00:09 +0000
Content-Type: multipart/report; report-type={kind}; boundary="b"

--b
Content-Type: text/plain

It came back. 550 5.1.1 is only talk here.

--b
Content-Type: message/{kind}

Reporting-MTA: dns; mx.example.com
{first}
{group}

--b
Content-Type: text/rfc822-headers

{copy}

--b--
""".encode()


def of(action: str = "failed", status: str = "5.1.1", said: str = "", to: str = YUE) -> str:
    lines = [f"Final-Recipient: rfc822; {to}", f"Action: {action}", f"Status: {status}"]
    return "\n".join([*lines, f"Diagnostic-Code: smtp; {said}"] if said else lines)


def only(mail: bytes) -> Receipt:
    heard = read(mail, NOW)
    assert heard.faults == ()
    assert len(heard.told) == 1, heard
    assert isinstance(heard.told[0], Receipt)
    return heard.told[0]


@pytest.mark.parametrize(
    ("name", "why", "at"),
    [
        ("postfix", "bounce.5.1.1", AT),
        ("office365", "bounce.5.1.10", AT + timedelta(seconds=3)),
        ("gmail", "bounce.5.1.1", AT),
        ("qmail", "bounce.5.1.1", AT),
        ("exim", "bounce.5.1.1", AT),
        ("coremail", "bounce.550", AT),
        ("qq", "bounce.550", AT),
    ],
)
def test_who_does_not_exist_is_told_by_each_server_in_its_own_shape(name: str, why: str, at: datetime) -> None:
    told = only(mail(name))

    assert (told.id, told.is_delivered, told.is_hopeless, told.why, told.at) == (ID, False, True, why, at)
    assert set(told.to) == {YUE}
    assert told.because


@pytest.mark.parametrize(
    ("status", "said", "why", "is_hopeless"),
    [
        ("5.1.1", "", "bounce.5.1.1", True),
        ("5.1.1", "550 5.1.1 no such user", "bounce.5.1.1", True),
        ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound", "bounce.5.1.10", True),
        ("5.2.1", "550 5.2.1 mailbox disabled", "bounce.5.2.1", True),
        ("5.2.1", "550 5.2.1 receiving mail at a rate that prevents", "bounce.5.2.1", False),
        ("5.0.0", "550 Mailbox not found. http://service.mail.example.com", "bounce.550", True),
        ("5.0.0", "550 5.1.1 user unknown", "bounce.5.1.1", True),
        ("5.0.0", "553 sorry, no mailbox here by that name (#5.1.1)", "bounce.5.1.1", True),
        ("5.5.0", "550 user unknown", "bounce.5.5.0", False),
        ("5.0.0", "550 Connection frequency limited", "bounce.550", False),
        ("5.0.0", "554 DT:SPM", "bounce.554", False),
        ("5.0.0", "", "bounce.5.0.0", False),
        ("", "550 5.1.1 user unknown", "bounce.5.1.1", True),
        ("5.2.2", "552 5.2.2 over quota", "bounce.5.2.2", False),
        ("5.7.1", "550 5.7.1 blocked by policy", "bounce.5.7.1", False),
        ("5.7.26", "550-5.7.26 unauthenticated", "bounce.5.7.26", False),
        ("5.1.8", "550 5.1.8 sender's domain not found", "bounce.5.1.8", False),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", "bounce.5.4.1", False),
        ("5.4.4", "X-Postfix; Host or domain name not found", "bounce.5.4.4", False),
        ("4.4.7", "400 4.4.7 Message delayed", "bounce.4.4.7", False),
        ("4.2.2", "452 4.2.2 mailbox full", "bounce.4.2.2", False),
    ],
)
def test_the_address_is_bad_only_where_a_final_status_speaks_of_it(status: str, said: str, why: str, is_hopeless: bool) -> None:
    told = only(notification(of("failed", status, said)))

    assert (told.why, told.is_hopeless, told.is_delivered) == (why, is_hopeless, False)


def test_what_is_late_is_a_note_what_arrived_has_arrived_and_what_was_passed_on_says_nothing() -> None:
    assert read(notification(of("delayed", "4.4.1", "451 4.4.1 try later")), NOW).told == (Delay(ID, AT, "4.4.1"),)
    assert read(notification(of("delivered", "2.0.0")), NOW).told == (Receipt("", True, AT, id=ID),)
    assert read(notification(of("relayed", "2.1.9")), NOW) == Heard()
    assert read(notification(of("expanded", "2.1.9")), NOW) == Heard()


def test_the_address_that_was_written_to_stands_before_the_one_it_was_forwarded_to() -> None:
    told = only(notification(f"Original-Recipient: rfc822;{YUE}\n{of(to='elsewhere@example.org')}"))

    assert told.to == (YUE, "elsewhere@example.org")


def test_each_recipient_of_a_forwarded_mail_is_told_up_to_a_limit() -> None:
    heard = read(notification("\n\n".join(of(to=f"a{number}@example.com") for number in range(50))), NOW)

    assert [one.to for one in heard.told if isinstance(one, Receipt)] == [(f"a{number}@example.com",) for number in range(MAX_GROUPS)]


@pytest.mark.parametrize(
    ("copy", "first"),
    [
        (f"List-Unsubscribe: <https://vip.shop.example/t/stop/{ID}>\nMessage-ID: <{OTHER}@relay.example>", ""),
        (f"Message-ID: <{ID.upper()}@shop.example>", ""),
        ("Message-ID: <0102019@eu-west-1.relay.example>", f"Original-Envelope-Id: {ID}"),
        ("Subject: Hello", f"X-Original-Message-ID: <{ID}@shop.example>"),
    ],
)
def test_a_touch_is_found_by_whatever_of_it_a_relay_left(copy: str, first: str) -> None:
    assert only(notification(of(), copy=copy, first=first)).id == ID


def test_a_notification_in_utf_8_is_read() -> None:
    group = of(status="5.1.1", to="yue@example.com").replace("rfc822;", "utf-8;")

    told = only(notification(group, kind="global-delivery-status"))

    assert (told.id, told.to, told.is_hopeless) == (ID, (YUE,), True)


def test_who_complains_is_found_although_the_address_was_blacked_out() -> None:
    assert read(mail("outlook_complaint"), NOW).told == (Complaint(ID, datetime(2026, 5, 5, 12, 0, tzinfo=UTC)),)


@pytest.mark.parametrize(("kind", "is_complaint"), [("opt-out", True), ("fraud", True), ("not-spam", False), ("virus", False), ("", False)])
def test_only_some_kinds_of_feedback_are_complaints(kind: str, is_complaint: bool) -> None:
    told = read(mail("outlook_complaint").replace(b"Feedback-Type: abuse", f"Feedback-Type: {kind}".encode()), NOW).told

    assert bool(told) is is_complaint


def test_a_report_in_words_that_speaks_of_later_is_a_note() -> None:
    later = mail("qmail").replace(b"553 sorry, no mailbox here by that name (#5.1.1)", b"451 try again")

    assert read(later, NOW).told == (Delay(ID, AT, "451"),)


def test_words_without_a_code_are_understood_where_a_server_says_them() -> None:
    said = mail("qmail").replace(b"553 sorry, no mailbox here by that name (#5.1.1)", "该用户不存在".encode())
    said = said.replace(
        b"Subject: failure", b'Content-Type: text/plain; charset="utf-8"\nContent-Transfer-Encoding: 8bit\nSubject: failure'
    )

    told = only(said)

    assert (told.why, told.is_hopeless, told.to) == ("bounce.5.1.1", True, (YUE,))


def test_what_the_mail_itself_said_is_not_what_the_server_says() -> None:
    ours = mail("qq").replace(b"Dear Yue", b"550 5.1.1 is the number of your order")
    forwarded = b"From: Ann <ann@shop.example>\nContent-Type: message/rfc822\n\n" + mail("postfix")

    assert only(ours).why == "bounce.550"
    assert read(forwarded, NOW) == Heard()


@pytest.mark.parametrize("name", ["out_of_office", "reply"])
def test_what_people_and_their_programs_answer_is_no_report(name: str) -> None:
    assert read(mail(name), NOW) == Heard()


@pytest.mark.parametrize("name", ["postfix", "office365", "gmail", "qmail", "exim", "coremail", "qq", "outlook_complaint"])
def test_what_brings_nothing_of_ours_back_is_no_report_whatever_it_says(name: str) -> None:
    assert read(mail(name).replace(ID.encode(), b"CAF=abc123"), NOW) == Heard()


def test_a_daemon_that_gives_no_reason_says_nothing() -> None:
    assert read(mail("qmail").replace(b"553 sorry, no mailbox here by that name (#5.1.1)", b"no reason"), NOW) == Heard()


@pytest.mark.parametrize("date", ["", "yesterday", "Tue, 05 May 2099 04:00:09 +0000", "Tue, 05 May 1999 04:00:09 +0000", "Tue, 99 May"])
def test_a_clock_that_stands_wrong_is_not_believed(date: str) -> None:
    assert only(mail("postfix").replace(b"Date: Tue,  5 May 2026 12:00:09 +0800 (CST)", f"Date: {date}".encode(), 1)).at == NOW


def test_what_was_cut_off_behind_the_report_is_read_all_the_same() -> None:
    whole = mail("postfix")

    assert only(whole[: whole.index(b"MIME-Version: 1.0\nContent-Type: text/plain; charset")]).id == ID


def test_no_sign_that_a_database_refuses_is_handed_on() -> None:
    told = only(notification(of(said="550 5.1.1 no\x00 such \x07user " + "x" * 5_000)))

    assert told.because.startswith("550 5.1.1 no such user x")
    assert len(told.because) <= 200


@pytest.mark.parametrize("name", ["postfix", "office365", "coremail", "outlook_complaint"])
def test_any_cut_and_any_dirt_is_taken_without_breaking(name: str) -> None:
    whole = mail(name)
    for place in range(0, len(whole), 37):
        assert isinstance(read(whole[:place], NOW), Heard)
        assert isinstance(read(whole[:place] + b"\xff\x00;\r\n" + whole[place + 5 :], NOW), Heard)


@pytest.mark.parametrize(
    "body",
    [
        b"<" * 250_000,
        b"<style " * 35_000,
        b"-" * 250_000,
        b"-- \n" * 60_000,
        b"user " * 50_000,
        b"user" + b" " * 250_000,
        b"550 " * 60_000,
        b"\n" * 250_000,
        b"<a@b.cn>:\n" * 25_000,
        b"a: b\n\n" * 40_000,
        b"X-Failed-Recipients: " + b"(" * 200_000,
    ],
)
@pytest.mark.parametrize("kind", ["text/plain", "text/html", "message/delivery-status", "message/rfc822"])
def test_nothing_that_somebody_sends_keeps_the_reader_busy(body: bytes, kind: str) -> None:
    hostile = b"From: mailer-daemon@example.com\nContent-Type: " + kind.encode() + b"\n\n" + body
    begun = perf_counter()

    read(hostile, NOW)

    assert perf_counter() - begun < 5.0
