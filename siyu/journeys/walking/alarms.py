"""Schedules ring: whoever a journey's trigger names comes, and waits to be taken set by set."""

from datetime import datetime

from psycopg import Cursor

from siyu.audiences import queries as audiences
from siyu.facts.rules import Batch
from siyu.lib.clock import business_day
from siyu.lib.sql import array, statements

from ..checking import stored
from ..models import Version
from ..rules import kind_of
from ..triggers import triggers
from .program import Program

_sql = statements("siyu.journeys", "walking")


def ring(cursor: Cursor, batch: Batch, program: Program) -> None:
    """Let everybody come whose journey's alarm rings up to the end of the batch, and set it anew."""
    cursor.execute(_sql.alarms, {"until": batch.until})
    for journey, at in cursor.fetchall():
        _ring_one(cursor, batch, program, journey, at)


def _ring_one(cursor: Cursor, batch: Batch, program: Program, journey: int, at: datetime) -> None:
    trigger = stored(Version.objects.get(pk=program.in_force[journey].version_id).definition).trigger
    module = triggers()[kind_of(trigger)]
    who = module.who(trigger)
    columns = {"journey": journey, "key": business_day(at, batch.zone).isoformat(), "at": at}
    if who.audience is not None:
        cursor.execute(_sql.arrive_from_audience, {**columns, "audience": who.audience})
    elif who.rule is not None:
        members = audiences.holders(who.rule, at, batch.zone)
        if members:
            cursor.execute(_sql.arrive, {**columns, "members": array(members)})
    cursor.execute(_sql.set_alarm, {"journey": journey, "at": module.next_alarm(trigger, at, batch.zone)})
