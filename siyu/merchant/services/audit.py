"""The audit: who did what to what, and why. The application's role may add rows and read them, nothing else."""

from datetime import datetime
from typing import Any

from siyu.lib.clock import utc_now

from ..models import Audit
from ..rules import Actor


def audit(
    by: Actor, verb: str, subject: str, detail: dict[str, Any] | None = None, because: str = "", *, at: datetime | None = None
) -> None:
    """Add one row in the caller's transaction: `audit(by, "staff.created", "staff:12", {"role": "analyst"})`.

    `detail` holds what changed (old and new), never a secret or a member's personal value. `at` is the wall clock unless given: an audit
    tells when a thing was really done, also while a replay lives in another time.
    """
    Audit.objects.create(
        at=at or utc_now(),
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name,
        verb=verb,
        subject=subject,
        because=because,
        detail=detail or {},
    )
