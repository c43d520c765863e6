"""A real SMTP conversation: taken, put off, refused, broken off, and the one case in which nobody knows."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from siyu.integrations.email import outbound
from siyu.lib.refusal import Refusal
from siyu.touches.rules.sending import Account, Attachment, GiveUp, Message, Retry, Sent, Unknown

ID = UUID("6f1e8f4e-38a5-4f0c-9d0a-0d4f6a1c2b3d")


class Server:
    """Answers as told: by the recipient's name."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("full"):
            return "452 4.2.2 mailbox full"
        if address.startswith("gone"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        to = envelope.rcpt_tos[0]
        if to.startswith("spam"):
            return "554 5.7.1 rejected as spam"
        if to.startswith("grey"):
            return "451 4.7.1 try later"
        if to.startswith("cut"):
            server.transport.close()
            await asyncio.sleep(0)
            return "250 nobody hears this"
        if to.startswith("slow"):
            await asyncio.sleep(1.5)
        self.mails.append(envelope.content)
        return "250 2.0.0 queued as 42"


@contextmanager
def mail_server() -> Iterator[tuple[Server, Account]]:
    handler = Server()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield handler, account(controller.port)
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def account(port: int) -> Account:
    return Account("mail", {"host": "127.0.0.1", "port": str(port), "security": "none", "sender": "shop@example.com", "name": "山茶小铺"})


def mail(to: str, **changes) -> Message:
    words = {"subject": "生日快乐，小月", "text": "亲爱的小月：\n.点开头的一行\n", "html": "<p>生日快乐</p>"}
    return Message(id=ID, to=to, **{**words, **changes})


def test_a_mail_arrives_whole_with_its_headers_and_leading_dots() -> None:
    with mail_server() as (server, account):
        outcome = list(
            outbound.send(
                account,
                [
                    mail(
                        "yue@example.com",
                        unsubscribe_url="https://shop.example/u/abc",
                        attachments=(Attachment("券.txt", "text/plain", "满100减10".encode()),),
                    )
                ],
            )
        )

    assert outcome == [Sent("2.0.0 queued as 42")]
    got = message_from_bytes(server.mails[0], policy=default)
    assert got["Subject"] == "生日快乐，小月"
    assert got["From"].addresses[0].display_name == "山茶小铺"
    assert got["Message-ID"] == f"<{ID}@example.com>"
    assert got["List-Unsubscribe"] == "<https://shop.example/u/abc>"
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert got.get_body(("plain",)).get_content().splitlines() == ["亲爱的小月：", ".点开头的一行"]
    assert got.get_body(("html",)).get_content().strip() == "<p>生日快乐</p>"
    assert next(got.iter_attachments()).get_filename() == "券.txt"


def test_a_long_address_to_say_no_stands_in_its_header_as_it_is() -> None:
    address = f"https://members.camellia-shop.example.com/t/stop/{ID}"
    with mail_server() as (server, account):
        list(outbound.send(account, [mail("yue@example.com", unsubscribe_url=address)]))

    assert f"\r\nList-Unsubscribe: <{address}>\r\n".encode() in server.mails[0]


def test_a_line_that_begins_with_a_dot_does_not_end_the_mail() -> None:
    with mail_server() as (server, account):
        list(outbound.send(account, [mail("a@example.com", text="Dear Yue,\n.\n..two dots\nbye\n", html="")]))

    assert message_from_bytes(server.mails[0], policy=default).get_content().splitlines() == ["Dear Yue,", ".", "..two dots", "bye"]


def test_what_the_server_says_decides_and_neighbours_are_not_touched_by_it() -> None:
    people = ["full@example.com", "a@example.com", "gone@example.com", "spam@example.com", "grey@example.com", "b@example.com"]
    with mail_server() as (server, account):
        outcomes = list(outbound.send(account, [mail(to) for to in people]))

    assert isinstance(outcomes[0], Retry)
    assert outcomes[0].because.startswith("452")
    assert outcomes[2] == GiveUp("smtp.550", "550 5.1.1 no such user")
    assert isinstance(outcomes[3], GiveUp)
    assert outcomes[3].code == "smtp.data.554"
    assert isinstance(outcomes[4], Retry)
    assert isinstance(outcomes[1], Sent)
    assert isinstance(outcomes[5], Sent)
    assert len(server.mails) == 2


def test_a_line_cut_after_the_mail_was_handed_over_is_unknown_and_the_next_goes_on_a_new_line() -> None:
    with mail_server() as (server, account):
        outcomes = list(outbound.send(account, [mail("cut@example.com"), mail("a@example.com")]))

    assert isinstance(outcomes[0], Unknown)
    assert isinstance(outcomes[1], Sent)
    assert len(server.mails) == 1


def test_a_server_too_slow_to_answer_is_unknown_not_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "TIMEOUT", 0.5)
    with mail_server() as (_, account):
        outcomes = list(outbound.send(account, [mail("slow@example.com")]))

    assert isinstance(outcomes[0], Unknown)


