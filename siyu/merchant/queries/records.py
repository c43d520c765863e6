"""The audit as it is read, newest first, and the alarms that wait for a person."""

from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import QuerySet

from ..models import Alarm, Audit


class AuditFilter(NamedTuple):
    """What to look for: an actor's exact name, the beginning of a verb (`staff.`), an exact subject (`staff:12`); empty for all."""

    actor: str = ""
    verb: str = ""
    subject: str = ""


def audit_rows(wanted: AuditFilter, before: int | None = None, limit: int = 50) -> list[Audit]:
    """A page of the audit: rows older than the id `before`, newest first."""
    rows = _wanted(wanted)
    return list((rows.filter(pk__lt=before) if before is not None else rows)[:limit])


def walk_audit(wanted: AuditFilter, limit: int) -> Iterator[Audit]:
    """The newest `limit` rows, one after another, for a file."""
    return _wanted(wanted)[:limit].iterator(chunk_size=2000)


def _wanted(wanted: AuditFilter) -> QuerySet[Audit]:
    rows = Audit.objects.order_by("-pk")
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
