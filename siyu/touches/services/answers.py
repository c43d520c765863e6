"""What people do with a touch: follow a link, say no. Each is a fact like any other."""

from datetime import datetime
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

from django.db import connection, transaction

from siyu.facts.rules import Handle
from siyu.facts.services import record
from siyu.lib.crypto import lookup_hash
from siyu.lib.sql import statements
from siyu.members.queries import identities
from siyu.members.rules import channel_meant
from siyu.members.services import Choice, carriers, record_consents
from siyu.merchant.rules import Actor

from ..rules.media import MEDIA
from .telling import SOURCE, Told, fact_of

_sql = statements("siyu.touches", "receipts")


def followed(token: str, *, now: datetime, is_person: bool = True) -> str | None:
    """Where a link leads; None when there is none. A person's click is counted and recorded as `touch.clicked`."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql.link if is_person else _sql.link_only, {"token": token})
        row = cursor.fetchone()
        if row is None:
            return None
        url, touch_id = row
        if is_person and (told := touch_told(touch_id)) is not None:
            _record("touch.clicked", touch_id, told, now, link=urlunsplit(urlsplit(url)._replace(query="", fragment="")))
        return url


def opened(touch_id: UUID, *, now: datetime) -> bool:
    """Somebody opened a message; recorded once as `touch.opened`. False when there is no such touch."""
    if (told := touch_told(touch_id)) is None:
        return False
    with transaction.atomic():
        _record("touch.opened", touch_id, told, now, key=f"touch.opened:{touch_id}")
    return True


def stop(touch_id: UUID, *, now: datetime) -> bool:
    """Withdraw the consent for the purpose of a touch on its medium; False when there is no such touch."""
    return said_no(touch_id, touch_told(touch_id), f"unsubscribed from touch {touch_id}", now=now)


def said_no(touch_id: UUID, told: Told | None, proof: str, *, now: datetime, at: datetime | None = None, key: str = "") -> bool:
    """The same with its proof, of what was said at an instant, and under a key once, however often it is told."""
    handles = _addresses(told) if told else []
    if told is None or not handles:
        return False
    by = Actor("member", told.member_id, "member")
    choices = [Choice(told.purpose, channel_meant(told.medium), is_given=False)]
    for handle in handles:
        own = f"{key} {lookup_hash(*handle)}" if key else ""
        record_consents(by, handle, choices, proof=proof, source=SOURCE, now=now, at=at, key=own)
    return True


def _addresses(told: Told) -> list[Handle]:
    """Whose no it is: of each address by which the medium may have reached the member, so that it stays with the address when a merge
    is undone; where there is none, of the member."""
    kind = MEDIA[told.medium].handle
    own = [Handle(one.kind, one.value) for one in identities([told.member_id], unmasked=True) if kind and one.kind == kind]
    return own or [one.handle for one in carriers([told.member_id]).values()]


def touch_told(touch_id: UUID) -> Told | None:
    """The touch behind a link."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.touch, {"id": touch_id})
        row = cursor.fetchone()
    return Told(*row) if row else None


def _record(name: str, touch_id: UUID, told: Told, now: datetime, *, key: str = "", **more: str) -> None:
    carrier = carriers([told.member_id]).get(told.member_id)
    if carrier is not None:
        fact = fact_of(name, touch_id, told, carrier.handle, now, key or f"{name}:{uuid4()}", more)
        record([fact], source=SOURCE, received_at=now)
