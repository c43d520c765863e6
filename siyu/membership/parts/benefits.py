"""Benefits when members become one or two again, when something is to be told, and for a person's copy."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django.db import connection
from psycopg import Cursor

from siyu.facts.rules import Batch, Derived
from siyu.lib.sql import statements
from siyu.members.queries import below, ends
from siyu.members.rules import became

_sql = statements("siyu.membership", "benefits")
_privacy = statements("siyu.membership", "benefits_privacy")
LIMIT = 2_000  # grants and uses of one round of due work
Pairs = Sequence[tuple[int, int]]
GIVEN, ENDED = 1, 2


def due(cursor: Cursor, batch: Batch) -> list[Derived]:
    """Tell what services gave and what was used, and what has ended; a bounded number, oldest first."""
    most = batch.portion("membership.benefits", LIMIT)
    grants = cursor.execute(_sql.grants_due, {"until": batch.until, "limit": most}).fetchall()
    uses = cursor.execute(_sql.uses_due, {"until": batch.until, "limit": most - len(grants)}).fetchall()
    batch.move("membership.benefits", [row[1] for row in grants + uses])
    return _grants(cursor, batch.until, grants) + _uses(cursor, uses)


def next_due(cursor: Cursor) -> datetime | None:
    """The earliest instant of which something is to be told."""
    cursor.execute(_sql.next_due)
    row = cursor.fetchone()
    return row[0] if row else None


def _grants(cursor: Cursor, until: datetime, found: Sequence[Any]) -> list[Derived]:
    told: list[Derived] = []
    rows: list[tuple[int, int, datetime | None]] = []
    for number, owner, benefit, source, from_at, until_at, revoked_at, stage, times in found:
        ends_at = min((at for at in (until_at, revoked_at) if at is not None), default=None)
        if stage < GIVEN:
            name = "benefit.tried" if source == "trial" else "benefit.granted"
            ends = until_at.isoformat() if until_at else None
            told.append(_news(name, number, owner, from_at, {"benefit": benefit, "source": source, "until": ends, "times": times}))
            stage = GIVEN
        if stage < ENDED and ends_at is not None and ends_at <= until:
            because = "revoked" if revoked_at is not None and revoked_at == ends_at else "expired"
            told.append(_news("benefit.ended", number, owner, ends_at, {"benefit": benefit, "source": source, "because": because}))
            stage = ENDED
        rows.append((number, stage, ends_at if stage < ENDED else None))
    if rows:
        columns = {"ids": [row[0] for row in rows], "told": [row[1] for row in rows], "due_at": [row[2] for row in rows]}
        cursor.execute(_sql.tell_grants, columns)
    return told


def _uses(cursor: Cursor, rows: Sequence[Any]) -> list[Derived]:
    if rows:
        cursor.execute(_sql.tell_uses, {"ids": [row[0] for row in rows]})
    told = []
    for _, owner, key, benefit, quantity, value_minor, source, ref, used_at in rows:
        properties = {"benefit": benefit, "quantity": quantity, "value_minor": value_minor, "source": source, "ref": ref, "use": key.hex}
        told.append(_news("benefit.used", key.hex, owner, used_at, properties))
    return told


def _news(name: str, what: Any, owner: int, at: datetime, properties: dict[str, Any]) -> Derived:
    return Derived(name=name, reaction="membership.benefit", member_id=owner, properties=properties, at=at, discriminator=f"{name}|{what}")


def absorb(cursor: Cursor, pairs: Pairs) -> None:
    """What the merged were given and used is their survivors': one person has one quota."""
    ends = became(pairs)
    columns = {"losers": list(ends), "survivors": list(ends.values())}
    cursor.execute(_sql.absorb_grants, columns)
    cursor.execute(_sql.absorb_uses, columns)


def release(cursor: Cursor, pairs: Pairs) -> None:
    """What was given or used before the merge returns to whom it was given or who used it."""
    members = sorted({member for pair in pairs for member in pair})
    cursor.execute(_sql.origins_of, {"members": members})
    owners = ends(cursor, below(cursor, {*members, *(row[0] for row in cursor.fetchall())}))
    columns = {"origins": list(owners), "owners": list(owners.values())}
    cursor.execute(_sql.return_grants, columns)
    cursor.execute(_sql.return_to_users, columns)


def export(member_id: int) -> dict[str, Any]:
    """What the person was given, and what they used."""
    with connection.cursor() as own:
        cursor = cast(Cursor, own.cursor)
        found = {}
        for name, statement in (("given", _privacy.given_to), ("used", _privacy.used_by)):
            cursor.execute(statement, {"member": member_id})
            assert cursor.description is not None
            names = [column.name for column in cursor.description]
            found[name] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        return found


def erase(member_id: int) -> None:
    """Forget in whose words and for which order or ticket; figures stay for accounting and name nobody."""
    with connection.cursor() as cursor:
        cursor.execute(_privacy.forget_reasons, {"member": member_id})
        cursor.execute(_privacy.forget_references, {"member": member_id})
