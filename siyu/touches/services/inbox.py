"""The member centre's inbox: a message is there as soon as it is written."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, transaction

from siyu.lib.crypto import encrypt
from siyu.lib.sql import array, statements

from ..models import InboxMessage
from .answers import opened
from .claimed import Ready, Settled
from .sending import claim, settle

_sql, _inbox = statements("siyu.touches", "outbox"), statements("siyu.touches", "inbox")
INBOX = "inbox"


def post_inbox(now: datetime) -> int:
    """Put what is due into inboxes; returns how many. Written, sent and delivered are one transaction, so none is unknown."""
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
            settle(cursor, [Settled(one.touch, "sent", at=now, sent_at=now) for one in ready], now, are_delivered=True)
    return len(ready)


def read_message(member_id: int, touch_id: UUID, *, now: datetime) -> bool:
    """The member opened a message: the first time is a fact, `touch.opened`. False when it is not theirs."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_inbox.read, {"member": member_id, "touch": touch_id, "now": now})
        if cursor.fetchone() is not None:
            opened(touch_id, now=now)
            return True
    return InboxMessage.objects.filter(touch_id=touch_id, member_id=member_id).exists()


def _kept(one: Ready) -> bytes:
    message = one.message
    return encrypt(msgspec.json.encode({"subject": message.subject, "text": message.text, "html": message.html}))
