"""The tier: where a member stands, what keeps it and until when, what is missing to the next."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.http import HttpResponse
from django.urls import reverse

from siyu.lib.web import formats
from siyu.loyalty.queries import LadderStep, Projection, ladder, projections
from siyu.loyalty.queries.units import unit_names
from siyu.merchant.queries import today

from ..access import MemberRequest, member_only
from .parts import show


@dataclass(frozen=True, slots=True)
class Progress:
    """A member on the ladder; `next_name` is empty at the top, `percent` is the way from this step to the next."""

    code: str
    name: str
    value: str
    reached: int
    since: datetime | None
    next_name: str
    next_at: str
    missing: str
    percent: int
    words: tuple[str, ...]


@member_only
def tier(request: MemberRequest) -> HttpResponse:
    """Progress on the main track with its whole ladder, and what every other track says."""
    found = projections(request.member.id, request.now)
    progress = _progress(found[0]) if found else None
    steps = ladder(today(request.now)) if progress else []
    rungs = [(step, progress is not None and step.code == progress.code, factor_of(step)) for step in steps]
    context = {"progress": progress, "rungs": rungs, "others": found[1:]}
    return show(request, "tier", {"tab": "me", "back_url": reverse("m:home"), **context})


def progress_of(member_id: int, now: datetime) -> Progress | None:
    """Where a member stands on the main track; None when no ladder is in force."""
    found = projections(member_id, now)
    return _progress(found[0]) if found else None


def factor_of(step: LadderStep) -> str:
    """`1.2` where a step multiplies points; empty where it does not."""
    return "" if step.multiplier == Decimal(1) else f"{step.multiplier.normalize():f}"


def _progress(one: Projection) -> Progress:
    unit = unit_names().get(one.unit, one.unit)

    def amount(number: int) -> str:
        return formats.money(number) if one.unit == "spend" else f"{formats.number(number)} {unit}"

    return Progress(
        code=one.tier,
        name=one.tier_shown,
        value=amount(one.value),
        reached=one.value,
        since=one.since,
        next_name=one.next_shown,
        next_at=amount(one.value + one.next_missing),
        missing=amount(one.next_missing),
        percent=one.percent,
        words=one.words,
    )
