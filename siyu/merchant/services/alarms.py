"""Alarms: what a person should look at. One is open per code and subject, however often it is raised."""

from datetime import datetime

from django.db import connection, transaction

from siyu.lib.sql import statements

from ..models import Alarm
from ..rules import SYSTEM, Actor
from .audit import audit

_sql = statements("siyu.merchant", "alarms")


def raise_alarm(code: str, subject: str, message: str, now: datetime) -> None:
    """Open an alarm (`pump.stopped`), or renew the message of the open one; it keeps the instant of its first raising."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.raise_alarm, {"code": code, "subject": subject, "message": message, "now": now})


def clear_alarm(code: str, subject: str, now: datetime, by: Actor = SYSTEM) -> bool:
    """Close the open alarm of this code and subject; False when none is open. A person's clearing is audited."""
    with transaction.atomic():
        cleared = Alarm.objects.filter(code=code, subject=subject, cleared_at=None).update(cleared_at=now, cleared_by=by.name)
        if cleared and by.kind != "system":
            audit(by, "alarm.cleared", f"alarm:{code}:{subject}", at=now)
    return bool(cleared)
