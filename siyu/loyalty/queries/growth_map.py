"""成长路线图: every step from stranger to the highest tier, who stands there, who goes on, where people stop."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from siyu.lib.sql import statements
from siyu.members.rules import RUNGS, Rung
from siyu.merchant.queries import today
from siyu.merchant.rules import WHOLE, Scope

from ..rules import TRACK
from .asking import rows_of
from .tiers import ladder

_sql = statements("siyu.loyalty", "growth_map")
DAYS = 90
BY_TIER = (Rung.MEMBER, Rung.SUPER_MEMBER)  # rungs that tiers give: the tiers themselves stand for them


@dataclass(frozen=True, slots=True)
class MapStep:
    """A step: `threshold` for tiers; of the `reached` who came to it in the span, `went_on` to a later one, after `days` (median)."""

    code: str
    name: str
    is_tier: bool
    threshold: int | None
    members: int
    reached: int
    went_on: int
    days: float | None
    benefits: tuple[str, ...]
    benefit: str
    gesture: str
    is_last: bool
    is_weakest: bool = False

    @property
    def conversion(self) -> float | None:
        return self.went_on / self.reached if self.reached and not self.is_last else None

    @property
    def lost(self) -> int:
        return 0 if self.is_last else self.reached - self.went_on


def growth_map(now: datetime, scope: Scope = WHOLE) -> list[MapStep]:
    """The map over the last `DAYS` days; the weakest step is the one with the smallest conversion among those that anyone reached."""
    tiers = [step for step in ladder(today(now)) if step.rank > 0]
    codes = [*(rung.value for rung in RUNGS if rung not in BY_TIER), *(step.code for step in tiers)]
    arguments = {"track": TRACK, **scope.parameters()}
    flow = {row[0]: row[1:] for row in rows_of(_sql.flow, steps=codes, since=now - timedelta(days=DAYS), **arguments)}
    here = dict(rows_of(_sql.standing_at, tiers=[step.code for step in tiers], **arguments))
    notes = {row[0]: row[1:] for row in rows_of(_sql.notes)}
    named = {step.code: step for step in tiers}
    steps = []
    for place, code in enumerate(codes):
        reached, went_on, days = flow.get(place, (0, 0, None))
        benefits, benefit, gesture = notes.get(code, ("[]", "", ""))
        tier = named.get(code)
        steps.append(
            MapStep(
                code,
                tier.shown if tier else code,
                tier is not None,
                tier.threshold if tier else None,
                here.get(code, 0),
                reached,
                went_on,
                float(days) if days is not None else None,
                tuple(json.loads(benefits)),
                benefit,
                gesture,
                place == len(codes) - 1,
            )
        )
    return _marked(steps)


def _marked(steps: list[MapStep]) -> list[MapStep]:
    candidates = [step for step in steps if step.conversion is not None]
    if not candidates:
        return steps
    weakest = min(candidates, key=lambda step: (step.conversion or 0, -step.reached))
    fields = MapStep.__slots__
    return [
        MapStep(**{**{name: getattr(step, name) for name in fields}, "is_weakest": True}) if step is weakest else step for step in steps
    ]
