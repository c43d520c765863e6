"""What a person may ask of us: a copy of everything we know, and to be forgotten. Every room answers for itself (`wiring.ERASERS`)."""

from collections.abc import Iterator
from datetime import datetime
from importlib import import_module
from types import ModuleType
from typing import Any

from django.db import connection, transaction

from siyu.facts.services import BATCH_LOCK
from siyu.lib.refusal import Refusal
from siyu.lib.wired import table
from siyu.merchant.rules import WHOLE, Actor
from siyu.merchant.services import audit

from .. import queries
from ..locking import lock


def copy_of(member_id: int) -> dict[str, Any]:
    """Room → everything that the room knows of a member, as its `privacy.export` tells."""
    return {path.split(".")[1]: room.export(member_id) for path, room in _rooms()}


def erase_member(by: Actor, member_id: int, because: str, *, now: datetime) -> None:
    """Forget a person in every room, in one transaction: nobody is half erased. It cannot be undone.

    It comes between two batches of the pump: what one of them has read of the person would be written back by it.

    Refusals: `erase.because`, `erase.unknown`.
    """
    if not because.strip():
        raise Refusal("erase.because", "say who asked for the erasure, and when")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [BATCH_LOCK])
        lock(cursor.cursor, [member_id])
        view = queries.member(member_id, WHOLE)
        if view is None or view.merged_into_id is not None:
            raise Refusal("erase.unknown", "there is no such member")
        for _path, room in _rooms():
            room.erase(member_id)
        audit(by, "member.erased", f"member:{member_id}", {"rooms": [path.split(".")[1] for path, _ in _rooms()]}, because, at=now)


def _rooms() -> Iterator[tuple[str, ModuleType]]:
    for path in table("ERASERS"):
        yield path, import_module(path)
