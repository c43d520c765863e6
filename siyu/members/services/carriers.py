"""By which handle services speak of members: facts carry handles, never members."""

from collections.abc import Sequence

from django.db import connection

from siyu.facts.rules import Handle
from siyu.lib.crypto import decrypt_text
from siyu.lib.sql import statements

_sql = statements("siyu.members", "services")


def carriers(member_ids: Sequence[int]) -> dict[int, Handle]:
    """Member → the handle heard of first. Who has none any more (merged, erased) is missing."""
    if not member_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_sql.carriers, {"members": sorted(set(member_ids))})
        return {member: Handle(kind, decrypt_text(value)) for member, kind, value in cursor.fetchall()}
