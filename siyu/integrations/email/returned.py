"""What a mail that came back says, as reports: delivery status notifications (RFC 3464), abuse reports (RFC 5965), and the words that
qmail, Exim, Coremail (163), QQ and others write instead. Pure.

Whose it is stands in what it brings back of ours: the touch's number, of which 80 bits are random, in the Message-ID, in the address to say
no or in the envelope's number (RFC 3461). Without one of these it is no report, whoever sent it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, message_from_string
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from html import unescape
from itertools import islice

from siyu.touches.rules.hearing import Complaint, Delay, Heard, Receipt, Told

from .refusals import is_of_address

MAX_PARTS, MAX_GROUPS = 50, 10  # of one mail that are looked at
MAX_TEXT, MAX_FIELD = 20_000, 2_000  # characters of what is written for people, and of a header
OLDEST = timedelta(days=30)  # a date before that is a clock that stands wrong
COMPLAINTS = frozenset({"abuse", "fraud", "opt-out", "opt-out-list"})  # of Feedback-Type; not-spam, virus and auth-failure are none
_UUID = r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
_OURS = re.compile(rf"<{_UUID}@|/t/stop/{_UUID}|^{_UUID}$", re.IGNORECASE)
_COPIES = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global", "message/global-headers")
_STATUSES = ("message/delivery-status", "message/global-delivery-status")
_CODE = re.compile(r"\b(4[2-5]\d|5[0-5]\d)[ -]")
_STATUS = re.compile(r"(?:^|#|\b[45]\d\d[ -]\(?)([45]\.\d{1,3}\.\d{1,3})\b")  # RFC 3463; behind a code, or (#5.1.1)
_DAEMON = re.compile(r"\b(mailer-?daemon|post-?master|mail-?daemon|double-?bounce|bounce)\b", re.IGNORECASE)
_NOBODY = re.compile(  # said without a code, mostly by Coremail and QQ
    r"(user|mailbox|recipient|account|address)\s+(is\s+)?(unknown|not found|does not exist|doesn't exist|not exist)"
    r"|no such (user|mailbox|recipient)"
    r"|(unknown|invalid) (user|recipient)|收件人(邮件地址|邮箱|地址)?不存在|(该)?用户不存在|未开通.{0,10}邮箱|邮箱(地址)?不存在",
    re.IGNORECASE,
)
_QMAIL = re.compile(r"^<([^<>\s]{3,254})>:[ \t]*$", re.MULTILINE)
_BELOW = re.compile(r"^--[^\n]{0,100}?(copy of|original|forwarded|原邮件|below this line)", re.IGNORECASE | re.MULTILINE)
_EMPTY_LINES = re.compile(rb"(?:\r?\n){3,}")  # each would be a group of its own to the standard library, at a cost
_TAG = re.compile(r"<(?:style|script)\b[^<]*</|<[^<>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a server said of one recipient: an enhanced status, or what stands in for one, and its words."""

    code: int
    status: str
    words: str

    @property
    def is_final(self) -> bool:
        return (self.status or str(self.code)).startswith("5")

    @property
    def is_hopeless(self) -> bool:
        return self.is_final and is_of_address(self.code, self.words.encode(), self.status.encode())

    @property
    def why(self) -> str:
        return f"bounce.{self.status or self.code}"


def read(mail: bytes, now: datetime) -> Heard:
    """The reports in a mail; none in one that is no report, and a fault in one that cannot be taken apart."""
    try:
        message = message_from_bytes(_EMPTY_LINES.sub(b"\n\n", mail))
        return Heard(tuple(_reports(message, now)))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:  # what the standard library makes of odd mail
        return Heard((), (f"{type(error).__name__}: {error}"[:300],))


def _reports(message: Message, now: datetime) -> Iterator[Told]:
    parts = list(islice(_walk(message), MAX_PARTS))
    at = _date(message, now)
    feedback = [part for part in parts if part.get_content_type() == "message/feedback-report"]
    statuses = [part for part in parts if part.get_content_type() in _STATUSES]
    if feedback:
        id_ = _number(_copies(parts), [])
        if id_ and _field(_groups(feedback[0])[0], "Feedback-Type").lower() in COMPLAINTS:
            yield Complaint(id_, at)
    elif statuses:
        yield from _of_groups(_groups(statuses[0])[: MAX_GROUPS + 1], message, _copies(parts), at)
    elif _is_from_a_server(message):
        yield from _of_words(message, parts, at)


