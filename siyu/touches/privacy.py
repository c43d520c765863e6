"""A person's copy of what was sent, and its erasure."""

from typing import Any

from django.db import connection, transaction

from siyu.lib.sql import statements

_sql = statements("siyu.touches", "privacy")


def export(member_id: int) -> dict[str, list[dict[str, Any]]]:
    """What was sent to the member, when and by which way, and what was not sent."""
    names = ("medium", "purpose", "template", "status", "why", "sent_at", "delivered_at", "opened_at", "clicked_at")
    with connection.cursor() as cursor:
        cursor.execute(_sql.touches_of, {"member": member_id})
        return {"touches": [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]}


def erase(member_id: int) -> None:
    """Forget the words and links; that something was sent stays, without anything that leads to a person."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (_sql.forget_words, _sql.forget_links, _sql.forget_addresses, _sql.stop_touches):
            cursor.execute(statement, {"member": member_id})
