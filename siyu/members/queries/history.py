"""What happened to members: clocks, merges, conflicts, and the facts themselves."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from siyu.lib.sql import statements

from ..clocks import COLUMNS
from ..rules import Life
from .asking import rows_of

_sql = statements("siyu.members", "queries")


@dataclass(frozen=True, slots=True)
class ClaimView:
    """Two handles that somebody said are one person's: their numbers and kinds, by which proof, and when."""

    left_id: int
    right_id: int
    kinds: tuple[str, str]
    proof: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class MergeView:
    """Why two members became one; `evidence` names the claims that led from one to the other, and the handles that moved."""

    id: int
    survivor_id: int
    loser_id: int
    merged_at: datetime
    by: str
    because: str
    evidence: dict[str, Any]
    undone_at: datetime | None
    undone_by: str
    undone_because: str

    @property
    def claims(self) -> list[ClaimView]:
        """What proved it, in the order that leads from one to the other; nothing of merges that an older siyu replayed."""
        return [
            ClaimView(link["left"], link["right"], tuple(link["kinds"]), link["proof"], datetime.fromisoformat(link["occurred_at"]))
            for link in self.evidence["links"]
        ]

    @property
    def moved(self) -> list[int]:
        """The numbers of the handles that came to the survivor."""
        return self.evidence["moved"]


@dataclass(frozen=True, slots=True)
class ConflictView:
    left_id: int
    right_id: int
    left_kind: str
    right_kind: str
    left_member: int
    right_member: int
    occurred_at: datetime
    proof: str
    state: str


@dataclass(frozen=True, slots=True)
class TimelineView:
    """A fact of a member's history; its personal properties are tokens."""

    occurred_at: datetime
    id: int
    name: str
    properties: dict[str, Any]
    source: str
    badge: str
    cause_id: int | None


def life(member_id: int) -> Life | None:
    """The three clocks."""
    rows = rows_of(_sql.life, {"member": member_id})
    return Life(**dict(zip(COLUMNS, rows[0], strict=True))) if rows else None


def seen(member_id: int) -> tuple[datetime, datetime, int] | None:
    """First seen, last seen, number of facts."""
    rows = rows_of(_sql.rollup, {"member": member_id})
    return rows[0] if rows else None


def merges(member_id: int) -> list[MergeView]:
    """Merges and their undoing, newest first."""
    rows = rows_of(_sql.merges, {"member": member_id})
    return [MergeView(*(*row[:6], json.loads(row[6]), *row[7:])) for row in rows]


def conflicts(member_id: int) -> list[ConflictView]:
    """Claims that were not followed: a limit, a shared device, or a person's word stood against them."""
    return [ConflictView(*row) for row in rows_of(_sql.conflicts, {"member": member_id})]


def timeline(member_id: int, *, before: tuple[datetime, int] | None = None, limit: int = 50) -> list[TimelineView]:
    """What happened, newest first; `before` is the (occurred_at, id) of the last row of the page before."""
    instant, number = before or ("infinity", 0)
    rows = rows_of(_sql.timeline, {"member": member_id, "limit": min(limit, 200), "before": instant, "before_id": number})
    return [TimelineView(row[0], row[1], row[2], json.loads(row[3]), *row[4:]) for row in rows]
