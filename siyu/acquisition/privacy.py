"""A person's copy of arrivals, and their erasure."""

from typing import Any

from django.db import connection, transaction

from siyu.lib.sql import statements

_sql = statements("siyu.acquisition", "privacy")


def export(member_id: int) -> dict[str, list[dict[str, Any]]]:
    """Through which channels and codes the member came, and when."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.arrivals_of, {"member": member_id})
        return {"arrivals": [dict(zip(("channel", "code", "occurred_at"), row, strict=True)) for row in cursor.fetchall()]}


def erase(member_id: int) -> None:
    """Forget the member's arrivals and attribution. Must run while the handles still point to the member."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql.forget_arrivals, {"member": member_id})
        cursor.execute(_sql.forget_attribution, {"member": member_id})
