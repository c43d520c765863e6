"""What a journey is: the parts that every definition has. Steps and triggers bring their own terms."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from siyu.facts.filters import Where
from siyu.facts.names import FactName

MAX_STEPS = 200
MAX_EXITS = 10
OWN = "journey."  # our own news, told when everybody has walked
ENTERED, LEFT, REACHED, CALLED = "journey.entered", "journey.left", "journey.goal_reached", "journey.called"

Code = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9_-]*$")]
Same = Annotated[str, Meta(max_length=200, title="of the same")]  # a property that must be as in what let the member in
AudienceId = Annotated[int, Meta(ge=1, le=2**31 - 1, title="audience", extra_json_schema={"input": "audience"})]
Edge = Annotated[Literal["entered", "left"], Meta(title="when a member")]
TimeOfDay = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", title="at", extra_json_schema={"input": "time"})]
Days = Annotated[int, Meta(ge=0, le=3_650, title="days")]
Hours = Annotated[int, Meta(ge=0, le=999, title="hours")]
Minutes = Annotated[int, Meta(ge=0, le=999, title="minutes")]


class Closed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Terms in which a name that nobody knows is a fault."""


class StepTerms(Closed, frozen=True):
    """What every step has: which step follows on each way out of it. A way that is not named ends the journey."""

    next: Annotated[dict[str, str], Meta(max_length=50)] = {}


class Entry(Closed, frozen=True):
    """How often a member may enter: `once` ever, `many` times, or `keyed`: once for each value of the property `by`.

    `at_once` false: not while one is under way. `again_after_days` keeps a member out for so long after entering.
    """

    how: Annotated[Literal["once", "many", "keyed"], Meta(title="enters")] = "once"
    by: Annotated[str, Meta(max_length=200, title="for each")] = ""
    again_after_days: Days = 0
    at_once: Annotated[bool, Meta(title="several at a time")] = True


class FactExit(Closed, frozen=True, tag_field="kind", tag="fact"):
    """A fact ends it; with `same`, only one in which this property is as in what let the member in."""

    fact: FactName
    where: Where = {}
    same: Same = ""


class AudienceExit(Closed, frozen=True, tag_field="kind", tag="audience"):
    """Entering or leaving an audience ends it; whoever stands on that side does not enter."""

    audience: AudienceId
    edge: Edge = "left"


Exit = FactExit | AudienceExit


class Goal(Closed, frozen=True):
    """What it is for: a fact within so many days of entering, counted once; `ends`: and then it is done. `same` as of exits."""

    fact: FactName
    where: Where = {}
    same: Same = ""
    within_days: Annotated[int, Meta(ge=1, le=366, title="within days")] = 7
    ends: Annotated[bool, Meta(title="ends the journey")] = True


class Outline(Closed, frozen=True):
    """A definition with its trigger and steps unread."""

    trigger: dict[str, Any]
    first: str
    steps: Annotated[dict[str, Any], Meta(min_length=1, max_length=MAX_STEPS)]
    entry: Entry = Entry()
    exits: Annotated[list[Exit], Meta(max_length=MAX_EXITS)] = []
    goal: Goal | None = None
    places: Annotated[dict[str, Annotated[list[float], Meta(min_length=2, max_length=2)]], Meta(max_length=MAX_STEPS)] = {}


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition that may be walked: every step's and the trigger's terms read by their kind."""

    trigger: Any
    entry: Entry
    exits: tuple[Exit, ...]
    goal: Goal | None
    first: str
    steps: Mapping[str, Any]


def kind_of(terms: Any) -> str:
    """The kind of a step, trigger or exit."""
    return terms.__struct_config__.tag
