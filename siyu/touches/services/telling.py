"""Touches tell the log what became of them: `touch.sent`, `touch.failed`, once each."""

from collections.abc import Sequence
from datetime import datetime

from siyu.facts.rules import Incoming
from siyu.facts.services import record
from siyu.members.services import carriers

from .claimed import Settled

_TOLD = {"sent": "touch.sent", "failed": "touch.failed", "unknown": "touch.failed"}
SOURCE = "touches"


def tell(settled: Sequence[Settled], now: datetime) -> None:
    """Record the facts of touches that have come to an end, in the caller's transaction."""
    ended = [one for one in settled if one.status in _TOLD]
    handles = carriers([one.touch.member_id for one in ended])
    facts = [
        Incoming(
            name=_TOLD[one.status],
            occurred_at=now,
            message=f"{_TOLD[one.status]}:{one.touch.id}",
            key=f"{_TOLD[one.status]}:{one.touch.id}",
            handles=[handles[one.touch.member_id]],
            properties={
                "touch": str(one.touch.id),
                "medium": one.touch.medium,
                "purpose": one.touch.purpose,
                "origin": one.touch.source,
                **({"why": one.why} if one.why else {}),
            },
        )
        for one in ended
        if one.touch.member_id in handles
    ]
    if facts:
        record(facts, source=SOURCE, received_at=now)
