"""What time alone changes: lots mature and expire, and a new version of the tiers judges everybody when it starts."""

from datetime import datetime

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived
from siyu.lib.sql import statements

from .everybody import judge_everybody, next_version
from .plain import move_plain_lots
from .programme import programme
from .reactions import news_of
from .reading import read
from .rows import Touched
from .writing import write

_sql = statements("siyu.loyalty", "due")
LIMIT = 5_000  # lots, and members to be judged, of one transaction
KINDS = 5  # of what falls due: each brings as many


def due(cursor: Cursor, batch: Batch) -> list[Derived]:
    """Run what is due up to `batch.until`, oldest first, for a bounded number of members; call again while `next_due` says so."""
    rules = programme(cursor, batch.settings, batch.zone)
    if batch.alone is None and move_plain_lots(cursor, rules, batch.until):
        return []
    cursor.execute(_sql.members_due, {"until": batch.until, "limit": batch.portion("loyalty", LIMIT)})
    owners = [row[0] for row in cursor.fetchmany(batch.portion("loyalty", KINDS * LIMIT))]
    batch.move("loyalty", owners)
    moved = batch.touched.setdefault("loyalty.value", set())  # what ends or matures, and the tiers it measures, no fact tells
    if not owners:  # whoever remains has nothing else due: a new version of the tiers may judge them set by set
        return judge_everybody(cursor, rules, batch, moved)
    moved.update(owners)
    touched = Touched()
    book, known = read(cursor, rules, touched, batch.until, owners)
    book.pass_time(batch.until)
    write(cursor, book, known, touched)
    return news_of(rules, book.news)


def next_due(cursor: Cursor) -> datetime | None:
    """The earliest instant at which a lot, a hold or a window of activity ends or matures, a tier is judged, or a version starts."""
    cursor.execute(_sql.next_due)
    instants = [*cursor.fetchone(), next_version(cursor)]  # type: ignore[misc]
    return min((at for at in instants if at is not None), default=None)
