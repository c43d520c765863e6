"""Reads of the member centre: whose session it is, a member's devices, copies and wishes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection

from siyu.lib.crypto import decrypt_text, mask
from siyu.lib.sql import statements
from siyu.members import queries as members
from siyu.merchant.rules import Actor

from .models import Code
from .rules import Profile

_sql = statements("siyu.portal", "portal")
MAX_DEVICES = 50
MAX_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Visitor:
    """The member who looks at a page of the member centre; there is no scope to choose: it is this member's own, always."""

    session_id: int
    handle: UUID
    seen_at: datetime
    id: int
    public_id: str
    nickname: str
    since: datetime
    store_id: int | None
    assistant_id: int | None

    @property
    def actor(self) -> Actor:
        return Actor("member", self.id, self.public_id)


class Device(NamedTuple):
    """A browser in which a member is signed in."""

    id: int
    way: str
    device: str
    opened_at: datetime
    seen_at: datetime


class CopyView(NamedTuple):
    """A copy that a member asked for; `state` is waiting, ready or failed."""

    key: UUID
    state: str
    asked_at: datetime
    ready_at: datetime | None
    expires_at: datetime | None
    bytes: int


class FarewellView(NamedTuple):
    """An open wish to be forgotten, and when it comes true."""

    id: int
    asked_at: datetime
    due_at: datetime


class ShownCode(NamedTuple):
    """A code as the developer page shows it."""

    to: str
    code: str
    expires_at: datetime


def visitor(key_hash: UUID, now: datetime) -> Visitor | UUID | None:
    """Who has this session; the handle alone while a newcomer's facts wait for the pump; None when it does not hold."""
    rows = _rows(_sql.session, key_hash=key_hash, now=now)
    if not rows:
        return None
    session_id, handle, seen_at, member_id, *member, is_identified = rows[0]
    return Visitor(session_id, handle, seen_at, member_id, *member) if member_id is not None and is_identified else handle


def devices(member_id: int, now: datetime) -> list[Device]:
    """Where a member is signed in, last used first."""
    return [Device(*row) for row in _rows(_sql.sessions, member=member_id, now=now, limit=MAX_DEVICES)]


def copies(member_id: int, now: datetime) -> list[CopyView]:
    """The copies a member asked for that are still kept, newest first."""
    return [CopyView(*row) for row in _rows(_sql.copies, member=member_id, now=now, limit=MAX_SHOWN)]


def farewell(member_id: int) -> FarewellView | None:
    """A member's open wish to be forgotten."""
    rows = _rows(_sql.farewell, member=member_id)
    return FarewellView(*rows[0]) if rows else None


def birthday_changed(member_id: int) -> datetime | None:
    """When a member last set a birthday in the member centre."""
    return _rows(_sql.birthday_changed, member=member_id)[0][0]


def profile(member_id: int) -> Profile:
    """What is known of a member, as they may change it."""
    said = {trait.name: trait.value for trait in members.traits(member_id, unmasked=True)}
    return Profile(*(str(said.get(name) or "") for name in Profile._fields))


def shown_codes(now: datetime) -> list[ShownCode]:
    """The newest codes that may be looked at; none where `SIYU_DEVELOPER_CODES` does not say so."""
    if not settings.DEVELOPER_CODES:
        return []
    rows = Code.objects.filter(expires_at__gt=now, used_at=None).exclude(shown=b"").order_by("-id")[:MAX_SHOWN]
    return [ShownCode(mask(row.kind, decrypt_text(bytes(row.value))), decrypt_text(bytes(row.shown)), row.expires_at) for row in rows]


def _rows(statement: str, **arguments: Any) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return cursor.fetchall()
