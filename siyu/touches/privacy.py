"""A person's copy of what was sent, and its erasure."""

from typing import Any

import msgspec
from django.db import connection, transaction

from siyu.lib.clock import utc_now
from siyu.lib.crypto import decrypt, decrypt_text
from siyu.lib.sql import statements

_sql = statements("siyu.touches", "privacy")


def export(member_id: int) -> dict[str, list[dict[str, Any]]]:
    """What was sent to the member, when and by which way, and what was not sent."""
    names = ("medium", "purpose", "template", "status", "why", "sent_at", "delivered_at", "opened_at", "clicked_at")
    with connection.cursor() as cursor:
        cursor.execute(_sql.touches_of, {"member": member_id})
        touches = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        cursor.execute(_sql.tasks_of, {"member": member_id})
        tasks = [_task(*row) for row in cursor.fetchall()]
    return {"touches": touches, "staff_tasks": tasks}


def erase(member_id: int) -> None:
    """Forget the words and links; that something was sent stays, without anything that leads to a person."""
    with transaction.atomic(), connection.cursor() as cursor:
        forgetting = (_sql.forget_words, _sql.forget_links, _sql.forget_addresses, _sql.forget_tasks, _sql.forget_stands, _sql.stop_touches)
        for statement in forgetting:
            cursor.execute(statement, {"member": member_id, "now": utc_now()})


def _task(kind: str, due_at: Any, state: str, result: str, closed_at: Any, words: bytes, note: bytes) -> dict[str, Any]:
    said = msgspec.json.decode(decrypt(words)) if words else {}
    told = decrypt_text(note) if note else ""
    return {
        "kind": kind,
        "due_at": due_at,
        "state": state,
        "result": result,
        "closed_at": closed_at,
        "words": said.get("text", ""),
        "note": told,
    }
