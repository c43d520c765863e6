"""Groups of value as audiences, made by one click; and borders of RFM that do not grow old."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.merchant.queries import today
from siyu.merchant.rules import SYSTEM, Actor

from ..models import Snapshot
from ..rules.value import NAMED, rule
from ..value import group_audiences
from ..words import GROUPS, GROUPS_MEAN
from .audiences import create
from .snapshots import take_snapshot

_sql = statements("siyu.audiences", "value")
FRESH = timedelta(days=30)


def make_group_audiences(by: Actor, *, now: datetime) -> list[int]:
    """Make audiences of the groups that campaigns are made for, those that are missing, and take the borders of RFM if there are none.

    Returns the numbers of the new ones. They are named as `by` reads. Refusals: those of `create` (a name that is taken).
    """
    with transaction.atomic():
        living = group_audiences()
        made = [_make(by, group, now) for group in NAMED if group not in living]
        _take_unless_taken(by, now)
    return made


def retake_borders(now: datetime) -> bool:
    """Take the borders of RFM anew when they are older than a month; of who never took any, nothing is taken. Tells whether it did."""
    newest = Snapshot.objects.order_by("-day").values_list("day", flat=True).first()
    if newest is None or today(now) - newest < FRESH:
        return False
    take_snapshot(SYSTEM, now=now)
    return True


def _make(by: Actor, group: str, now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_sql.made_of_group, {"group": group})
        key = f"value:{group}:{cursor.fetchone()[0] + 1}"
    return create(by, str(GROUPS[group]), rule(group), description=str(GROUPS_MEAN[group]), key=key, now=now)


def _take_unless_taken(by: Actor, now: datetime) -> None:
    if not Snapshot.objects.exists():
        try:
            take_snapshot(by, now=now)
        except Refusal as refusal:
            if refusal.code != "rfm.nobody":  # groups wait for the first buyer
                raise
