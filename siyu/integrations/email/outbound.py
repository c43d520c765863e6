"""Mail leaves by one SMTP conversation a set; what the server said decides whether trying again makes sense."""

import re
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from datetime import timedelta

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.lib.words import gettext_noop
from siyu.touches.rules.sending import Account, ChannelField, GiveUp, Message, Outcome, Retry, Sent, Unknown

from .compose import compose

TITLE, MEDIUM = gettext_noop("E-mail by SMTP"), "email"
FIELDS = (
    ChannelField("host", "SMTP server"),
    ChannelField("port", "Port", usual="465"),
    ChannelField("security", "Security: tls, starttls or none", usual="tls"),
    ChannelField("user", "User name", is_required=False),
    ChannelField("password", "Password", is_secret=True, is_required=False),
    ChannelField("sender", "Sender's address"),
    ChannelField("name", "Sender's name", is_required=False),
)
HOPELESS = frozenset({"smtp.550", "smtp.551", "smtp.553"})  # codes that mean: this address does not exist
TIMEOUT = 20.0  # seconds for each step of a conversation
SOON, LATER = timedelta(minutes=2), timedelta(minutes=15)
_LINE_WITH_DOT = re.compile(rb"^\.", re.MULTILINE)


def check(account: Account) -> None:
    """Whether the settings can be used. Refusals: `channel.security`, `channel.port`, `channel.sender`."""
    if account.get("security") not in ("tls", "starttls", "none"):
        raise Refusal("channel.security", "security is tls, starttls or none")
    if not (account.get("port").isdigit() and 0 < int(account.get("port")) < 65_536):
        raise Refusal("channel.port", "a port lies between 1 and 65535")
    if "@" not in account.get("sender"):
        raise Refusal("channel.sender", "the sender is an e-mail address")


def send(account: Account, messages: Sequence[Message]) -> Iterator[Outcome]:
    """Hand the messages over, one outcome each, in order. A broken conversation is begun anew for the next message."""
    smtp: smtplib.SMTP | None = None
    for message in messages:
        try:
            smtp = smtp or _connect(account)
        except (smtplib.SMTPException, OSError) as error:
            yield Retry(LATER, f"cannot reach the mail server: {_words(error)}")
            continue
        outcome = _deliver(smtp, account, message)
        if isinstance(outcome, Unknown) or not _is_alive(smtp):
            smtp.close()
            smtp = None
        yield outcome
    if smtp is not None:
        _part(smtp)


def _connect(account: Account) -> smtplib.SMTP:
    host, port, security = account.get("host"), int(account.get("port")), account.get("security")
    if security == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
    else:
        smtp = smtplib.SMTP(host, port, timeout=TIMEOUT)
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
    except (ValueError, IndexError) as error:
        return GiveUp("message.invalid", str(error))
    try:
        for reply in (lambda: smtp.mail(account.get("sender")), lambda: smtp.rcpt(message.to), lambda: smtp.docmd("DATA")):
            code, words = reply()
            if code >= 400:
                smtp.rset()
                return _refused(code, words)
        smtp.send(_LINE_WITH_DOT.sub(b"..", mail))  # without its end nothing is taken
    except (smtplib.SMTPException, OSError) as error:
        return Retry(SOON, f"the conversation broke off: {_words(error)}")
    return _end(smtp)


def _end(smtp: smtplib.SMTP) -> Outcome:
    """Say that the mail is complete. From here on only the server's answer tells whether it was taken."""
    try:
        smtp.send(b".\r\n")
        code, words = smtp.getreply()
    except (smtplib.SMTPException, OSError) as error:
        return Unknown(f"no answer after the mail was handed over: {_words(error)}")
    return Sent(words.decode(errors="replace")[:200]) if code < 400 else _refused(code, words)


def _refused(code: int, words: bytes) -> Outcome:
    because = f"{code} {words.decode(errors='replace')[:300]}"
    return GiveUp(f"smtp.{code}", because) if code >= 500 else Retry(LATER, because)


def _is_alive(smtp: smtplib.SMTP) -> bool:
    return smtp.sock is not None


def _part(smtp: smtplib.SMTP) -> None:
    try:
        smtp.quit()
    except (smtplib.SMTPException, OSError):
        smtp.close()


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"[:300]
    return (str(error) or type(error).__name__)[:300]
