"""At the end of each transaction of the pump: whoever facts, merges or time move in a journey goes as far as they can."""

from collections.abc import Sequence

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived, Merged
from siyu.lib.sql import array, statements

from .rules.line import Fold, Log
from .walking.alarms import ring
from .walking.ledger import Ledger
from .walking.program import Program, program
from .walking.reading import DUE, Lines
from .walking.rounds import Rounds
from .walking.world import RealWorld
from .walking.writing import news, write

_sql = statements("siyu.journeys", "walking")


def walk(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """Walk the lines of those whom the batch's facts and merges concern; with no fact from outside, also of those whose time has come."""
    made = program(cursor)
    before = _joinings(cursor, batch)
    is_timed = batch.portion("journeys", DUE) > 0 and not any(fact.depth == 0 for fact in batch.facts)
    if not made.plans and not before and not batch.merges:
        return None
    log = Log()
    lines = Lines(batch, made, [(merge.survivor_id, merge.loser_id) for merge in before])
    ledger = Ledger(cursor, lines.final)
    fold = Fold(made.plans, made.starts, ledger, batch.until, log)
    lines.merge(before)
    lines.hear(fold)
    if is_timed and made.moving:
        ring(cursor, batch, made)
        _arrive(cursor, lines, made)
    lines.read(cursor, due=is_timed)
    merges = [*before, *batch.merges]
    ledger.fetch([*lines.members_of(lines.asked), *(lines.twins(merges) if merges else ())])
    Rounds(cursor, fold, ledger, RealWorld(cursor, made, batch.until, batch.zone, lines.final)).walk(list(lines.by_member.values()))
    write(cursor, batch, log, merges)
    return news(log) or None


def _joinings(cursor: Cursor, batch: Batch) -> Sequence[Merged]:
    """Merges that services made: they come before everything of this batch, whose own stand in order among its facts."""
    if cursor.execute(_sql.is_joined).fetchone() == (False,):
        return []
    cursor.execute(_sql.joinings)
    own = {merge.loser_id for merge in batch.merges}
    clock = batch.facts[0].clock if batch.facts else batch.until
    return [
        Merged(seq=-1, clock=clock, survivor_id=survivor, loser_id=loser, merge_id=0)
        for _, survivor, loser in sorted(cursor.fetchall())
        if loser not in own
    ]


def _arrive(cursor: Cursor, lines: Lines, made: Program) -> None:
    cursor.execute(_sql.arrivals, {"journeys": array(made.moving), "limit": DUE})
    lines.arrive(cursor.fetchall())
