"""What a rehearsal shows: who would have entered, which ways they would have gone, what they would have got and why not."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from ..queries import Counts


class Moment(NamedTuple):
    """A step that somebody would have left: when, by which way, and what the gate or the step said ("reserved", "cap.reached" …)."""

    at: datetime
    step: str
    way: str
    said: str


class Sample(NamedTuple):
    """One who would have entered."""

    member_id: int
    entered_at: datetime
    status: str
    why: str
    moments: list[Moment]


@dataclass(slots=True)
class Rehearsal:
    """A draft walked over the past. Per step and way counts are as those of a journey that lives (`queries.Counts`).

    `given`: (step, what) → times, what being a touch's status, "reward", "tag", "trait", "start"; `refused`: (step, why) → times; `months`:
    month → (entered, touched). `notes` say what was answered as of today, in the reader's language.
    """

    since: datetime
    until: datetime
    facts: int = 0
    asked: int = 0  # members looked at
    members: int = 0  # who would have entered
    entered: int = 0
    done: int = 0
    left: int = 0
    failed: int = 0
    goals: int = 0
    under_way: int = 0
    touched: int = 0
    touched_members: int = 0
    seconds: float = 0.0
    steps: Counter[str] = field(default_factory=Counter)
    ways: Counter[tuple[str, str]] = field(default_factory=Counter)
    given: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    months: dict[str, list[int]] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def month(self, at: datetime, place: int) -> None:
        self.months.setdefault(f"{at:%Y-%m}", [0, 0])[place] += 1

    def told(self) -> dict[str, Any]:
        """The same as plain JSON, to be kept."""
        pairs = {name: sorted([*key, times] for key, times in getattr(self, name).items()) for name in ("ways", "given", "refused")}
        plain = {name: getattr(self, name) for name in self.__slots__ if name not in pairs}
        samples = [{**one._asdict(), "moments": [moment._asdict() for moment in one.moments]} for one in self.samples]
        return msgspec.to_builtins({**plain, **pairs, "samples": samples})


def counts_of(told: Mapping[str, Any]) -> Counts:
    """What was kept of a rehearsal in the numbers of a journey that lives: what a canvas draws."""
    ends = {name: told[name] for name in ("entered", "under_way", "done", "left", "failed", "goals")}
    return Counts(**ends, steps=told["steps"], ways={(step, way): times for step, way, times in told["ways"]})
