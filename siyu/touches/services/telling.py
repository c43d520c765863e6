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
    _tell([(_TOLD[one.status], one) for one in settled if one.status in _TOLD], now)


def tell_delivered(settled: Sequence[Settled], now: datetime) -> None:
    """Record that touches arrived: what an assistant writes stands in the chat."""
    _tell([("touch.delivered", one) for one in settled], now)


def _tell(ended: Sequence[tuple[str, Settled]], now: datetime) -> None:
    handles = carriers([one.touch.member_id for _, one in ended])
    facts = [
        Incoming(
            name=name,
            occurred_at=now,
            message=f"{name}:{one.touch.id}",
            key=f"{name}:{one.touch.id}",
            handles=[handles[one.touch.member_id].handle],
            properties={
                "touch": str(one.touch.id),
                "medium": one.touch.medium,
                "purpose": one.touch.purpose,
                "origin": one.touch.source,
                **({"why": one.why} if one.why else {}),
            },
        )
        for name, one in ended
        if one.touch.member_id in handles
    ]
    if facts:
        record(facts, source=SOURCE, received_at=now)
