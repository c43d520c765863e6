"""Touches tell the log what became of them: `touch.sent`, `touch.failed`, once each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.members.services import carriers

from .claimed import Settled

_TOLD = {"sent": "touch.sent", "failed": "touch.failed"}  # of what is unknown nothing can be told
SOURCE = "touches"


class About(Protocol):
    """What every fact about a touch says of it."""

    @property
    def medium(self) -> str: ...
    @property
    def purpose(self) -> str: ...
    @property
    def source(self) -> str: ...


class Told(NamedTuple):
    """A touch as its links and receipts know it."""

    member_id: int
    medium: str
    purpose: str
    source: str


def tell(settled: Sequence[Settled], now: datetime, *, are_delivered: bool = False) -> None:
    """Record the facts of touches that have come to an end, in the caller's transaction; `are_delivered`: what is sent has arrived."""
    ended = [(_TOLD[one.status], one) for one in settled if one.status in _TOLD]
    _tell(ended + [("touch.delivered", one) for one in settled if are_delivered and one.status == "sent"], now)


def fact_of(
    name: str, touch_id: UUID, about: About, handle: Handle, at: datetime, key: str, more: Mapping[str, str] | None = None
) -> Incoming:
    """A fact about a touch, carried by a handle of its member; its key is unique for ever."""
    properties = {"touch": str(touch_id), "medium": about.medium, "purpose": about.purpose, "origin": about.source, **(more or {})}
    return Incoming(name=name, occurred_at=at, message=key, key=key, handles=[handle], properties=properties)


def _tell(ended: Sequence[tuple[str, Settled]], now: datetime) -> None:
    handles = carriers([one.touch.member_id for _, one in ended])
    facts = [
        fact_of(name, one.touch.id, one.touch, handle.handle, now, f"{name}:{one.touch.id}", {"why": one.why} if one.why else None)
        for name, one in ended
        if (handle := handles.get(one.touch.member_id)) is not None
    ]
    if facts:
        record(facts, source=SOURCE, received_at=now)
