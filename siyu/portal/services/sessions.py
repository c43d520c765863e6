"""Sessions of members: opened by proof of who one is, slid by use, ended one by one or all at once."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from siyu.facts.rules import Handle
from siyu.lib.crypto import lookup_hash
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.members.queries import bearer, handle_named
from siyu.members.services import describe
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..models import Session
from ..rules import SEEN_EVERY, SESSION_LIFE, SOURCE

_sql = statements("siyu.portal", "portal")
MAX_PROOFS = 5


class SignedIn(NamedTuple):
    """An open session: `token` goes into the cookie and is kept nowhere else. `member_id` is None until a newcomer's facts are lived."""

    token: str
    member_id: int | None


def sign_in(proofs: Sequence[Handle], *, way: str, device: str, now: datetime) -> SignedIn | None:
    """Open a session for whoever has proven these handles; None when nobody here has any of them: ask for consent, then `join`.

    Several proofs are said to be one person, and the pump joins them. `way` names how they came: `code`, `link`, `mini_program`, `wecom`.
    Refusal: `sign_in.proof` when no proof names anybody.
    """
    named = [found for kind, value in proofs[:MAX_PROOFS] if (found := handle_named(kind, value)) is not None]
    if not named:
        raise Refusal("sign_in.proof", "nothing here proves who you are")
    known = [(hash_, borne) for _handle, hash_ in named if (borne := bearer(hash_)) is not None]
    if not known:
        return None
    hash_, (member_id, _handle) = known[0]
    with transaction.atomic():
        if len(named) > 1:
            handles = sorted((handle for handle, _ in named), key=lambda handle: handle != known[0][1][1])
            describe(Actor("member", member_id, way), handles, {}, source=SOURCE, now=now, proof="identify")
        return SignedIn(open_session(hash_, way=way, device=device, by=Actor("member", member_id, way), now=now), member_id)


def open_session(hash_: UUID, *, way: str, device: str, by: Actor, now: datetime) -> str:
    """A new session of the bearer of a handle; returns its token."""
    token = secrets.token_urlsafe(32)
    row = Session.objects.create(
        key_hash=key_of(token), handle=hash_, way=way, device=device, opened_at=now, seen_at=now, expires_at=now + SESSION_LIFE
    )
    audit(by, "member.signed_in", f"session:{row.pk}", {"way": way, "device": device}, at=now)
    return token


def key_of(token: str) -> UUID:
    """The hash by which a session is found."""
    return lookup_hash("member session", token[:200])


def slide(session_id: int, seen_at: datetime, now: datetime) -> bool:
    """Note that a session is used, and let it live on from here; True when the cookie should too."""
    if now - seen_at < SEEN_EVERY:
        return False
    return bool(Session.objects.filter(pk=session_id, ended_at=None).update(seen_at=now, expires_at=now + SESSION_LIFE))


def sign_out(token: str, by: Actor, now: datetime) -> None:
    """End the session of this browser."""
    if Session.objects.filter(key_hash=key_of(token), ended_at=None).update(ended_at=now):
        audit(by, "member.signed_out", f"member:{by.id}", at=now)


def end_session(by: Actor, member_id: int, *, session_id: int | None = None, but: int | None = None, now: datetime) -> int:
    """End one session of a member, or all of them but the one in use; returns how many ended. Refusal: `session.unknown`."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql.end_sessions, {"member": member_id, "id": session_id, "but": but, "now": now})
        ended = cursor.rowcount
        if session_id is not None and not ended:
            raise Refusal("session.unknown", "this device is signed out already")
        audit(by, "member.devices_signed_out", f"member:{member_id}", {"sessions": ended}, at=now)
    return ended


def forget_sessions(before: datetime) -> int:
    """Remove sessions that ended, or ran out, before an instant; returns how many."""
    return Session.objects.filter(expires_at__lt=before).delete()[0] + Session.objects.filter(ended_at__lt=before).delete()[0]
