"""Mail leaves by one SMTP conversation a set; what the server said decides whether trying again makes sense."""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from email.errors import MessageError
from email.headerregistry import Address

from siyu.integrations.reach import ClosedError, check_server, connect
from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.lib.words import gettext_noop
from siyu.touches.rules.sending import Account, ChannelField, GiveUp, Message, Outcome, Retry, Sent, Unknown

from .compose import compose
from .inbound import OWN_PORTS as IMAP_PORTS
from .inbound import collect, login
from .refusals import is_of_address, status_in

__all__ = ["FIELDS", "HOPELESS", "MEDIUM", "TITLE", "check", "collect", "send"]
TITLE, MEDIUM = gettext_noop("E-mail by SMTP"), "email"
SECURITY = (
    ("tls", gettext_noop("TLS from the first byte")),
    ("starttls", gettext_noop("STARTTLS")),
    ("none", gettext_noop("Not encrypted")),
)
PORTS = (1, 65_535)
FIELDS = (
    ChannelField("host", "SMTP server", leads=True),
    ChannelField("port", "Port", usual="465", bounds=PORTS),
    ChannelField("security", "Encryption", usual="tls", choices=SECURITY),
    ChannelField("user", "User name", is_required=False),
    ChannelField("password", "Password", is_secret=True, is_required=False),
    ChannelField("sender", "Sender's address"),
    ChannelField("name", "Sender's name", is_required=False),
    ChannelField("bounce", "Address to which mail comes back (empty: the sender's)", is_required=False),
    ChannelField("imap_host", "IMAP server of that mailbox (empty: it is not read)", is_required=False, leads=True),
    ChannelField("imap_port", "IMAP port", usual="993", is_required=False, bounds=PORTS),
    ChannelField("imap_security", "Encryption of IMAP", usual="tls", is_required=False, choices=SECURITY),
    ChannelField("imap_user", "IMAP user name (empty: as for SMTP)", is_required=False),
    ChannelField("imap_password", "IMAP password (empty: as for SMTP)", is_secret=True, is_required=False),
)
# codes that mean: this address does not exist. What was refused for another reason has a longer one: smtp.rcpt.550, smtp.550.5.7.1
HOPELESS = frozenset(f"smtp.{code}" for code in range(500, 560))
TIMEOUT = 20.0  # seconds for each step of a conversation
OWN_PORTS = frozenset({25, 465, 587, 2525})  # a relay on this machine is common; any other port here belongs to something else
SOON, LATER = timedelta(minutes=2), timedelta(minutes=15)
_LINE_WITH_DOT = re.compile(rb"^\.", re.MULTILINE)


def check(account: Account) -> None:
    """Whether the settings can be used.

    Refusals: `channel.security`, `channel.host`, `channel.port`, `channel.closed`, `channel.sender`, `channel.bounce`, `channel.user`.
    """
    _check_server(account, "", OWN_PORTS)
    if not _can(lambda: Address(account.get("name"), addr_spec=account.get("sender")).addr_spec.encode("ascii")):
        raise Refusal("channel.sender", "the sender is an e-mail address in ASCII, such as shop@example.com")
    if account.get("bounce") and not _can(lambda: Address(addr_spec=account.get("bounce")).addr_spec.encode("ascii")):
        raise Refusal("channel.bounce", "mail comes back to an e-mail address in ASCII, such as bounces@example.com")
    logins = "".join(account.get(name) for name in ("user", "password", "imap_user", "imap_password"))
    if not (logins.isascii() and logins.isprintable()):
        raise Refusal("channel.user", "user name and password are in ASCII")
    if account.get("imap_host"):
        _check_server(account, "imap_", IMAP_PORTS)
        if not all(login(account)):
            raise Refusal("channel.user", "a mailbox needs a user name and a password")


def _check_server(account: Account, prefix: str, own: frozenset[int]) -> None:
    host, port = account.get(f"{prefix}host"), account.get(f"{prefix}port")
    if account.get(f"{prefix}security") not in dict(SECURITY):
        raise Refusal("channel.security", "security is tls, starttls or none")
    if not (port.isdecimal() and PORTS[0] <= int(port) <= PORTS[1]):
        raise Refusal("channel.port", "a port lies between 1 and 65535")
    if not _can(lambda: host.encode("idna")):
        raise Refusal("channel.host", "this is no name of a server")
    check_server(host, int(port), own)


