"""Steps by amount: 1 a yuan up to 500, 2 above; or 50 for an order of 300, 200 for one of 1,000."""

from math import lcm
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ..seen import Seen
from .amounts import Minor

MAX_STEPS = 20


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From an amount on: `points` for every `per_minor`, or once when `per_minor` is 0."""

    from_minor: Minor
    points: Annotated[int, Meta(ge=0, le=1_000_000_000)]
    per_minor: Annotated[int, Meta(ge=0, le=1_000_000_000)] = 100


class Tiered(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="tiered"):
    """`whole`: the step that the amount reaches holds for all of it. `marginal`: each step holds for the part that lies in it."""

    steps: Annotated[tuple[Step, ...], Meta(min_length=1, max_length=MAX_STEPS)]
    mode: Literal["whole", "marginal"] = "whole"
    with_points_part: bool = False

    def worth(self, seen: Seen) -> tuple[int, int]:
        amount = seen.amount(with_points_part=self.with_points_part)
        reached = [step for step in self.steps if step.from_minor <= amount]
        if not reached or not amount:
            return 0, 1
        if self.mode == "whole":
            step = reached[-1]
            return (amount * step.points, step.per_minor) if step.per_minor else (step.points, 1)
        ends = [step.from_minor for step in reached[1:]] + [amount]
        whole = lcm(*(step.per_minor or 1 for step in reached))
        parts = (
            (end - step.from_minor) * step.points * (whole // step.per_minor) if step.per_minor else step.points * whole
            for step, end in zip(reached, ends, strict=True)
        )
        return sum(parts), whole
