"""What providers report becomes facts: `touch.delivered`, `touch.failed`, `touch.replied`; who replies R or complains has said no.

A receipt is found by the provider's number (or the touch's own, where it comes back); what is none of ours is counted and left alone.
Every fact has a natural key, so that a report may be told as often as a provider likes. An address is given up only where the report
names one of the member's own.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from siyu.facts.rules import Handle, Incoming
from siyu.facts.services import record
from siyu.lib.sql import array, statements
from siyu.members.queries import bearer, handle_named
from siyu.members.services import Choice, carriers, record_consents
from siyu.merchant.rules import Actor

from ..models import Account
from ..rules.hearing import MAX_REPLY, Complaint, Delay, Receipt, Reply, says_stop
from ..rules.hearing import Told as Reported
from ..rules.media import MEDIA
from .answers import said_no, touch_told
from .sending import FORGOTTEN
from .telling import SOURCE, Told, fact_of

_sql = statements("siyu.touches", "receipts")
ANSWERED = timedelta(days=30)  # a reply answers the newest message of so many days
AHEAD = timedelta(minutes=1)  # clocks of providers may be ahead of ours


class Count(NamedTuple):
    """What became of a report: facts recorded, items of messages or people that are not ours, and whether some came too early.

    Too early: no touch has the number yet, while one is being handed over whose number is not written down. Ask for it again.
    """

    recorded: int
    unknown: int
    is_early: bool


def account_by_token(hashed: str) -> Account | None:
    """The account to which a report address belongs; archived ones still hear what they sent."""
    return Account.objects.filter(inbound_token=hashed).first() if hashed else None


def hear(account: Account, told: Sequence[Reported], *, now: datetime) -> Count:
    """Record what an account's provider tells."""
    medium = account.medium
    with transaction.atomic(), connection.cursor() as cursor:
        receipts = [one for one in told if isinstance(one, Receipt)]
        facts, strange = _of_receipts(cursor, medium, receipts, now)
        if facts:
            record(facts, source=SOURCE, received_at=now)
        taken = [_take(cursor, medium, one, now) for one in told if isinstance(one, Reply)]
        taken += [_complained(medium, one, now) for one in told if isinstance(one, Complaint)]
        _note(cursor, medium, [one for one in told if isinstance(one, Delay) and _is_uuid(one.id)])
        is_early = bool(strange) and _is_sending(cursor, medium, now)
    return Count(len(facts) + sum(taken), strange + taken.count(0), is_early)


def _of_receipts(cursor: Any, medium: str, receipts: Sequence[Receipt], now: datetime) -> tuple[list[Incoming], int]:
    ids = [UUID(one.id) for one in receipts if _is_uuid(one.id)]
    cursor.execute(_sql.reported, {"medium": medium, "receipts": [one.receipt for one in receipts], "ids": array(ids)})
    rows = cursor.fetchall()
    by_number = {row[1]: row for row in rows if row[1]} | {str(row[0]): row for row in rows}
    matched = [(one, row) for one in receipts if (row := by_number.get(one.id) or by_number.get(one.receipt))]
    _give_up(cursor, medium, [(one, row[2]) for one, row in matched if one.is_hopeless], now)
    handles = carriers([row[2] for _, row in matched])
    facts = []
    for one, (touch, _receipt, *about) in matched:
        name = "touch.delivered" if one.is_delivered else "touch.failed"
        if (carrier := handles.get(about[0])) is not None:
            more = {} if one.is_delivered else {"why": one.why[:100]}
            key = f"{name}:{touch}:provider"
            facts.append(fact_of(name, touch, Told(*about), carrier.handle, _at(one.at, now), key, more))
    return facts, len(receipts) - len(matched)


def _give_up(cursor: Any, medium: str, hopeless: Sequence[tuple[Receipt, int]], now: datetime) -> None:
    """Addresses of members that a provider said do not exist."""
    kind = MEDIA[medium].handle
    found = [(named[1], member, one) for one, member in hopeless for to in one.to if (named := handle_named(kind, to))]
    if found:
        hashes, members, said = zip(*found, strict=True)
        because = [f"{one.why}: {one.because}"[:300] for one in said]
        columns = {"medium": medium, "hashes": array(hashes), "members": array(members), "becauses": because, "now": now}
        cursor.execute(_sql.refuse_named, columns)


def _note(cursor: Any, medium: str, delays: Sequence[Delay]) -> None:
    if delays:
        columns = {"medium": medium, "ids": array([UUID(one.id) for one in delays]), "whys": [one.why[:100] for one in delays]}
        cursor.execute(_sql.delayed, columns)


def _complained(medium: str, complaint: Complaint, now: datetime) -> int:
    """Withdraw the consent that one click would have withdrawn: how many facts."""
    told = touch_told(UUID(complaint.id)) if _is_uuid(complaint.id) else None
    if told is None or told.medium != medium:
        return 0
    touch = UUID(complaint.id)
    proof, at = f"complained of touch {touch} to the provider", _at(complaint.at, now)
    return int(said_no(touch, told, proof, now=now, at=at, key=f"complaint:{touch}"))


def _take(cursor: Any, medium: str, reply: Reply, now: datetime) -> int:
    """Record a reply, and the withdrawal when it says no more: how many facts. A stranger's no is kept, a stranger's words are not."""
    named = handle_named("phone", reply.sender)
    if named is None:
        return 0
    found, at = bearer(named[1]), _at(reply.at, now)
    about = _answered(cursor, found[0], medium, at) if found else None
    facts = [_reply(about, named[0], reply, at)] if about else []
    if facts:
        record(facts, source=SOURCE, received_at=now)
    if says_stop(reply.text):
        choice = Choice(about[1].purpose if about else "marketing", medium, is_given=False)
        by = Actor("member", found[0], "member") if found else Actor("system", None, "SMS reply")
        record_consents(
            by, named[0], [choice], proof=f"replied {reply.text[:20]!r} by {medium}", source=SOURCE, now=now, at=at, key=reply.key
        )
        return len(facts) + 1
    return len(facts)


def _answered(cursor: Any, member_id: int, medium: str, at: datetime) -> tuple[UUID, Told] | None:
    """The newest message to a member that a reply can answer."""
    columns = {"member": member_id, "medium": medium, "since": at - ANSWERED, "until": at + AHEAD}
    cursor.execute(_sql.answered, columns)
    row = cursor.fetchone()
    return (row[0], Told(*row[1:])) if row else None


def _reply(about: tuple[UUID, Told], handle: Handle, reply: Reply, at: datetime) -> Incoming:
    touch, told = about
    return fact_of("touch.replied", touch, told, handle, at, f"touch.replied:{reply.key}", {"reply": reply.text[:MAX_REPLY]})


def _is_sending(cursor: Any, medium: str, now: datetime) -> bool:
    cursor.execute(_sql.being_sent, {"medium": medium, "since": now - FORGOTTEN})
    return cursor.fetchone() is not None


def _at(told: datetime, now: datetime) -> datetime:
    return min(told, now)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
