"""A person's copy of what they did and were given in this room, and its erasure."""

from typing import Any

from django.db import connection, transaction

from siyu.lib.crypto import decrypt_text
from siyu.lib.sql import statements

_sql = statements("siyu.membership", "privacy")
COLUMNS = {
    "check_ins": ("day", "at", "is_made_up"),
    "ladder": ("day", "streak", "given_at"),
    "tasks": ("task", "period", "step", "completed_at", "claimed_at"),
    "badges": ("badge", "level", "awarded_at", "revoked_at"),
    "ranks": ("board", "period", "rank", "value"),
    "cards": ("title", "words", "at"),
    "redemptions": ("number", "gift", "quantity", "points", "state", "redeemed_at", "address", "carrier", "tracking"),
}


def export(member_id: int) -> dict[str, list[dict[str, Any]]]:
    """Check-ins, ladder steps, tasks, badges, ranks, cards and redemptions, with the addresses they went to."""
    found = {}
    with connection.cursor() as cursor:
        for name, columns in COLUMNS.items():
            cursor.execute(getattr(_sql, name), {"member": member_id})
            found[name] = [_told(dict(zip(columns, row, strict=True))) for row in cursor.fetchall()]
    return found


def erase(member_id: int) -> None:
    """Forget where gifts went, the codes to fetch them, the days of the member's handles, and what calls the member by name."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (_sql.blank_redemptions, _sql.forget_check_ins, _sql.forget_cards, _sql.forget_anniversaries, _sql.hide):
            cursor.execute(statement, {"member": member_id})


def _told(row: dict[str, Any]) -> dict[str, Any]:
    address = row.get("address")
    return row | {"address": decrypt_text(address)} if address else row
