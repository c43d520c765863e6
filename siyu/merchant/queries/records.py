"""The audit as it is read, newest first, and the alarms that wait for a person."""

from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import QuerySet

from siyu.lib.web.keyset import Position, cut

from ..models import Alarm, Audit


class AuditFilter(NamedTuple):
    """What to look for: an actor's exact name, the beginning of a verb (`staff.`), an exact subject (`staff:12`); empty for all."""

    actor: str = ""
    verb: str = ""
    subject: str = ""


def audit_rows(wanted: AuditFilter, at: Position) -> list[Audit]:
    """A page of the audit, newest first."""
    return list(cut(_wanted(wanted), at, "-id"))


def walk_audit(wanted: AuditFilter, limit: int) -> Iterator[Audit]:
    """The newest `limit` rows, one after another, for a file."""
    return _wanted(wanted).order_by("-pk")[:limit].iterator(chunk_size=2000)


def _wanted(wanted: AuditFilter) -> QuerySet[Audit]:
    rows = Audit.objects.all()
    if wanted.actor:
        rows = rows.filter(actor_name=wanted.actor)
    if wanted.verb:
        rows = rows.filter(verb__startswith=wanted.verb)
    if wanted.subject:
        rows = rows.filter(subject=wanted.subject)
    return rows


def open_alarms(limit: int = 50) -> list[Alarm]:
    """Alarms nobody has cleared, newest first."""
    return list(Alarm.objects.filter(cleared_at=None).order_by("-raised_at", "-pk")[:limit])


def cleared_alarms(limit: int = 50) -> list[Alarm]:
    """The alarms cleared last."""
    return list(Alarm.objects.filter(cleared_at__isnull=False).order_by("-cleared_at", "-pk")[:limit])


def one_alarm(alarm_id: int) -> Alarm | None:
    """One alarm, open or cleared."""
    return Alarm.objects.filter(pk=alarm_id).first()
