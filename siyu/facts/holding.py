"""Due work that fails for a member: set aside with its reason, so that time goes on for all others."""

from datetime import datetime, timedelta

import msgspec
from psycopg import Cursor

from siyu.lib.crypto import encrypt
from siyu.lib.sql import statements

from .intake import message_hash, told
from .rules import FactError
from .services import source_id

_sql = statements("siyu.facts", "holding")
SOURCE = "siyu"
SOONEST, DOUBLINGS = timedelta(hours=1), 7  # it is tried again after 1 hour, then 2, 4 … 128 hours


def hold(cursor: Cursor, room: str, member: int, error: FactError, until: datetime) -> bool:
    """Set a member's due work of a room aside for a while, longer each time; tells whether it was not known to fail.

    It lies in the quarantine; `facts_held` keeps the room from it.
    """
    plain = msgspec.json.encode({"room": room, "member": member})
    columns = {
        "until": until,
        "source": source_id(SOURCE),
        "code": error.code,
        "because": told(error),
        "room": room,
        "message": message_hash(plain),
        "payload": encrypt(plain),
        "member": member,
        "soonest": SOONEST,
        "doublings": DOUBLINGS,
    }
    cursor.execute(_sql.hold, columns)
    return cursor.fetchone() == (1,)
