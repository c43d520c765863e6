"""What the member centre itself keeps of a person: where they signed in, what they asked for. Erasure leaves no door open."""

from typing import Any

from django.db import connection, transaction

from siyu.lib.sql import statements

from .services.privacy import drop_copy

_sql = statements("siyu.portal", "portal")
MAX_ROWS = 10_000


def export(member_id: int) -> dict[str, Any]:
    """Sessions, links and wishes, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.history, {"member": member_id, "limit": MAX_ROWS})
        return {"history": [{"what": what, "detail": detail, "at": at} for what, detail, at in cursor.fetchall()]}


def erase(member_id: int) -> None:
    """Sign the member out everywhere and drop codes, links and copies; of a wish to be forgotten only its dates stay.

    Must run while the handles still point to the member.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (_sql.drop_sessions, _sql.drop_codes, _sql.drop_links, _sql.drop_birthdays, _sql.end_farewells):
            cursor.execute(statement, {"member": member_id})
        cursor.execute(_sql.drop_copies, {"member": member_id})
        keys = [row[0] for row in cursor.fetchall()]
    for key in keys:
        drop_copy(key)
