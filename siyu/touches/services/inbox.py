"""The member centre's inbox: a message is there as soon as it is written."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, transaction

from siyu.lib.crypto import encrypt
from siyu.lib.sql import array, statements

from ..models import InboxMessage
from .claimed import Ready, Settled
from .sending import claim, settle

_sql = statements("siyu.touches", "outbox")
INBOX = "inbox"


def post_inbox(now: datetime) -> int:
    """Put what is due into inboxes; returns how many. Written and sent are one transaction, so none is unknown."""
    with transaction.atomic(), connection.cursor() as cursor:
        ready = claim(now, INBOX)
        if ready:
            columns: dict[str, Any] = {
                "touches": array([one.touch.id for one in ready]),
                "members": array([one.touch.member_id for one in ready]),
                "words": [_kept(one) for one in ready],
                "now": now,
            }
            cursor.execute(_sql.insert_inbox, columns)
            settle(cursor, [Settled(one.touch, "sent", sent_at=now) for one in ready], now)
    return len(ready)


def read_message(member_id: int, touch_id: UUID, *, now: datetime) -> bool:
    """The member opened a message; False when it is not theirs."""
    found = InboxMessage.objects.filter(touch_id=touch_id, member_id=member_id)
    found.filter(read_at=None).update(read_at=now)
    return found.exists()


def _kept(one: Ready) -> bytes:
    message = one.message
    return encrypt(msgspec.json.encode({"subject": message.subject, "text": message.text, "html": message.html}))
