"""Anniversaries 周年: since when a member is in the pool and a customer, and the day on which that is a year older."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived
from siyu.lib.clock import business_day, midnight
from siyu.lib.sql import statements
from siyu.merchant.queries import settings_book

from ..badges import award_years
from ..celebrating import Occasion, celebrate
from ..rules.periods import anniversary, full_years

_sql = statements("siyu.membership", "honours")
ANNIVERSARY = "member.anniversary"
KINDS = {"pool.joined": "joined", "order.paid": "first_order"}
LIMIT = 2_000  # anniversaries of one transaction
Key = tuple[int, str]


class Since(NamedTuple):
    """Since when something is so, and the day up to which its anniversaries were told."""

    since: date
    settled_day: date


def remember(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """Keep since when members are what they are; years that were over when we first heard of it are not celebrated."""
    heard: dict[Key, Since] = {}
    for fact in batch.facts:
        if (kind := KINDS.get(fact.name)) is None or fact.member_id is None:
            continue
        key = (batch.owner(fact.member_id), kind)
        known = heard.get(key)
        settled = max(business_day(fact.clock, batch.zone), fact.business_day)
        heard[key] = Since(min(fact.business_day, known.since), known.settled_day) if known else Since(fact.business_day, settled)
    if not heard:
        return None
    cursor.execute(_sql.anniversaries, {"members": sorted({member for member, _ in heard})})
    known_rows = {(member, kind): Since(since, settled) for member, kind, since, settled in cursor.fetchall()}
    changed = {}
    for key, told in heard.items():
        before = known_rows.get(key)
        if before is None:
            changed[key] = told
        elif told.since < before.since:
            changed[key] = Since(told.since, before.settled_day)
    keep(cursor, changed)
    return None


def keep(cursor: Cursor, rows: Mapping[Key, Since]) -> None:
    """Write rows with the instant of the next anniversary after the day up to which they were told."""
    if not rows:
        return
    book = settings_book()
    ordered = sorted(rows.items())
    cursor.execute(
        _sql.keep_anniversaries,
        {
            "members": [member for (member, _), _ in ordered],
            "kinds": [kind for (_, kind), _ in ordered],
            "sinces": [row.since for _, row in ordered],
            "settled": [row.settled_day for _, row in ordered],
            "dues": [midnight(day, book.zone(day)) for _, row in ordered for day in [_next(row)]],
        },
    )


def due(cursor: Cursor, batch: Batch) -> list[Derived]:
    """Tell the anniversaries up to `batch.until`, and celebrate them."""
    cursor.execute(_sql.anniversaries_due, {"until": batch.until, "limit": LIMIT})
    found = cursor.fetchall()
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
    keep(cursor, rows)
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
    keep(cursor, changed)


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
    keep(cursor, rows)


def _next(row: Since) -> date:
    years = full_years(row.since, row.settled_day) + 1
    return anniversary(row.since, years)


def _news(member: int, kind: str, years: int, at: datetime) -> Derived:
    return Derived(
        name=ANNIVERSARY,
        reaction="membership.anniversaries",
        member_id=member,
        properties={"kind": kind, "years": years},
        at=at,
        discriminator=kind,
    )
