"""People who agreed to be written to, a template, a provider that answers as told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from types import ModuleType
from typing import Any
from uuid import UUID

from django.db import connection

from siyu.facts.pump import pump
from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.lib.crypto import lookup_hash
from siyu.members.services import assign_assistants
from siyu.merchant.models import Staff
from siyu.merchant.rules import SYSTEM
from siyu.touches.models import Template
from siyu.touches.rules.files import Upload
from siyu.touches.rules.sending import ChannelField, Message, Outcome, Sent
from siyu.touches.services import open_account, publish_template

NOON = datetime(2026, 5, 5, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
_messages = count(1)
UUIDS = [UUID(int=number) for number in range(1, 10)]


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def happens(name: str, who: str, at: datetime = NOON, *, also: Sequence[Handle] = (), proof: str = "", **properties: Any) -> None:
    """One fact of a handle, pumped."""
    fact = Incoming(
        name=name,
        occurred_at=at,
        message=f"touches{next(_messages)}",
        handles=[Handle("user_id", who), *also],
        properties=properties,
        proof=proof,
    )
    record([fact], source="web", received_at=at)
    report = pump(at)
    assert (report.stopped, report.quarantined) == ("", 0)


EARLIER = NOON - timedelta(days=2)


def person(who: str, at: datetime = EARLIER, *, agrees: bool = True, **traits: Any) -> int:
    """A member with an e-mail address and a phone number who agreed to marketing on any channel."""
    number = f"1380000{next(_messages):04d}"
    also = [Handle("email", f"{who}@example.com"), Handle("phone", number)]
    happens("member.identified", who, at, also=also, proof="identify", traits={"name": who.title(), **traits})
    if agrees:
        happens("consent.given", who, at, purpose="marketing", channel="any", proof="form")
    return member(who)


def member(who: str) -> int:
    return rows("SELECT member_id FROM members_identity WHERE hash = %s", [lookup_hash("user_id", who)])[0][0]


def rows(statement: str, arguments: list[Any] | None = None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return cursor.fetchall()


def template(medium: str = "email", purpose: str = "marketing", *, uploads: Sequence[Upload] = (), **words: Any) -> Template:
    variant = {"subject": "Hello", "text": "Dear {{ member.name | default: 'friend' }}", **words}
    code = f"t{next(_messages)}"
    number = publish_template(SYSTEM, code, "A template", medium, purpose, {"zh-hans": variant}, uploads=uploads, now=NOON)
    return Template.objects.get(pk=number)


@dataclass
class Provider:
    """Stands for a channel's module: takes what it is told to, and remembers."""

    outcomes: dict[str, Outcome | Exception] = field(default_factory=dict)  # by address
    got: list[Message] = field(default_factory=list)

    @property
    def module(self) -> ModuleType:
        module = ModuleType("channel")
        module.FIELDS = (ChannelField("host", "Host", usual="h"), ChannelField("password", "Password", is_secret=True))  # type: ignore[attr-defined]
        module.TITLE, module.MEDIUM, module.HOPELESS = "Desk", "email", frozenset({"smtp.550"})  # type: ignore[attr-defined]
        module.check, module.send = lambda account: None, self._send  # type: ignore[attr-defined]
        return module

    def _send(self, account: Any, messages: Sequence[Message]) -> Iterator[Outcome]:
        for message in messages:
            self.got.append(message)
            outcome = self.outcomes.get(message.to, Sent(f"r-{message.to}"))
            if isinstance(outcome, Exception):
                raise outcome
            yield outcome


def account(per_minute: int = 600) -> None:
    open_account(SYSTEM, "mail", "Mail", "email", {"host": "h", "password": "hunter2"}, per_minute=per_minute, now=NOON)


def assistant(name: str) -> Staff:
    """A shop assistant who sees own customers only."""
    Staff.objects.get_or_create(username="owner", defaults={"name": "Owner", "role": "owner", "reach": "all"})
    made, _created = Staff.objects.get_or_create(username=name, defaults={"name": name.title(), "role": "shop_assistant", "reach": "own"})
    return made


def customer(who: str, of: str, **more: Any) -> int:
    """A person of an assistant."""
    number = person(who, **more)
    assign_assistants(SYSTEM, [(number, assistant(of).pk, None)])
    return number
