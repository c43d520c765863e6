"""A mailbox is read from where reading stopped, nothing in it is changed, and whatever breaks is said in words."""

import ssl
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from siyu.integrations.email import inbound, outbound
from siyu.lib.refusal import Refusal
from siyu.touches.rules.hearing import UnreachableError
from siyu.touches.rules.sending import Account, Sent

from .mailbox import Mailbox, certified, mailbox
from .test_outbound import Server, free_port, raw_server
from .test_outbound import account as smtp_account
from .test_outbound import mail as message
from .test_returned import ID, NOW, mail

WHOSE = 'sh"op 127.0.0.1'


def account(box: Mailbox, **changes: str) -> Account:
    told = {"imap_host": "127.0.0.1", "imap_port": str(box.port), "imap_security": "none", "user": 'sh"op', **changes}
    return Account("mail", told, {"password": "p"})


def visited(box: Mailbox, mark: str = "", **changes: str) -> list[tuple[str, int]]:
    reports = inbound.collect(account(box, **changes), mark, NOW)
    assert reports is not None
    return [(mark, len(heard.told)) for mark, heard in reports]


def test_new_mail_is_read_in_order_and_nothing_in_the_mailbox_is_changed() -> None:
    with mailbox(mails={9: mail("qmail"), 3: mail("postfix"), 5: mail("reply")}) as box:
        read = visited(box)

    assert read == [(f"7:3 {WHOSE}", 1), (f"7:5 {WHOSE}", 0), (f"7:9 {WHOSE}", 1)]
    assert box.asked[1].startswith('LOGIN "sh\\"op" "p"')
    assert {one.split()[0] for one in box.asked} == {"CAPABILITY", "LOGIN", "ID", "EXAMINE", "UID", "LOGOUT"}
    assert all("PEEK" in one for one in box.asked if "FETCH" in one)
    assert "SINCE 5-Apr-2026" in next(one for one in box.asked if "SEARCH" in one)


def test_reading_goes_on_behind_the_mark_and_begins_anew_in_a_new_mailbox_or_that_of_another() -> None:
    with mailbox(mails={3: mail("postfix"), 5: mail("qmail")}) as box:
        assert visited(box, f"7:3 {WHOSE}") == [(f"7:5 {WHOSE}", 1)]
        assert visited(box, f"7:5 {WHOSE}") == []
        assert visited(box, f"6:5 {WHOSE}") == [(f"7:3 {WHOSE}", 1), (f"7:5 {WHOSE}", 1)]
        assert visited(box, "nonsense") == [(f"7:3 {WHOSE}", 1), (f"7:5 {WHOSE}", 1)]
        assert visited(box, "7:5 info 127.0.0.1") == [(f"7:3 {WHOSE}", 1), (f"7:5 {WHOSE}", 1)]


def test_a_visit_reads_so_many_mails_and_of_each_so_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbound, "MAX_MAILS", 2)
    long = mail("postfix") + b"x" * 2 * inbound.MAX_MAIL
    with mailbox(mails={number: long for number in range(1, 6)}) as box:
        assert visited(box) == [(f"7:1 {WHOSE}", 1), (f"7:2 {WHOSE}", 1)]
        assert visited(box, f"7:2 {WHOSE}") == [(f"7:3 {WHOSE}", 1), (f"7:4 {WHOSE}", 1)]


def test_who_has_to_say_a_name_before_a_mailbox_opens_says_it() -> None:
    with mailbox(mails={1: mail("coremail")}, wants_id=True) as box:
        assert visited(box) == [(f"7:1 {WHOSE}", 1)]


def test_a_mail_that_was_taken_away_meanwhile_is_passed_over() -> None:
    class Emptied(Mailbox):
        def _fetch(self, uid: int, most: int) -> list[bytes]:
            return [b"OK"]

    with mailbox(mails={1: b""}) as box:
        box.__class__ = Emptied
        assert visited(box) == [(f"7:1 {WHOSE}", 0)]


@pytest.mark.parametrize(
    ("told", "changes", "words"),
    [
        ({"password": "other"}, {}, "wrong password"),
        ({"breaks_at": "EXAMINE"}, {}, "cannot read the mailbox"),
        ({"breaks_at": "LOGIN"}, {}, "cannot read the mailbox"),
        ({"announces": 50_000_000}, {}, "sends 50000000 bytes at once"),
        ({}, {"imap_security": "tls"}, "cannot read the mailbox"),
        ({}, {"imap_security": "starttls"}, "TLS not supported"),
        ({}, {"imap_port": "1"}, "refused"),
    ],
)
def test_what_breaks_is_said_in_words(told: dict[str, Any], changes: dict[str, str], words: str) -> None:
    with mailbox(mails={1: mail("postfix")}, **told) as box, pytest.raises(UnreachableError, match=words):
        visited(box, **changes)


