"""Receipts come back as facts: what was delivered, opened, clicked, and what a provider could not deliver after all."""

from datetime import datetime
from uuid import UUID

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived, Fact
from siyu.lib.sql import array, statements

from .services.tasks import review_tasks

_sql = statements("siyu.touches", "receipts")
_HEARD = {"touch.delivered": 0, "touch.opened": 1, "touch.clicked": 2, "touch.replied": 0}
OUTSIDE = "touch.failed"


def receive(cursor: Cursor, batch: Batch) -> list[Derived]:
    """Keep the first instant of each; who opened or clicked has also received."""
    heard: dict[UUID, list[datetime | None]] = {}
    failed: dict[UUID, str] = {}
    for fact in batch.named(*_HEARD, OUTSIDE):
        touch = _touch(fact)
        if touch is None:
            continue
        if fact.name == OUTSIDE:
            failed[touch] = str(fact.properties.get("why") or "provider.failed")
            continue
        instants = heard.setdefault(touch, [None, None, None])
        for place in range(_HEARD[fact.name] + 1):
            before = instants[place]
            instants[place] = fact.occurred_at if before is None else min(before, fact.occurred_at)
    if heard:
        delivered, opened, clicked = zip(*heard.values(), strict=True)
        columns = {"delivered": array(delivered), "opened": array(opened), "clicked": array(clicked)}
        cursor.execute(_sql.heard, {"ids": array(heard), **columns})
    if failed:
        cursor.execute(_sql.failed, {"ids": array(failed), "whys": list(failed.values())})
    return []


def close_tasks(cursor: Cursor, batch: Batch) -> list[Derived]:
    """Who says no is not asked by staff either: their open tasks close before anybody writes."""
    members = {batch.owner(fact.member_id) for fact in batch.named("consent.withdrawn") if fact.member_id is not None}
    if members:
        review_tasks(sorted(members), batch.until)
    return []


def _touch(fact: Fact) -> UUID | None:
    try:
        return UUID(str(fact.properties.get("touch")))
    except ValueError:
        return None
