"""Snapshots of RFM: the borders of the quintiles, taken on a day; audiences of cells are then judged anew."""

from datetime import datetime

from django.db import connection, transaction

from siyu.lib.clock import business_day
from siyu.lib.refusal import Refusal
from siyu.lib.sql import array, statements
from siyu.merchant.queries import settings_book
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..models import Snapshot

_sql = statements("siyu.audiences", "services")


def take_snapshot(by: Actor, *, now: datetime) -> int:
    """Take the borders from what everybody has bought by now; returns the snapshot's number. Refusal: `rfm.nobody`."""
    zone = settings_book().zone(now.date())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql.borders, {"zone": zone.key})
        buyers, recency, frequency, monetary = cursor.fetchone()
        if not buyers:
            raise Refusal("rfm.nobody", "nobody has bought anything yet")
        taken = Snapshot.objects.create(
            day=business_day(now, zone),
            taken_at=now,
            taken_by=by.name,
            buyers=buyers,
            recency=[day.isoformat() for day in recency],
            frequency=list(frequency),
            monetary=list(monetary),
        )
        cursor.execute(_sql.rfm_audiences)
        cursor.execute(_sql.ask_anew, {"audiences": array(row[0] for row in cursor.fetchall())})
        audit(by, "rfm.taken", f"snapshot:{taken.pk}", {"buyers": buyers})
    return taken.pk