def test_a_line_cut_in_the_middle_keeps_what_was_read() -> None:
    with mailbox(mails={1: mail("postfix"), 2: mail("qmail")}, breaks_at="FETCH 2 ") as box:
        reports = inbound.collect(account(box), "", NOW)
        assert reports is not None
        assert next(reports)[0] == f"7:1 {WHOSE}"
        with pytest.raises(UnreachableError):
            next(reports)


def test_a_mailbox_behind_tls_is_believed_only_with_its_name(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    right, believed = certified(tmp_path)
    monkeypatch.setattr(ssl, "create_default_context", lambda: believed)
    with mailbox(mails={1: mail("postfix")}, tls=right) as box:
        assert visited(box, imap_security="tls") == [(f"7:1 {WHOSE}", 1)]

    wrong, believed = certified(tmp_path, "mail.example.org")
    with mailbox(mails={1: mail("postfix")}, tls=wrong) as box, pytest.raises(UnreachableError, match="certificate"):
        visited(box, imap_security="tls")


def test_a_mail_server_behind_tls_likewise(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shown, believed = certified(tmp_path)
    controller = Controller(Server(), hostname="127.0.0.1", port=free_port(), ssl_context=shown)
    controller.start()
    monkeypatch.setattr(ssl, "create_default_context", lambda: believed)
    try:
        entered = Account("mail", {**smtp_account(controller.port).settings, "security": "tls"})
        assert list(outbound.send(entered, [message("a@example.com")])) == [Sent("2.0.0 queued as 42")]
    finally:
        controller.stop()


def test_no_mailbox_is_asked_where_none_is_named_or_where_it_is_closed(settings: Any) -> None:
    settings.REACHABLE = []

    assert inbound.collect(Account("mail", {"user": "shop"}), "", NOW) is None
    with mailbox(mails={1: mail("postfix")}) as box, pytest.raises(UnreachableError, match="where nothing may be sent"):
        visited(box)
    assert box.asked == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, ""),
        ({"imap_host": ""}, ""),
        ({"imap_security": "ssl"}, "channel.security"),
        ({"imap_port": "99999"}, "channel.port"),
        ({"imap_host": "imap..example.com"}, "channel.host"),
        ({"imap_host": "169.254.169.254"}, "channel.closed"),
        ({"imap_host": "localhost", "imap_port": "6379"}, "channel.closed"),
        ({"imap_host": "localhost", "imap_port": "143"}, ""),
        ({"imap_user": "shop\r\nA1 DELETE INBOX"}, "channel.user"),
        ({"imap_user": "other"}, "channel.user"),
        ({"user": ""}, "channel.user"),
        ({"bounce": "bounces"}, "channel.bounce"),
        ({"bounce": "bounces@店铺.example"}, "channel.bounce"),
        ({"bounce": "bounces@shop.example"}, ""),
    ],
)
def test_what_is_entered_of_a_mailbox_is_checked(settings: Any, changes: dict[str, str], code: str) -> None:
    settings.REACHABLE = []
    told = {**smtp_account(25).settings, "host": "smtp.example.com", "imap_host": "imap.example.com", "imap_port": "993"}
    entered = Account("mail", {**told, "imap_security": "tls", "user": "shop", **changes}, {"password": "p"})
    if not code:
        outbound.check(entered)
        return

    with pytest.raises(Refusal) as refused:
        outbound.check(entered)
    assert refused.value.code == code


def spoken(answer_to_ehlo: bytes, **changes: str) -> list[bytes]:
    said: list[bytes] = []

    def answer(line: bytes) -> bytes | None:
        said.append(line.strip())
        return None if line.upper().startswith(b"DATA") else answer_to_ehlo if line.upper().startswith(b"EHLO") else b"250 OK\r\n"

    with raw_server(answer) as port:
        list(outbound.send(Account("mail", {**smtp_account(port).settings, **changes}), [message("yue+shop@example.com")]))
    return [line for line in said if line.lower().startswith((b"mail", b"rcpt"))]


def test_mail_comes_back_to_the_address_that_the_account_names_and_is_asked_to_bring_its_number_along() -> None:
    plain = spoken(b"250-raw\r\n250 DSN\r\n", bounce="bounces@shop.example")
    asked = spoken(b"250-raw\r\n250 DSN\r\n", imap_host="imap.example.com")
    cannot = spoken(b"250 raw\r\n", imap_host="imap.example.com")

    assert plain == [b"mail FROM:<bounces@shop.example>", b"rcpt TO:<yue+shop@example.com>"]
    assert asked == [
        f"mail FROM:<shop@example.com> ENVID={ID} RET=HDRS".encode(),
        b"rcpt TO:<yue+shop@example.com> NOTIFY=FAILURE,DELAY ORCPT=rfc822;yue+2Bshop@example.com",
    ]
    assert cannot == [b"mail FROM:<shop@example.com>", b"rcpt TO:<yue+shop@example.com>"]
