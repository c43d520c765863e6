"""A touch of which nobody knows whether it was sent: a person looks it up and decides."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from siyu.facts.services import record
from siyu.lib.refusal import Refusal
from siyu.members.services import carriers
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..models import Touch
from .proposing import Answer, Wish, propose
from .telling import SOURCE, fact_of

NOT_SENT = "person.not_sent"


def decide_unknown(by: Actor, touch_id: UUID, was_sent: bool, because: str, *, now: datetime) -> Answer | None:
    """It was sent; or it was not, and is wished again as a new touch whose answer is returned.

    Refusals: `touch.unknown`, `touch.decided`, `touch.because`.
    """
    if not because.strip():
        raise Refusal("touch.because", "say how you know")
    with transaction.atomic():
        touch = Touch.objects.select_for_update().filter(pk=touch_id).first()
        if touch is None:
            raise Refusal("touch.unknown", "there is no such touch")
        if touch.status != "unknown":
            raise Refusal("touch.decided", "this touch is %(status)s already", status=touch.status)
        touch.status, touch.why = ("sent", "") if was_sent else ("failed", NOT_SENT)
        touch.sent_at = (touch.claimed_at or now) if was_sent else None
        touch.detail = f"{by.name}: {because.strip()}"[:500]
        touch.save(update_fields=["status", "why", "sent_at", "detail"])
        if was_sent:
            _tell_sent(touch, now)
        audit(by, "touch.decided", f"touch:{touch_id}", {"was_sent": was_sent}, because.strip(), at=now)
        return None if was_sent else _again(touch, now)


def _tell_sent(touch: Touch, now: datetime) -> None:
    carrier = carriers([touch.member_id]).get(touch.member_id)
    if carrier is not None:
        key = f"touch.sent:{touch.pk}"
        record([fact_of("touch.sent", touch.pk, touch, carrier.handle, touch.sent_at or now, key)], source=SOURCE, received_at=now)


def _again(touch: Touch, now: datetime) -> Answer:
    """The new touch takes the place of the one that never went, and its key: a send counts it, a journey's path shows it."""
    key, touch.key = touch.key, f"{touch.key}:{NOT_SENT}:{touch.pk}"
    touch.save(update_fields=["key"])
    wish = Wish(
        member_id=touch.member_id,
        template_id=touch.template_id,
        key=key,
        source=touch.source,
        at=now,
        until=touch.until,
        priority=touch.priority,
        values=touch.values,
        arm=touch.arm,
    )
    answer = propose([wish], now=now)[0]
    Touch.objects.filter(key=key).update(origin_id=touch.origin_id)
    return answer