def test_a_line_cut_before_the_mail_was_complete_may_be_tried_again() -> None:
    with raw_server(lambda line: None if line.startswith(b"DATA") else b"250 OK\r\n") as port:
        outcomes = list(outbound.send(account(port), [mail("a@example.com")]))

    assert isinstance(outcomes[0], Retry)


def test_a_server_that_is_not_there_costs_nothing_but_time() -> None:
    outcomes = list(outbound.send(account(free_port()), [mail("a@example.com"), mail("b@example.com")]))

    assert [type(outcome) for outcome in outcomes] == [Retry, Retry]


def test_a_wrong_log_in_is_tried_once_for_a_set() -> None:
    tried: list[bytes] = []

    def refuse(server, session, envelope, mechanism, told):
        tried.append(told.password)
        return AuthResult(success=False, handled=False)

    controller = Controller(Server(), hostname="127.0.0.1", port=free_port(), authenticator=refuse, auth_require_tls=False)
    controller.start()
    try:
        known = account(controller.port)
        wrong = Account("mail", {**known.settings, "user": "shop"}, {"password": "wrong"})
        outcomes = list(outbound.send(wrong, [mail(f"{name}@example.com") for name in "abc"]))
    finally:
        controller.stop()

    assert [type(outcome) for outcome in outcomes] == [Retry] * 3
    assert set(tried) == {b"wrong"}
    assert len(tried) <= 3  # the ways to log in that the server offers, once each


@pytest.mark.parametrize(
    ("step", "reply", "outcome"),
    [
        (b"MAIL", b"553 Mail from must equal authorized user", Retry),
        (b"MAIL", b"530 5.7.0 authentication required", Retry),
        (b"RCPT", b"421 4.7.0 too many connections", Retry),
        (b"RCPT", b"550 no such user", "smtp.550"),
        (b"RCPT", b"550-5.1.1 no such user\r\n550 5.1.1 here", "smtp.550"),
        (b"RCPT", b"550 5.2.1 this mailbox is closed", "smtp.550"),
        (b"RCPT", b"550 5.2.1 The user you are trying to contact is receiving mail at a rate that", "smtp.550.5.2.1"),
        (b"RCPT", b"553 5.1.3 bad address", "smtp.553"),
        (b"RCPT", b"550 5.7.1 blocked, see a list of bad servers", "smtp.550.5.7.1"),
        (b"RCPT", b"550 5.1.8 the sender's domain does not exist", "smtp.550.5.1.8"),
        (b"RCPT", b"552 5.2.2 over quota", "smtp.552.5.2.2"),
        (b"RCPT", b"550 User not found: a@example.com", "smtp.550"),
        (b"RCPT", b"550 Mailbox not found. http://service.mail.example.com", "smtp.550"),
        (b"RCPT", b"551 user has gone", "smtp.551"),
        (b"RCPT", b"553 sorry, no mailbox here by that name (#5.1.1)", "smtp.553"),
        (b"RCPT", b"554 5.1.1 unknown user", "smtp.554"),
        (b"RCPT", b"501 5.1.3 bad recipient address syntax", "smtp.501"),
        (b"RCPT", b"556 5.1.10 the domain takes no mail", "smtp.556"),
        (b"DATA", b"550 5.1.10 recipient not found", "smtp.550"),
        (b"RCPT", b"550 Mailbox unavailable or access denied", "smtp.rcpt.550"),
        (b"RCPT", b"550 Connection frequency limited", "smtp.rcpt.550"),
        (b"RCPT", b"550 relay not permitted", "smtp.rcpt.550"),
        (b"RCPT", b"553 host denies relay", "smtp.rcpt.553"),
        (b"RCPT", b"553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", "smtp.553.5.7.1"),
        (b"RCPT", b"550 black ip", "smtp.rcpt.550"),
        (b"RCPT", b"550 this mailbox is full", "smtp.rcpt.550"),
        (b"RCPT", b"554 no", "smtp.rcpt.554"),
        (b"DATA", b"550 5.7.1 not with these contents", "smtp.data.550"),
        (b"DATA", b"554 DT:SPM", "smtp.data.554"),
    ],
)
def test_an_address_is_bad_only_where_the_server_speaks_of_it(step: bytes, reply: bytes, outcome) -> None:
    with raw_server(lambda line: None if line.startswith((b"rset", b"RSET")) else said(line, step, reply)) as port:
        answer = next(iter(outbound.send(account(port), [mail("a@example.com")])))

    if isinstance(answer, GiveUp):
        assert answer.code == outcome
        assert (answer.code in outbound.HOPELESS) == (outcome.count(".") == 1)
    else:
        assert type(answer) is outcome