def _walk(message: Message) -> Iterator[Message]:
    """The parts of a mail in order; what a mail within it says is not the mail's own word."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        yield part
        if part.get_content_maintype() != "message":
            waiting += reversed(_within(part))


def _of_groups(groups: list[Message], message: Message, copies: list[Message], at: datetime) -> Iterator[Told]:
    """A notification group by group: the first is of the mail, each other of one recipient."""
    id_ = _number(copies, [groups[0], message])
    for group in groups if id_ else ():
        action, status = _field(group, "Action").lower(), _field(group, "Status")
        if action == "delivered":
            yield Receipt("", True, at, id=id_)
        elif action in ("failed", "delayed"):
            said = _said(status, _typed(group, "Diagnostic-Code"))
            to = tuple(filter(None, (_typed(group, "Original-Recipient"), _typed(group, "Final-Recipient"))))
            yield _report(id_, said, to, at, is_final=action == "failed")


def _of_words(message: Message, parts: list[Message], at: datetime) -> Iterator[Told]:
    """A notification in words alone, whose number is that of the mail that it brings back."""
    text = _text(parts)
    below = _BELOW.search(text)
    words, copied = (text[: below.start()], text[below.start() :]) if below else (text, text)
    copies = [*_copies(parts), *_headers_in(copied)]
    id_ = _number(copies, [])
    said = _first_said(words)
    if not id_ or said is None:
        return
    to = _addresses(message, "X-Failed-Recipients") or _QMAIL.findall(words) or [one for copy in copies for one in _addresses(copy, "To")]
    yield _report(id_, said, tuple(to[:MAX_GROUPS]), at, is_final=said.is_final)


def _report(id_: str, said: _Said, to: tuple[str, ...], at: datetime, *, is_final: bool) -> Told:
    if not is_final:
        return Delay(id_, at, said.status or str(said.code))
    return Receipt("", False, at, said.why, id_, said.is_hopeless, to, _clean(said.words)[:200])


def _said(status: str, words: str) -> _Said:
    """A group's status, or what its words tell where it says no more than that it failed (5.0.0)."""
    code, inner = _codes(words)
    known = status if re.fullmatch(r"[245]\.\d{1,3}\.\d{1,3}", status) else ""
    if known.endswith(".0.0"):
        known = inner or ("" if code else known)
    return _Said(code, known or inner, words)


def _first_said(words: str) -> _Said | None:
    """The first code in what is written for people, or the words that mean nobody."""
    code, status = _codes(words)
    if code or status:
        begin = max(words.find(str(code) if code else status), 0)
        return _Said(code, status, words[begin : begin + 300])
    nobody = _NOBODY.search(words)
    return _Said(0, "5.1.1", words[nobody.start() : nobody.start() + 100]) if nobody else None


def _codes(words: str) -> tuple[int, str]:
    """The first code and the first enhanced status of a text; 0 and nothing where there is none."""
    code, status = _CODE.search(words), _STATUS.search(words)
    return int(code[1]) if code else 0, status[1] if status else ""


def _is_from_a_server(message: Message) -> bool:
    """Not from a person, and not from a program that answers for one."""
    return bool(_field(message, "X-Failed-Recipients") or _DAEMON.search(_field(message, "From")))


def _copies(parts: list[Message]) -> list[Message]:
    """The headers of the mails that came back."""
    found: list[Message] = []
    for part in parts:
        if part.get_content_type() in _COPIES:
            found += _within(part)[:1] or _headers_in(_decoded(part))
    return found


def _headers_in(text: str) -> list[Message]:
    """A block of headers with a Message-ID somewhere in a text."""
    found = re.search(r"^message-id:", text, re.IGNORECASE | re.MULTILINE)
    if found is None:
        return []
    begin = max(text.rfind("\n\n", 0, found.start()), text.rfind("\n\r\n", 0, found.start()), 0)
    return [message_from_string(text[begin:].lstrip())]


def _groups(part: Message) -> list[Message]:
    """The blocks of fields of a status or feedback part; never empty."""
    text = "\n\n".join(block.as_string() for block in _within(part)[: MAX_GROUPS + 1]) or _decoded(part)
    blocks = [block for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if block.strip()]
    return [message_from_string(block.strip()) for block in blocks] or [Message()]


def _within(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _number(copies: list[Message], notices: list[Message]) -> str:
    """The touch's number in a mail of ours, or in what a notification says of it; the surest first, for relays change the Message-ID."""
    told = [(notice, "Original-Envelope-Id") for notice in notices]
    told += [(copy, name) for name in ("List-Unsubscribe", "Message-ID") for copy in copies]
    told += [(notice, name) for name in ("X-Original-Message-ID", "In-Reply-To", "References") for notice in notices]
    for source, name in told:
        if found := _OURS.search(_field(source, name)):
            return next(filter(None, found.groups())).lower()
    return ""


def _text(parts: list[Message]) -> str:
    """What is written for people, its plain version where there is one."""
    by_kind = {kind: [_decoded(part) for part in parts if part.get_content_type() == kind] for kind in ("text/plain", "text/html")}
    text = "\n".join(by_kind["text/plain"]) or unescape(_TAG.sub(" ", "\n".join(by_kind["text/html"])[: MAX_TEXT * 5]))
    return text[:MAX_TEXT].replace("\r\n", "\n")


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        return payload.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return payload.decode("utf-8", "replace")


def _field(source: Message, name: str) -> str:
    return " ".join(str(source.get(name, ""))[:MAX_FIELD].split())


def _addresses(source: Message, name: str) -> list[str]:
    return [address for _, address in getaddresses([_field(source, name)]) if address]


def _typed(source: Message, name: str) -> str:
    """The value behind the type: `rfc822; a@example.com`, `smtp; 550 5.1.1 no such user`."""
    kind, mark, value = _field(source, name).partition(";")
    return (value if mark else kind).strip().strip("<>")


def _date(message: Message, now: datetime) -> datetime:
    try:
        told = parsedate_to_datetime(_field(message, "Date"))
    except (TypeError, ValueError):
        return now
    told = told if told.tzinfo else told.replace(tzinfo=UTC)
    return told if now - OLDEST <= told <= now else now


def _clean(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
