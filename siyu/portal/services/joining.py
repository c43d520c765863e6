"""A newcomer becomes a member: the handle that was proven, the notice that was read, and what was agreed to."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection, transaction

from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.lib.crypto import decrypt_text, lookup_hash
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.members.queries import handle_named
from siyu.members.services import Choice, describe, record_consents
from siyu.merchant.queries import settings_book, today
from siyu.merchant.rules import Actor

from ..models import Code
from ..rules import JOIN_WITHIN, SOURCE
from .sessions import SignedIn, open_session

_sql = statements("siyu.portal", "portal")
NEWCOMER = Actor("member", None, "newcomer")
CHANNEL = "member-centre"
MAX_NICKNAME = 30


def proof_of_newcomer(challenge: UUID, now: datetime) -> Handle | None:
    """The handle that a used code proved, while its bearer may still join by it."""
    row = Code.objects.filter(challenge=challenge, used_at__gt=now - JOIN_WITHIN, joined_at=None).first()
    return Handle(row.kind, decrypt_text(bytes(row.value))) if row else None


def join(
    proofs: Sequence[Handle],
    *,
    nickname: str,
    consents: Sequence[Choice],
    notice_read: bool,
    way: str,
    device: str,
    now: datetime,
    challenge: UUID | None = None,
    channel: str = CHANNEL,
    code: str = "",
) -> SignedIn:
    """Make the bearer of proven handles a member. The pump does the rest; the session waits for it.

    `challenge` uses a code's proof up; vendors who proved the handles themselves give none. Refusals: `join.closed`, `join.notice`,
    `join.nickname`, `join.proof`.
    """
    if not settings_book().value("portal.open_joining", today(now)):
        raise Refusal("join.closed", "joining here is closed; ask in the shop")
    if not notice_read:
        raise Refusal("join.notice", "read the privacy notice and agree to it")
    nickname = nickname.strip()
    if len(nickname) > MAX_NICKNAME or not (nickname.isprintable() or not nickname):
        raise Refusal("join.nickname", "a nickname has up to 30 characters")
    with transaction.atomic():
        if challenge is not None:
            _use_up(challenge, now)
        hash_ = _record(proofs, nickname, consents, channel, code, now)
        return SignedIn(open_session(hash_, way=way, device=device, by=NEWCOMER, now=now), None)


def _use_up(challenge: UUID, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_sql.join_by_code, {"challenge": challenge, "now": now, "since": now - JOIN_WITHIN})
        if cursor.fetchone() is None:
            raise Refusal("join.proof", "too much time has passed; sign in again")


def _record(proofs: Sequence[Handle], nickname: str, consents: Sequence[Choice], channel: str, code: str, now: datetime) -> UUID:
    named = handle_named(*proofs[0]) if proofs else None
    if named is None:
        raise Refusal("join.proof", "too much time has passed; sign in again")
    handle, hash_ = named
    traits = {"nickname": nickname} if nickname else {}
    describe(NEWCOMER, [handle, *proofs[1:]], traits, source=SOURCE, now=now, proof="identify" if len(proofs) > 1 else "")
    agreed = [Choice("service", "any", True), *(choice for choice in consents if choice.is_given)]
    record_consents(NEWCOMER, handle, agreed, proof="member centre, joining", source=SOURCE, now=now)
    arrival = {"channel": channel[:60], **({"code": code[:60]} if code else {})}
    joined = Incoming(
        name="pool.joined",
        occurred_at=now,
        message=f"joined:{uuid4()}",
        handles=[handle],
        properties=arrival,
        key=f"member centre {lookup_hash('joined', hash_.hex)}",
    )
    record([joined], source=SOURCE, received_at=now)
    return hash_
