"""What time alone changes: lots mature and expire, and a new version of the tiers judges everybody when it starts."""

from datetime import datetime

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived
from siyu.lib.clock import midnight
from siyu.lib.sql import statements
from siyu.merchant.queries import settings_book

from .programme import programme
from .reactions import news_of
from .reading import read
from .rows import Touched
from .rules import TRACK
from .writing import write

_sql = statements("siyu.loyalty", "due")
LIMIT = 5_000  # lots, and members to be judged, of one transaction


def due(cursor: Cursor, batch: Batch) -> list[Derived]:
    """Run what is due up to `batch.until`, oldest first, for a bounded number of members; call again while `next_due` says so."""
    rules = programme(cursor, batch.settings, batch.zone)
    ladder = rules.ladder_at(batch.until)
    cursor.execute(_sql.members_due, {"until": batch.until, "version": ladder.version, "track": TRACK, "limit": LIMIT})
    owners = [row[0] for row in cursor.fetchall()]
    if not owners:
        return []
    touched = Touched()
    book, known = read(cursor, rules, touched, batch.until, owners)
    book.pass_time(batch.until)
    write(cursor, book, known, touched)
    return news_of(book)


def next_due(cursor: Cursor) -> datetime | None:
    """The earliest instant at which a lot matures or expires, or a version of the tiers starts that has yet to judge someone."""
    cursor.execute(_sql.next_due, {"track": TRACK})
    matures_at, expires_at, day, since = cursor.fetchone()  # type: ignore[misc]
    starts_at = max(midnight(day, settings_book().zone(day)), since) if day is not None else None
    return min((at for at in (matures_at, expires_at, starts_at) if at is not None), default=None)
