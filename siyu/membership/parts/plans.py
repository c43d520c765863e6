"""Paid membership when members become one or two again, when time passes, and for a person's copy."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection
from psycopg import Cursor

from siyu.facts.rules import Batch, Derived
from siyu.lib.clock import EPOCH
from siyu.lib.sql import statements
from siyu.members.queries import ends
from siyu.members.services import lock
from siyu.merchant.queries import settings_book

from .. import subscriptions
from ..reactions.plans import tell

_sql = statements("siyu.membership", "plans")
LIMIT = 2_000  # members of one round of due work
Pairs = Sequence[tuple[int, int]]


def due(cursor: Cursor, batch: Batch) -> list[Derived]:
    """Notices, ends and grace that time brings, and news of what services did; a bounded number of members, oldest first."""
    cursor.execute(_sql.members_due, {"until": batch.until, "limit": batch.portion("membership.plans", LIMIT)})
    members = [row[0] for row in cursor.fetchall()]
    batch.move("membership.plans", members)
    if not members:
        return []
    lock(cursor, members)
    plans = subscriptions.by_version(subscriptions.all_plans(cursor))
    walked = [subscriptions.walk(tree, plans, batch.settings, batch.until) for tree in subscriptions.read(cursor, members)]
    subscriptions.write(cursor, walked, told=True)
    return tell(walked, batch, {})


def next_due(cursor: Cursor) -> datetime | None:
    """The earliest instant at which a plan moves, or at which one moved that nobody was told of."""
    cursor.execute(_sql.next_due)
    row = cursor.fetchone()
    return row[0] if row else None


def absorb(cursor: Cursor, pairs: Pairs) -> None:
    """The longer of two plans goes on in the survivor's hands, with the rest of the other behind it. Nothing is told of it."""
    _restate(cursor, {member for pair in pairs for member in pair})


def release(cursor: Cursor, pairs: Pairs) -> None:
    """Each has what was paid in its own name again, as if the merge had not been."""
    _restate(cursor, {member for pair in pairs for member in pair})


def _restate(cursor: Cursor, members: Collection[int]) -> None:
    """Walk again whoever of these, or of those they have become, has a paid membership; what was told stays told."""
    had = subscriptions.owners(cursor, members)
    if not had:
        return
    cursor.execute(_sql.told, {"members": sorted(had)})
    told = max((at for _, at in cursor.fetchall()), default=EPOCH)
    roots = set(ends(cursor, members).values())
    plans = subscriptions.by_version(subscriptions.all_plans(cursor))
    settings = settings_book()
    trees = subscriptions.read(cursor, roots)
    walked = []
    for tree in trees:
        tree.told_at = max(tree.told_at, told)
        last = max((step.at for step in tree.steps), default=EPOCH)
        walked.append(subscriptions.walk(tree, plans, settings, max(last, tree.told_at)))
    subscriptions.write(cursor, walked, told=False)


def export(member_id: int) -> dict[str, Any]:
    """What the person paid for which plans, and which days that covers."""
    with connection.cursor() as cursor:
        roots = ends(cursor.cursor, [member_id])
        trees = subscriptions.read(cursor.cursor, set(roots.values())) if roots else []
        plans = subscriptions.by_version(subscriptions.all_plans(cursor.cursor))
        book = settings_book()
        standings = [subscriptions.walk(tree, plans, book, tree.told_at).standing for tree in trees]
    return {
        "payments": [msgspec.to_builtins(payment) for standing in standings for payment in standing.payments],
        "terms": [msgspec.to_builtins(term) for standing in standings for term in standing.terms],
    }


def erase(member_id: int) -> None:
    """Nothing to erase: payments must stay for accounting, and name nobody once the member's identities are gone."""
