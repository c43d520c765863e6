"""Reads of corrections that wait for a second person, or were decided."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from siyu.lib.sql import statements
from siyu.lib.web.keyset import Position
from siyu.merchant.rules import WHOLE, Actor, Scope

from .asking import rows_of

_sql = statements("siyu.loyalty", "queries_corrections")
LAST = 2**62
MAX_FILE = 10_000


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """A correction above its unit's limit: by whom of what, why, and what became of it (waiting · approved · rejected)."""

    id: int
    key: str
    public_id: str
    nickname: str
    unit: str
    amount: int
    words: str
    asked_by: str
    asked_by_kind: str
    asked_by_id: int | None
    asked_at: datetime
    state: str
    decided_by: str
    decided_at: datetime | None
    decision: str
    expires_at: datetime | None

    def is_of(self, by: Actor) -> bool:
        """Whether this person asked for it, and so does not decide it."""
        return (self.asked_by_kind, self.asked_by_id or self.asked_by) == (by.kind, by.id or by.name)


def corrections(at: Position, scope: Scope = WHOLE, *, state: str = "", unit: str = "", member: int | None = None) -> list[CorrectionView]:
    """Corrections of people in a scope, newest first."""
    number = at.key[0] if at.key else None
    before, after = (LAST, number if number is not None else 0) if at.is_backwards else (number or LAST, 0)
    asked: dict[str, Any] = {"before": before, "after": after, "is_backwards": at.is_backwards, "limit": at.limit, "number": None}
    return [CorrectionView(*row) for row in rows_of(_sql.corrections, **asked, state=state, unit=unit, member=member, **scope.parameters())]


def every_correction(scope: Scope = WHOLE, **chosen: Any) -> list[CorrectionView]:
    """The first `MAX_FILE` of a list, for a file."""
    return corrections(Position(None, False, MAX_FILE), scope, **chosen)


def correction(number: int, scope: Scope = WHOLE) -> CorrectionView | None:
    """One correction of somebody in a scope."""
    asked: dict[str, Any] = {"before": LAST, "after": 0, "is_backwards": False, "limit": 1, "state": "", "unit": "", "member": None}
    return next((CorrectionView(*row) for row in rows_of(_sql.corrections, number=min(number, LAST), **asked, **scope.parameters())), None)
