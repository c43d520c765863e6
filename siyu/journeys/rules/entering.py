"""Who may enter: by the journey's own rule, and by what is known of the member's earlier entries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from siyu.facts.rules import Fact

from .definition import Entry
from .plan import Plan
from .values import reached, spelled


@dataclass(slots=True)
class Earlier:
    """A member's earlier entries into a journey, as far as somebody asked: keys that are taken, the last instant, who is under way."""

    keys: set[str] = field(default_factory=set)
    last: datetime | None = None
    under_way: set[int] = field(default_factory=set)  # enrolments
    outside: bool = False  # an exit given as an audience keeps them out

    def join(self, other: "Earlier") -> None:
        """Two people turned out to be one."""
        self.keys |= other.keys
        self.under_way |= other.under_way
        self.last = max((at for at in (self.last, other.last) if at is not None), default=None)


@dataclass(frozen=True, slots=True)
class Call:
    """A member is to enter, at an instant: because of a fact, or of `key` (an alarm's day, the step of another journey)."""

    plan: Plan
    member_id: int
    key: str
    at: datetime
    properties: Mapping[str, Any]
    fact: Fact | None = None


def key_of(entry: Entry, trigger: str, properties: Mapping[str, Any]) -> str | None:
    """Under which key a trigger lets a member in; None: it does not, for it lacks the property that says."""
    if entry.how == "once":
        return ""
    if entry.how == "many":
        return trigger
    value = reached(properties, entry.by)
    return None if value is None else spelled(value)


def may_enter(entry: Entry, earlier: Earlier, key: str, at: datetime, *, is_under_way: bool) -> bool:
    """Whether earlier entries leave room for this one."""
    if key in earlier.keys or earlier.outside:
        return False
    if not entry.at_once and is_under_way:
        return False
    again = timedelta(days=entry.again_after_days)
    return not (again and earlier.last is not None and at < earlier.last + again)
