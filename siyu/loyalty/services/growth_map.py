"""What the operator places at the steps of the growth map."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from siyu.lib.refusal import Refusal
from siyu.members.rules import RUNGS
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..models import MapNote, Tier
from .words import CODE

MAX_WORDS = 500
MAX_BENEFITS = 20


def place_on_map(by: Actor, step: str, benefit: str, gesture: str, benefits: Sequence[str] = (), *, now: datetime) -> None:
    """Write the benefit and the gesture of a step, and the codes of benefits it shows.

    Refusals: `map.step`, `map.words`, `map.benefits`.
    """
    if step not in {rung.value for rung in RUNGS} and not Tier.objects.filter(code=step).exists():
        raise Refusal("map.step", "there is no step %(step)s", step=step)
    if len(benefit) > MAX_WORDS or len(gesture) > MAX_WORDS:
        raise Refusal("map.words", "at most %(limit)s characters", limit=MAX_WORDS)
    if len(benefits) > MAX_BENEFITS or not all(CODE.fullmatch(code) for code in benefits):
        raise Refusal("map.benefits", "up to %(limit)s codes of benefits", limit=MAX_BENEFITS)
    with transaction.atomic():
        values = {"benefit": benefit, "gesture": gesture, "benefits": list(benefits), "updated_by": by.name, "updated_at": now}
        MapNote.objects.update_or_create(step=step, defaults=values)
        detail = {"benefit": benefit, "gesture": gesture, "benefits": list(benefits)}
        audit(by, "growth_map.placed", f"growth_map:{step}", detail, at=now)
