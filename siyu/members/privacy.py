"""A person's copy of what we know, and what erasure leaves: a member without handles, traits, tags and clocks."""

from typing import Any
from uuid import UUID

from django.db import connection, transaction

from siyu.facts.privacy import erase_of, export_of
from siyu.lib.sql import statements
from siyu.merchant.rules import WHOLE

from . import queries

_sql = statements("siyu.members", "privacy")


def export(member_id: int) -> dict[str, Any]:
    """Everything this room knows of a member, in plain: it is the person's own copy."""
    view = queries.member(member_id, WHOLE)
    return {
        "member": {"public_id": view.public_id, "nickname": view.nickname, "since": view.created_at} if view else {},
        "identities": [
            {"kind": i.kind, "value": i.value, "first_seen": i.first_seen} for i in queries.identities([member_id], unmasked=True)
        ],
        "traits": {trait.name: trait.value for trait in queries.traits(member_id, unmasked=True)},
        "tags": [tag.name for tag in queries.tags(member_id)],
        "consents": [
            {"purpose": c.purpose, "channel": c.channel, "given": c.is_given, "at": c.said_at, "proof": c.proof}
            for c in queries.consents(member_id)
        ],
        "history": export_of(_handles(member_id)),
    }


def erase(member_id: int) -> None:
    """Remove what names or describes the person. Handles stay as bare numbers, unreadable and unfindable, because facts point to them.

    Must run after the other rooms erased what they find through the handles.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        erase_of(_handles(member_id))
        for statement in (_sql.drop_traits, _sql.drop_consents, _sql.drop_tags, _sql.drop_links, _sql.blank_handles, _sql.blank_member):
            cursor.execute(statement, {"member": member_id})


def _handles(member_id: int) -> list[tuple[int, UUID]]:
    with connection.cursor() as cursor:
        cursor.execute(_sql.handles, {"member": member_id})
        return cursor.fetchall()
