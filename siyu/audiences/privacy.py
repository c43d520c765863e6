"""A person's copy: in which audiences they are; what erasure leaves: nothing of it."""

from typing import Any

from django.db import connection, transaction

from siyu.lib.sql import statements

from .reactions import mark_dirty

_sql = statements("siyu.audiences", "privacy")


def export(member_id: int) -> dict[str, Any]:
    """The audiences a member is in, and the dates kept of their traits."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.audiences_of, {"member": member_id})
        inside = [{"audience": name, "since": since} for name, since in cursor.fetchall()]
        cursor.execute(_sql.dates_of, {"member": member_id})
        dates = [{"trait": name, "month": month, "day": day} for name, month, day in cursor.fetchall()]
    return {"audiences": inside, "dates": dates}


def erase(member_id: int) -> None:
    """Take the member out of everything this room holds; what is left of them is judged by what is left of them."""
    with transaction.atomic(), connection.cursor() as cursor:
        mark_dirty(cursor.cursor, [member_id])
        for statement in (_sql.leave_all, _sql.forget_due, _sql.forget_dates, _sql.forget_lists):
            cursor.execute(statement, {"member": member_id})
