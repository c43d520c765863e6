"""A message as mail: text, HTML beside it, attachments, and the headers of one-click unsubscribing (RFC 8058)."""

from datetime import datetime
from email.headerregistry import Address, HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from siyu.touches.rules.sending import Message


class _Whole(UniqueUnstructuredHeader):
    """A header that is neither folded nor encoded: mail programs take an address only as it stands (RFC 2369)."""

    name: str

    def fold(self, *, policy: Any) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Whole)  # type: ignore[arg-type]  # joined with BaseHeader by the registry
_POLICY = SMTP.clone(cte_type="7bit", header_factory=_HEADERS)  # 7 bits are what any server takes


def compose(message: Message, sender: str, name: str, now: datetime) -> bytes:
    """The mail's bytes, lines ended by CRLF. `ValueError` when an address or a header cannot be written."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = Address(name, addr_spec=sender)
    mail["To"] = Address(addr_spec=message.to)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2]}>"
    if message.unsubscribe_url:
        mail["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(message.text)
    if message.html:
        mail.add_alternative(message.html, subtype="html")
    for attachment in message.attachments:
        kind, _, subtype = attachment.media_type.partition("/")
        mail.add_attachment(attachment.content, maintype=kind, subtype=subtype or "octet-stream", filename=attachment.name)
    return mail.as_bytes()
