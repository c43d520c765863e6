"""The tier: where a member stands, what is missing to the next, how long it keeps."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.http import HttpResponse
from django.urls import reverse

from siyu.loyalty.queries import LadderStep, ladder, standings
from siyu.merchant.queries import today

from ..access import MemberRequest, member_only
from .parts import show


@dataclass(frozen=True, slots=True)
class Progress:
    """A member on the ladder; `next_name` is empty at the top, `percent` is the way from this step to the next."""

    code: str
    name: str
    growth: int
    since: datetime | None
    next_name: str
    next_at: int
    missing: int
    percent: int


@member_only
def tier(request: MemberRequest) -> HttpResponse:
    """Progress, and the whole ladder."""
    progress = progress_of(request.member.id, request.now)
    steps = ladder(today(request.now))
    rungs = [(step, progress is not None and step.code == progress.code, factor_of(step)) for step in steps]
    return show(request, "tier", {"tab": "me", "back_url": reverse("m:home"), "progress": progress, "rungs": rungs})


def progress_of(member_id: int, now: datetime) -> Progress | None:
    """Where a member stands; one whose growth never moved stands on the step that asks for none. None when no ladder is in force."""
    steps = ladder(today(now))
    held = standings([member_id]).get(member_id)
    if held is not None:
        begins = next((step.threshold for step in steps if step.code == held.code), 0)
        ends = held.growth + held.missing
        share = 100 if ends <= begins else max(0, min(100, 100 * (held.growth - begins) // (ends - begins)))
        return Progress(held.code, held.name, held.growth, held.since, held.next_name, ends, held.missing, share if held.next_name else 100)
    base = next((step for step in steps if step.threshold == 0), None)
    if base is None:
        return None
    above = next((step for step in steps if step.threshold > 0), None)
    missing = above.threshold if above else 0
    return Progress(base.code, base.name, 0, None, above.name if above else "", missing, missing, 0 if above else 100)


def factor_of(step: LadderStep) -> str:
    """`1.2` where a step multiplies points; empty where it does not."""
    return "" if step.multiplier == Decimal(1) else f"{step.multiplier.normalize():f}"
