"""The mailbox to which mail comes back, read over IMAP (RFC 9051): nothing in it is changed, and where reading stopped is remembered.

A mark is `UIDVALIDITY:UID` of the last mail that was read, and whose mailbox that was. Within one validity numbers only grow; with
another, and in another mailbox, reading begins anew.
"""

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.utils import format_datetime

from siyu.integrations.reach import ClosedError, connect
from siyu.touches.rules.hearing import Heard, UnreachableError
from siyu.touches.rules.sending import Account

from .returned import OLDEST, read

TIMEOUT = 20.0  # seconds for each step of a conversation
OWN_PORTS = frozenset({143, 993})  # a mailbox on this machine is as common as a relay
MAX_MAILS = 500  # of one visit
MAX_MAIL = 256 << 10  # bytes of a mail that are read: what it says stands in front of what came back
MAX_LITERAL = MAX_MAIL + 1_000  # bytes that a server may announce at once
_MARK = re.compile(r"(\d{1,10}):(\d{1,10}) (.*)", re.DOTALL)


def collect(account: Account, mark: str, now: datetime) -> Iterator[tuple[str, Heard]] | None:
    """What came back since `mark`, mail by mail, each with the mark behind it; None where the account names no mailbox.

    Raises `UnreachableError`, in the words of the server where it says any.
    """
    return _collected(account, mark, now) if account.get("imap_host") else None


def _collected(account: Account, mark: str, now: datetime) -> Iterator[tuple[str, Heard]]:
    try:
        with _visit(account) as imap:
            whose = f"{login(account)[0]} {account.get('imap_host')}"
            validity, last = _place(imap, mark, whose)
            for uid in _since(imap, last, now)[:MAX_MAILS]:
                yield f"{validity}:{uid} {whose}", read(_mail(imap, uid), now)
    except (imaplib.IMAP4.error, OSError, ValueError, ClosedError) as error:
        raise UnreachableError(f"cannot read the mailbox: {_words(error)}") from error


@contextmanager
def _visit(account: Account) -> Iterator[imaplib.IMAP4]:
    host, port, security = account.get("imap_host"), int(account.get("imap_port")), account.get("imap_security")
    imap = (
        _TlsLine(host, port, ssl_context=ssl.create_default_context(), timeout=TIMEOUT) if security == "tls" else _Line(host, port, TIMEOUT)
    )
    try:
        if security == "starttls":
            imap.starttls(ssl.create_default_context())
        user, password = login(account)
        imap.login(_quoted(user), password)
        if "ID" in imap.capabilities:
            imap.xatom("ID", '("name" "siyu" "vendor" "siyu")')  # RFC 2971; 163 and 126 open no mailbox to who does not say
        yield imap
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            imap.logout()


def login(account: Account) -> tuple[str, str]:
    """User name and password of the mailbox: its own, or those for SMTP."""
    if account.get("imap_user"):
        return account.get("imap_user"), account.get("imap_password")
    return account.get("user"), account.get("imap_password") or account.get("password")


def _place(imap: imaplib.IMAP4, mark: str, whose: str) -> tuple[int, int]:
    """The validity of the mailbox, and the number of the last mail that was read under it."""
    _answered(imap.select("INBOX", readonly=True))
    told = imap.response("UIDVALIDITY")[1]
    validity = int(told[-1] or 0) if told else 0
    found = _MARK.fullmatch(mark)
    return validity, int(found[2]) if found and int(found[1]) == validity and found[3] == whose else 0


def _since(imap: imaplib.IMAP4, last: int, now: datetime) -> list[int]:
    _, day, month, year, *_ = format_datetime(now - OLDEST).split()
    found = _answered(imap.uid("SEARCH", f"UID {last + 1}:*", f"SINCE {int(day)}-{month}-{year}"))
    numbers = (int(number) for line in found if isinstance(line, bytes) for number in line.split())
    return sorted(number for number in numbers if number > last)  # `*` is the newest, however old


def _mail(imap: imaplib.IMAP4, uid: int) -> bytes:
    """The beginning of a mail without marking it as seen; nothing when it was taken away meanwhile."""
    found = _answered(imap.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{MAX_MAIL}>)"))
    return next((bytes(part[1]) for part in found if isinstance(part, tuple)), b"")


def _answered(told: tuple[str, list]) -> list:
    kind, lines = told
    if kind != "OK":
        raise imaplib.IMAP4.error(lines[-1] if lines and isinstance(lines[-1], bytes) else kind.encode())
    return lines


class _Line(imaplib.IMAP4):
    """Goes only where it may, and takes no more at once than was asked for."""

    def _create_socket(self, timeout: float) -> socket.socket:
        return connect(self.host, self.port, timeout, OWN_PORTS)

    def read(self, size: int) -> bytes:
        return super().read(_bearable(size))


class _TlsLine(imaplib.IMAP4_SSL):
    """The same, and the certificate has to be the name's."""

    ssl_context: ssl.SSLContext

    def _create_socket(self, timeout: float) -> socket.socket:
        return self.ssl_context.wrap_socket(connect(self.host, self.port, timeout, OWN_PORTS), server_hostname=self.host)

    def read(self, size: int) -> bytes:
        return super().read(_bearable(size))


def _bearable(size: int) -> int:
    if size > MAX_LITERAL:
        raise imaplib.IMAP4.abort(f"the server sends {size} bytes at once")
    return size


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _words(error: Exception) -> str:
    said = error.args[0] if error.args and isinstance(error.args[0], bytes) else str(error) or type(error).__name__
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return "".join(sign for sign in text if sign.isprintable())[:250]
