"""Live the demo's year: record each day through the ingest path, pump to its end. Safe to kill, safe to repeat."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import LiteralString

from django.db import connection, transaction

from siyu.facts.pump import pump
from siyu.facts.services import record
from siyu.facts.tasks import make_partitions
from siyu.lib.clock import business_day
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.merchant.queries import settings_book

from . import automation
from .assign import assign_homes
from .calendar import FIRST_DAY, end_of, shifted, weeks_to_shift
from .company import CURRENCY, LogIn, give_log_ins, open_company
from .models import Replay
from .showcase import furnish
from .year import Year, batches

_sql = statements("siyu.demo", "replay")
BEFORE_OPENING = timedelta(days=60)  # the earliest campaign began so long before the first basket
Progress = Callable[[int, int, date | None], None]  # facts recorded, facts in all, the day that is lived


@dataclass(slots=True)
class Lived:
    """What one call did: facts recorded, and the log-ins if it reached the end."""

    facts: int = 0
    was_complete: bool = False
    log_ins: list[LogIn] = field(default_factory=list)


def replay(now: datetime, *, households: int | None = None, days_at_once: int = 1, progress: Progress | None = None) -> Lived:
    """Bring the demo to its end, from wherever an earlier call stopped; a finished one is left as it is.

    `households` takes a sample (fixed by the first call). Refusals: `demo.not_empty`, `demo.package_missing`, `demo.stopped`, `demo.busy`.
    """
    state = _begin(now, households)
    lived = Lived()
    if state.ended_at is not None:
        lived.was_complete = True
        return lived
    _say(_sql.trust_the_disk)
    zone = settings_book().zone(state.until.date())
    make_partitions(shifted(FIRST_DAY, state.weeks) - BEFORE_OPENING, business_day(state.until, zone))
    year = Year(state.weeks, state.until, zone, CURRENCY, state.households)
    if state.recorded_day:  # its facts may still wait in the inbox
        _live(state, year, state.recorded_day)
    waiting = [day for day in year.days if state.recorded_day is None or day > state.recorded_day]
    for days in batches(waiting, days_at_once):
        lived.facts += _record(state, year, days)
        _live(state, year, days[-1])
        if progress:
            progress(state.facts, year.facts, days[-1])
    _say(_sql.wait_for_the_disk)
    lived.log_ins = _end(state, year, now)
    return lived


def is_complete() -> bool:
    """Whether a replay has reached its end here."""
    return Replay.objects.filter(ended_at__isnull=False).exists()


def _begin(now: datetime, households: int | None) -> Replay:
    """The row of the replay; the first call fixes the shift and the end, and makes the company in the same transaction."""
    with transaction.atomic():
        state = Replay.objects.select_for_update().first()
        if state is not None:
            return state
        with connection.cursor() as cursor:
            cursor.execute(_sql.holds_facts)
            if cursor.fetchone()[0]:
                because = "this installation holds facts of its own; give the demo a folder to itself: SIYU_HOME=.siyu-demo siyu demo"
                raise Refusal("demo.not_empty", because)
        today = business_day(now, settings_book().zone(now.date()))
        weeks = weeks_to_shift(today)
        opening = shifted(FIRST_DAY, weeks)
        open_company(opening - BEFORE_OPENING, opening, today, now)
        return Replay.objects.create(id=1, weeks=weeks, until=now.replace(microsecond=0), households=households, started_at=now)


def _record(state: Replay, year: Year, days: list[date]) -> int:
    """The facts of some days and the mark that they were recorded, in one transaction."""
    recorded = 0
    with transaction.atomic():
        for day in days:
            for source, facts in year.facts_of(day):
                record(facts, source=source, received_at=state.until)
                recorded += len(facts)
        state.recorded_day = days[-1]
        state.facts += recorded
        state.save(update_fields=["recorded_day", "facts"])
    return recorded


def _live(state: Replay, year: Year, day: date) -> None:
    """Whatever was recorded up to a day happens; the last days are automated."""
    end = min(end_of(day, year.zone), state.until)
    _pump(end)
    automation.live(end, (year.days[-1] - day).days, year.homes, _pump)


def _say(statement: LiteralString) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _pump(now: datetime) -> None:
    report = pump(now)
    if report.stopped:
        raise Refusal("demo.stopped", f"the pump stands still ({report.stopped}); `siyu doctor` says what to repair")
    if report.is_busy:
        raise Refusal("demo.busy", "another worker pumps this database; stop it until the replay is through")


def _end(state: Replay, year: Year, now: datetime) -> list[LogIn]:
    """Give members their assistants and something to find in the member centre, staff their log-ins, and mark the end."""
    with transaction.atomic():
        assign_homes(year.homes)
        furnish(state.until)  # as if it had never been interrupted
        automation.finish(now)
        log_ins = give_log_ins()
        state.ended_at = now
        state.save(update_fields=["ended_at"])
    _pump(now)
    automation.deliver(now)
    _pump(now)
    return log_ins
