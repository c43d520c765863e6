"""By which handle services speak of members: facts carry handles, never members."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection

from siyu.facts.rules import Handle
from siyu.lib.crypto import decrypt_text
from siyu.lib.sql import statements

_sql = statements("siyu.members", "services")


class Carrier(NamedTuple):
    """A handle that facts of a member are said of: its number, and what the outside calls it."""

    id: int
    handle: Handle


def carriers(member_ids: Sequence[int]) -> dict[int, Carrier]:
    """Member → the oldest handle that can be told. Who has none (merged, erased, only a hash kept) is missing."""
    if not member_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_sql.carriers, {"members": sorted(set(member_ids))})
        return {member: carrier(number, kind, value) for member, number, kind, value in cursor.fetchall()}


def carrier(number: int, kind: str, value: bytes) -> Carrier:
    """A row of `members_identity`, read by a room that asks for more at once."""
    return Carrier(number, Handle(kind, decrypt_text(value)))
