"""The writers of tiers: published as versions by which everybody is judged when their day begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..models import Tier
from ..rules import TRACK
from .words import check_names

MAX_TIERS = 20
MAX_GROWTH = 10**12
MAX_MULTIPLIER = Decimal(100)


@dataclass(frozen=True, slots=True)
class Step:
    """A tier to be published: held from `threshold` growth on; `multiplier` of points, to three decimals."""

    code: str
    name: str
    threshold: int
    multiplier: Decimal = Decimal(1)


def publish_tiers(by: Actor, steps: Sequence[Step], from_day: date, *, today: date, now: datetime | None = None) -> int:
    """Publish the next version of the tiers; returns its version. Everybody is judged by it when `from_day` begins.

    The first version may begin today; a later one tomorrow at the earliest: what is held today is held by today's version.
    Refusals: `tiers.none`, `tiers.too_many`, `tiers.code`, `tiers.name`, `tiers.threshold`, `tiers.multiplier`, `tiers.past`,
    `tiers.order`.
    """
    ordered = check_steps(steps)
    now = now or utc_now()
    with transaction.atomic():
        newest = Tier.objects.filter(track=TRACK).aggregate(version=Max("version"), day=Max("from_day"))
        if from_day < today or (newest["day"] is not None and from_day == today):
            raise Refusal("tiers.past", "the first tiers may begin today, later versions tomorrow at the earliest")
        if newest["day"] is not None and from_day <= newest["day"]:
            raise Refusal(
                "tiers.order",
                "version %(version)s begins on %(day)s: the next one must begin after it",
                version=newest["version"],
                day=newest["day"],
            )
        version = (newest["version"] or 0) + 1
        write_tiers(by, ordered, from_day, version, now)
    return version


def write_tiers(by: Actor, steps: Sequence[Step], from_day: date, version: int, now: datetime) -> None:
    for rank, step in enumerate(steps):
        Tier.objects.create(
            track=TRACK,
            code=step.code,
            name=step.name,
            rank=rank,
            threshold=step.threshold,
            multiplier=step.multiplier,
            version=version,
            from_day=from_day,
        )
    detail = {
        "version": version,
        "from": str(from_day),
        "tiers": [
            {"code": step.code, "name": step.name, "threshold": step.threshold, "multiplier": str(step.multiplier)} for step in steps
        ],
    }
    audit(by, "tiers.published", f"tiers:{TRACK}", detail, at=now)


def check_steps(steps: Sequence[Step]) -> list[Step]:
    """Tiers in order of their thresholds, checked. Refusals as in `publish_tiers`."""
    if not steps:
        raise Refusal("tiers.none", "a programme has at least one tier")
    if len(steps) > MAX_TIERS:
        raise Refusal("tiers.too_many", "at most %(limit)s tiers", limit=MAX_TIERS)
    for step in steps:
        check_names("tiers", step.code, step.name)
        if not 0 <= step.threshold <= MAX_GROWTH:
            raise Refusal("tiers.threshold", "%(code)s: a threshold lies between 0 and %(limit)s", code=step.code, limit=MAX_GROWTH)
        if not 0 < step.multiplier <= MAX_MULTIPLIER or step.multiplier != round(step.multiplier, 3):
            raise Refusal(
                "tiers.multiplier",
                "%(code)s: a multiplier is above 0 and at most %(limit)s, with three decimals",
                code=step.code,
                limit=MAX_MULTIPLIER,
            )
    ordered = sorted(steps, key=lambda step: step.threshold)
    if len({step.threshold for step in steps}) < len(steps):
        raise Refusal("tiers.threshold", "two tiers have one threshold")
    if len({step.code for step in steps}) < len(steps):
        raise Refusal("tiers.code", "two tiers have one code")
    return ordered
