"""A touch on its way from the outbox to the provider, and what becomes of it."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from ..rules.sending import Message


class Claimed(NamedTuple):
    """A touch whose time has come."""

    id: UUID
    key: str
    member_id: int
    medium: str
    purpose: str
    template_id: int
    values: dict[str, Any]
    source: str
    priority: int
    at: datetime
    until: datetime | None
    attempts: int
    wanted_at: datetime


class Ready(NamedTuple):
    """A claimed touch with its words and the handle that it goes to."""

    touch: Claimed
    message: Message
    identity_id: int | None


class Settled(NamedTuple):
    """What becomes of a touch."""

    touch: Claimed
    status: str
    why: str = ""
    detail: str = ""
    receipt: str = ""
    at: datetime | None = None
    sent_at: datetime | None = None
