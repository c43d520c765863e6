"""The short way for what falls due in masses: lots that mature or expire and touch nothing else, moved set by set.

It posts exactly what the fold would: the same entries under the same keys. Whatever is not plain is left to the fold: debts, units that
tiers measure, what slides with activity, lots that mature and expire at one go, and what waits for a person.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from psycopg import Cursor

from siyu.lib.clock import business_day
from siyu.lib.lane import Lane
from siyu.lib.sql import array, copy, null, statements
from siyu.members.services import lock

from .rules import AVAILABLE, GROWTH, PENDING, Programme
from .rules.ledger import EXPIRED, entry_key_bytes

_sql = statements("siyu.loyalty", "due")
_write = statements("siyu.loyalty", "write")
LIMIT = 50_000  # lots of one transaction
WORTH_IT = 50  # fewer are left to the fold
PART = 2_500  # lots that are written while the next are reckoned


def move_plain_lots(cursor: Cursor, programme: Programme, until: datetime) -> int:
    """Mature and expire a portion of the plain lots that are due; returns how many."""
    measured = sorted({GROWTH, *programme.measures, *programme.windowed})
    cursor.execute(_sql.plain_due, {"until": until, "limit": LIMIT // 2, "measured": measured})
    found = cursor.fetchall()
    if len(found) < WORTH_IT:
        return 0
    with Lane(cursor.connection, is_worth_a_thread=len(found) > PART) as lane:
        lock(lane.cursor, sorted({owner for _, owner in found}))
        lots = lane.cursor.execute(_sql.plain_lots, {"lots": array(lot for lot, _ in found), "until": until}, binary=True).fetchall()
        for start in range(0, len(lots), PART):
            part = lots[start : start + PART]
            copy(lane.cursor, _write.copy_entries, _entries(programme, part))
            ids = {"lots": [row[0] for row in part]}
            lane.cursor.execute(_sql.plain_balances, ids)
            lane.cursor.execute(_sql.plain_moves, ids)
    return len(lots)


def _entries(programme: Programme, lots: list[Any]) -> Iterator[str]:
    days: dict[datetime, tuple[Any, str, str]] = {}
    for number, key, account, unit, amount, rule, is_pending, at in lots:
        if at not in days:
            day = business_day(at, programme.zone)
            days[at] = (day, day.isoformat(), at.isoformat())
        day, written, instant = days[at]
        kind, debit, credit = ("mature", PENDING, AVAILABLE) if is_pending else ("expire", AVAILABLE, EXPIRED)
        own = entry_key_bytes(day, kind, key, debit, credit, instant, "").hex()
        yield (
            f"{account}\t{unit}\t{debit}\t{credit}\t{amount}\t{kind}\t{number}\t\\N\t\\N\t{null(rule)}\t\t1\t{instant}\t{written}\t{own}"
            "\t\\N\t\\N\n"
        )
