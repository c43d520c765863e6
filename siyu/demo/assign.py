"""Whose customer everybody is: stores and assistants, once the demo knows its members."""

from django.db import connection

from siyu.lib.crypto import lookup_hash
from siyu.lib.sql import statements
from siyu.members.services import assign_assistants
from siyu.merchant.queries import staff
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import ensure_stores

from .simulation.people import Home

_sql = statements("siyu.demo", "replay")


def assign_homes(homes: list[Home]) -> None:
    """Give every member of the demo a store, and an assistant if they joined the pool; part of the caller's transaction."""
    by_hash = {lookup_hash(*home.handle): home for home in homes}
    staff_ids = {member.username: member.id for member in staff()}
    store_ids = ensure_stores(home.store for home in homes)
    with connection.cursor() as cursor:
        cursor.execute(_sql.members_of, {"hashes": list(by_hash)})
        found = cursor.fetchall()
    assigned = {}
    for hash_, member in found:
        home = by_hash[hash_]
        assigned[member] = (member, staff_ids[home.assistant] if home.assistant else None, store_ids[home.store])
    assign_assistants(SYSTEM, list(assigned.values()))