def send(account: Account, messages: Sequence[Message]) -> Iterator[Outcome]:
    """Hand the messages over, one outcome each, in order. A broken conversation is begun anew for the next message.

    Where none can be begun, nobody is asked again for the rest: servers lock out who logs in wrongly time and again.
    """
    smtp: smtplib.SMTP | None = None
    try:
        for place, message in enumerate(messages):
            try:
                smtp = smtp or _connect(account)
            except (smtplib.SMTPException, OSError, ValueError, ClosedError) as error:  # ValueError: settings that no check foresaw
                because = f"cannot reach the mail server: {_words(error)}"
                yield from (Retry(LATER, because) for _ in messages[place:])
                return
            outcome = _deliver(smtp, account, message)
            if isinstance(outcome, Unknown) or not _is_alive(smtp):
                smtp.close()
                smtp = None
            yield outcome
    finally:
        if smtp is not None:
            _part(smtp)


class _Line(smtplib.SMTP):
    """Goes only where it may."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return connect(host, port, timeout, OWN_PORTS)


class _TlsLine(smtplib.SMTP_SSL):
    """The same, and the certificate has to be the name's."""

    context: ssl.SSLContext

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self.context.wrap_socket(connect(host, port, timeout, OWN_PORTS), server_hostname=host)


def _connect(account: Account) -> smtplib.SMTP:
    host, port, security = account.get("host"), int(account.get("port")), account.get("security")
    if security == "tls":
        smtp: smtplib.SMTP = _TlsLine(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
    else:
        smtp = _Line(host, port, timeout=TIMEOUT)
    try:
        if security == "starttls":
            smtp.starttls(context=ssl.create_default_context())
        if account.get("user"):
            smtp.login(account.get("user"), account.get("password"))
        smtp.ehlo_or_helo_if_needed()
    except BaseException:
        smtp.close()
        raise
    return smtp


def _deliver(smtp: smtplib.SMTP, account: Account, message: Message) -> Outcome:
    try:
        mail = compose(message, account.get("sender"), account.get("name"), utc_now())
        message.to.encode("ascii")
    except (ValueError, IndexError, MessageError) as error:
        return GiveUp("message.invalid", str(error))
    of_mail, of_rcpt = _asked_back(smtp, account, message)
    try:
        for step, say in (
            ("mail", lambda: smtp.mail(account.get("bounce") or account.get("sender"), of_mail)),
            ("rcpt", lambda: smtp.rcpt(message.to, of_rcpt)),
            ("data", lambda: smtp.docmd("DATA")),
        ):
            code, words = say()
            if code >= 400:
                _begin_anew(smtp)
                return _refused(step, code, words)
        smtp.send(_LINE_WITH_DOT.sub(b"..", mail))  # without its end nothing is taken
    except (smtplib.SMTPException, OSError) as error:
        return Retry(SOON, f"the conversation broke off: {_words(error)}")
    return _end(smtp)


def _asked_back(smtp: smtplib.SMTP, account: Account, message: Message) -> tuple[list[str], list[str]]:
    """What a notification is asked to bring back (RFC 3461), where there is a mailbox to read it from and the server knows how."""
    if not (account.get("imap_host") and smtp.has_extn("dsn")):
        return [], []
    address = re.sub(r"[^!-*,-<>-~]", lambda sign: f"+{ord(sign[0]):02X}", message.to)
    return [f"ENVID={message.id}", "RET=HDRS"], ["NOTIFY=FAILURE,DELAY", f"ORCPT=rfc822;{address}"]


def _end(smtp: smtplib.SMTP) -> Outcome:
    """Say that the mail is complete. From here on only the server's answer tells whether it was taken."""
    try:
        smtp.send(b".\r\n")
        code, words = smtp.getreply()
    except (smtplib.SMTPException, OSError) as error:
        return Unknown(f"no answer after the mail was handed over: {_words(error)}")
    return Sent(words.decode(errors="replace")[:200]) if code < 400 else _refused("data", code, words)


def _refused(step: str, code: int, words: bytes) -> Outcome:
    """A no. What the server has against the sender is the account's fault, and passes when that is put right."""
    because = f"{code} {words.decode(errors='replace')[:300]}"
    if code < 500 or step == "mail":
        return Retry(LATER, because)
    status = status_in(words)
    if is_of_address(code if step == "rcpt" else 0, words, status):
        return GiveUp(f"smtp.{code}", because)
    return GiveUp(f"smtp.{code}.{status.decode()}" if status and step == "rcpt" else f"smtp.{step}.{code}", because)


def _begin_anew(smtp: smtplib.SMTP) -> None:
    """Ready for the next mail; a server that hangs up instead has said what it had to say."""
    try:
        smtp.rset()
    except (smtplib.SMTPException, OSError):
        smtp.close()


def _is_alive(smtp: smtplib.SMTP) -> bool:
    return smtp.sock is not None


def _part(smtp: smtplib.SMTP) -> None:
    try:
        smtp.quit()
    except (smtplib.SMTPException, OSError):
        smtp.close()


def _can(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except (ValueError, IndexError, MessageError):
        return False
    return True


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"[:300]
    return (str(error) or type(error).__name__)[:300]
