"""Anniversaries when their day comes, and when members become one or two again."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived
from siyu.lib.clock import business_day
from siyu.lib.sql import statements
from siyu.merchant.queries import settings_book

from ..anniversaries import KINDS, Key, Since, keep
from ..badges import award_years
from ..celebrating import Occasion, celebrate
from ..rules.periods import full_years

_sql = statements("siyu.membership", "honours")
ANNIVERSARY = "member.anniversary"
LIMIT = 2_000  # anniversaries of one transaction


def due(cursor: Cursor, batch: Batch) -> list[Derived]:
    """Tell the anniversaries up to `batch.until`, and celebrate them."""
    cursor.execute(_sql.anniversaries_due, {"until": batch.until, "limit": batch.portion("membership.anniversaries", LIMIT)})
    found = cursor.fetchall()
    batch.move("membership.anniversaries", [row[0] for row in found])
    if not found:
        return []
    book, news, rows, occasions, years = settings_book(), [], {}, [], {}
    for member, kind, since, due_at in found:
        day = business_day(due_at, book.zone((due_at + timedelta(hours=12)).date()))
        old = full_years(since, day)
        rows[member, kind] = Since(since, day)
        news.append(_news(member, kind, old, due_at))
        occasions.append(Occasion(kind, member, member, due_at, f"{kind}|{member}|{day}", {"years": old, "tier": ""}))
        if kind == "joined":
            years[member] = (old, due_at)
    keep(cursor, rows, book)
    celebrate(cursor, occasions)
    return news + award_years(cursor, years)


def next_due(cursor: Cursor) -> datetime | None:
    """When the next anniversary is."""
    cursor.execute(_sql.next_anniversary)
    return cursor.fetchone()[0]  # type: ignore[index]


def absorb(cursor: Cursor, pairs: Sequence[tuple[int, int]]) -> None:
    """The survivor is what either was, since the earlier of the two."""
    members = sorted({member for pair in pairs for member in pair})
    cursor.execute(_sql.anniversaries, {"members": members})
    rows = {(member, kind): Since(since, settled) for member, kind, since, settled in cursor.fetchall()}
    changed: dict[Key, Since] = {}
    for survivor, loser in pairs:
        for kind in KINDS.values():
            lost = changed.pop((loser, kind), None) or rows.get((loser, kind))
            own = changed.get((survivor, kind)) or rows.get((survivor, kind))
            if lost is not None:
                changed[survivor, kind] = (
                    Since(min(own.since, lost.since), max(own.settled_day, lost.settled_day)) if own is not None else lost
                )
    cursor.execute(_sql.drop_anniversaries, {"members": sorted({loser for _, loser in pairs})})
    if changed:
        keep(cursor, changed, settings_book())


def release(cursor: Cursor, pairs: Sequence[tuple[int, int]]) -> None:
    """Both are what their own handles say; what was told of the one is not told again of the other."""
    members = sorted({member for pair in pairs for member in pair})
    cursor.execute(_sql.anniversaries, {"members": members})
    settled: dict[str, date] = {}
    for _member, kind, _since, day in cursor.fetchall():
        settled[kind] = max(day, settled.get(kind, day))
    cursor.execute(_sql.beginnings, {"members": members})
    book, rows = settings_book(), {}
    for member, joined_at, bought_at in cursor.fetchall():
        for kind, at in (("joined", joined_at), ("first_order", bought_at)):
            if at is not None:
                since = business_day(at, book.zone(at.date()))
                rows[member, kind] = Since(since, max(settled.get(kind, since), since))
    cursor.execute(_sql.drop_anniversaries, {"members": members})
    keep(cursor, rows, book)


def _news(member: int, kind: str, years: int, at: datetime) -> Derived:
    return Derived(
        name=ANNIVERSARY,
        reaction="membership.anniversaries",
        member_id=member,
        properties={"kind": kind, "years": years},
        at=at,
        discriminator=kind,
    )
