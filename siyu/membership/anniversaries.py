"""Anniversaries 周年: since when a member is in the pool and a customer, kept from the facts that tell of it."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived
from siyu.lib.clock import business_day, midnight
from siyu.lib.sql import statements
from siyu.merchant.queries import SettingsBook

from .rules.periods import anniversary, full_years

_sql = statements("siyu.membership", "honours")
KINDS = {"pool.joined": "joined", "order.paid": "first_order"}
Key = tuple[int, str]


class Since(NamedTuple):
    """Since when something is so, and the day up to which its anniversaries were told."""

    since: date
    settled_day: date


def remember(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """Keep since when members are what they are; years that were over when we first heard of it are not celebrated."""
    heard: dict[Key, Since] = {}
    for fact in batch.named(*KINDS):
        if fact.member_id is None:
            continue
        key = (batch.owner(fact.member_id), KINDS[fact.name])
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
    keep(cursor, changed, batch.settings)
    return None


def keep(cursor: Cursor, rows: Mapping[Key, Since], book: SettingsBook) -> None:
    """Write rows with the instant of the next anniversary after the day up to which they were told."""
    if not rows:
        return
    ordered = sorted(rows.items())
    dues = {row: midnight(day, book.zone(day)) for row in set(rows.values()) for day in [_next(row)]}  # many begin on one day
    cursor.execute(
        _sql.keep_anniversaries,
        {
            "members": [member for (member, _), _ in ordered],
            "kinds": [kind for (_, kind), _ in ordered],
            "sinces": [row.since for _, row in ordered],
            "settled": [row.settled_day for _, row in ordered],
            "dues": [dues[row] for _, row in ordered],
        },
    )


def _next(row: Since) -> date:
    years = full_years(row.since, row.settled_day) + 1
    return anniversary(row.since, years)