def said(line: bytes, step: bytes, reply: bytes) -> bytes:
    return (reply if line.upper().startswith(step) else b"250 OK") + b"\r\n"


@pytest.mark.parametrize(
    "to",
    [
        "no-address",
        "a@example.com.",
        "a@example..com",
        "a@b@example.com",
        "[a]@example.com",
        "小月@example.com",
        "a@example.com\r\nBcc: all@example.com",
    ],
)
def test_what_cannot_be_an_address_is_given_up_before_anything_is_said(to: str) -> None:
    with mail_server() as (server, account):
        outcomes = list(outbound.send(account, [mail(to)]))

    assert isinstance(outcomes[0], GiveUp)
    assert outcomes[0].code == "message.invalid"
    assert server.mails == []


def test_a_subject_cannot_smuggle_a_header() -> None:
    with mail_server() as (server, account):
        outcomes = list(outbound.send(account, [mail("a@example.com", subject="Hi\r\nBcc: all@example.com")]))

    assert isinstance(outcomes[0], GiveUp)
    assert server.mails == []


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("security", "ssl3", "channel.security"),
        ("port", "0", "channel.port"),
        ("port", "²", "channel.port"),
        ("host", "mail..example.com", "channel.host"),
        ("sender", "x", "channel.sender"),
        ("sender", "Shop <shop@example.com>", "channel.sender"),
        ("sender", "shop@店铺.example", "channel.sender"),
        ("name", "Shop\r\nBcc: all@example.com", "channel.sender"),
        ("password", "密码", "channel.user"),
    ],
)
def test_settings_are_checked_before_they_are_used(name: str, value: str, code: str) -> None:
    right = account(25)
    with pytest.raises(Refusal) as refused:
        outbound.check(Account("mail", {**right.settings, name: value}))

    assert refused.value.code == code
    outbound.check(right)


@pytest.mark.parametrize(
    ("host", "port", "is_open"),
    [
        ("smtp.example.com", "465", True),
        ("10.0.0.5", "2526", True),
        *((host, port, True) for host in ("localhost", "127.0.0.1", "::1", "127.1") for port in ("25", "465", "587", "2525")),
        *((host, port, False) for host in ("localhost", "127.0.0.1", "::1", "2130706433") for port in ("22", "5432", "6379", "8000")),
        ("169.254.169.254", "25", False),
        ("100.100.100.200", "25", False),
        ("::ffff:169.254.169.254", "25", False),
        ("0.0.0.0", "25", False),
    ],
)
def test_a_relay_on_this_machine_is_open_and_its_other_ports_and_clouds_are_closed(
    settings: Any, host: str, port: str, is_open: bool
) -> None:
    settings.REACHABLE = []
    entered = Account("mail", {**account(25).settings, "host": host, "port": port})
    if is_open:
        outbound.check(entered)
        return

    with pytest.raises(Refusal) as refused:
        outbound.check(entered)
    assert refused.value.code == "channel.closed"
    outcome = next(iter(outbound.send(entered, [mail("a@example.com")])))
    assert isinstance(outcome, Retry)
    assert "where nothing may be sent" in outcome.because


def test_a_name_that_leads_into_this_machine_is_not_even_connected_to(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REACHABLE = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_n: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))])
    monkeypatch.setattr(socket, "create_connection", lambda *_a, **_n: pytest.fail("connected"))
    entered = Account("mail", {**account(6379).settings, "host": "mail.example.com"})

    outcomes = [
        next(iter(outbound.send(Account("mail", {**entered.settings, **one}), [mail("a@example.com")])))
        for one in ({}, {"security": "tls"})
    ]

    assert [type(one) for one in outcomes] == [Retry, Retry]
    assert all("mail.example.com leads to 127.0.0.1" in str(one) for one in outcomes)


@contextmanager
def raw_server(answer: Callable[[bytes], bytes | None]) -> Iterator[int]:
    """A server that hangs up where `answer` gives nothing."""
    state = SimpleNamespace(listener=socket.create_server(("127.0.0.1", 0)))

    def serve() -> None:
        line, _ = state.listener.accept()
        with line, line.makefile("rb") as lines:
            line.sendall(b"220 raw\r\n")
            for asked in lines:
                if (said := answer(asked)) is None:
                    return
                line.sendall(said)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield state.listener.getsockname()[1]
    finally:
        state.listener.close()
        thread.join(2)
