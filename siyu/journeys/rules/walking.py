"""What a step is given and what it answers; what it may do to the world."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol
from zoneinfo import ZoneInfo

import msgspec


class Walker(msgspec.Struct, gc=False):
    """An enrolment on its way, at its own instant `at`. `token` is the same whenever this step is taken again after a failure."""

    id: int
    journey_id: int
    version_id: int
    origin_id: int
    owner_id: int
    key: str
    step: str
    way: str
    hop: int
    since: datetime
    due_at: datetime | None
    status: str
    why: str
    detail: str
    properties: dict[str, Any]
    arm: str
    is_held_out: bool
    entered_at: datetime
    ended_at: datetime | None
    goal_at: datetime | None
    goal_until: datetime | None
    at: datetime

    @property
    def token(self) -> str:
        """What effects of this step are keyed by: enrolment, step, visit."""
        return token_of(self.id, self.step, self.hop)


def token_of(enrolment: int, step: str, hop: int) -> str:
    return f"journey:{enrolment}:{step}:{hop}"


class Go(NamedTuple):
    """The step is done: leave it by a way. `arm` of a split is remembered; `held_out`: from here on nothing is really done."""

    way: str
    arm: str = ""
    held_out: bool = False


class Stay(NamedTuple):
    """Wait here, until an instant (None: for a fact alone), and then leave by a way."""

    until: datetime | None
    way: str = "next"


class Fail(NamedTuple):
    """This member cannot take the step: it is set aside with the reason."""

    code: str
    because: str


Answer = Go | Stay | Fail


class Touched(NamedTuple):
    """What the gate said to a wish: the status of the touch, and why not."""

    status: str
    why: str = ""


class World(Protocol):
    """What steps do, they do through this: the real one calls services, a rehearsal's remembers. Everything takes sets.

    Effects of a walker are keyed by its `token`; `at` of each walker is when it stands there.
    """

    zone: ZoneInfo

    def code(self, walker: Walker) -> str:
        """The code of the journey that a walker walks."""

    def holding(self, rule: Mapping[str, Any], walkers: Sequence[Walker]) -> Collection[int]:
        """The members (`owner_id`) for whom an audience's rule holds."""

    def inside(self, audience: int, walkers: Sequence[Walker]) -> Collection[int]:
        """The members that are in an audience."""

    def told(self, trait: str, walkers: Sequence[Walker]) -> Sequence[Any]:
        """What a trait says of each walker's member; None: nothing was said."""

    def rhythms(self, walkers: Sequence[Walker]) -> Sequence[float | None]:
        """The median number of days between the member's purchases, up to where each walker stands; None: too few to tell."""

    def propose(self, template: str, walkers: Sequence[Walker], *, priority: int, keep_hours: int) -> Sequence[Touched]:
        """Ask the gate for touches. Whoever is held out is recorded as control. Refusal: `template.unknown`."""

    def reward(self, terms: Mapping[str, Any], walkers: Sequence[Walker]) -> None:
        """Give a reward. Refusals: as the kind of reward says."""

    def tag(self, name: str, walkers: Sequence[Walker], way: Literal["on", "off"]) -> None:
        """Put a tag on members, or take it off."""

    def trait(self, name: str, value: Any, walkers: Sequence[Walker]) -> None:
        """Say a trait of members."""

    def start(self, journey: str, walkers: Sequence[Walker]) -> None:
        """Let members into another journey. Refusal: `journey.unknown`."""
