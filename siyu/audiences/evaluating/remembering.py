"""What rules need beside the rows of other rooms: instants of watched facts, dates that traits tell, and counters."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from struct import Struct
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from psycopg import Cursor, sql

from siyu.facts import filters
from siyu.facts.catalogue import BORN, PERSONAL_TRAITS
from siyu.facts.dates import date_of
from siyu.facts.rules import Batch, Fact
from siyu.facts.services import define_counter
from siyu.lib.sql import statements
from siyu.lib.wire import copy, days, microseconds
from siyu.members.queries import TOKEN, personal_values
from siyu.merchant.queries import settings_book

from ..asking import Counted
from ..compiling import passes
from ..conditions import counted_of
from ..rules import leaves
from ..rules.tree import Node
from .program import Predicate

_sql = statements("siyu.audiences", "evaluating")
_MOMENT = Struct(">hiqiqiqiiiq")  # a row of the COPY: how many columns, then of each its length and value
PAGE = 5_000  # traits read at once


@lru_cache(maxsize=500)
def _predicate(tree: str) -> Predicate:
    return filters.compile(json.loads(tree))


def remember(cursor: Cursor, batch: Batch) -> None:
    """Keep the instants of the batch's watched facts, and the dates its traits tell."""
    if batch.facts:
        _moments(cursor, batch.facts)
        if identified := [fact for fact in batch.named("member.identified") if fact.identity_id is not None]:
            _dates(cursor, identified, batch.zone)


def _moments(cursor: Cursor, facts: Sequence[Fact]) -> None:
    cursor.execute(_sql.watches)
    by_name: dict[str, list[tuple[int, Predicate]]] = {}
    for _key, number, name, tree in cursor.fetchall():
        by_name.setdefault(name, []).append((number, _predicate(tree)))
    if not by_name:
        return
    rows = [
        _MOMENT.pack(5, 8, fact.identity_id, 8, number, 8, microseconds(fact.occurred_at), 4, days(fact.business_day), 8, fact.id)
        for fact in facts
        if fact.name in by_name and fact.identity_id is not None
        for number, predicate in by_name[fact.name]
        if predicate(fact.properties)
    ]
    if rows:
        copy(cursor, _sql.remember, rows)


def _dates(cursor: Cursor, identified: Sequence[Fact], zone: ZoneInfo) -> None:
    said: dict[tuple[int, str], tuple[Fact, Any]] = {}
    for fact in identified:
        traits = fact.properties.get("traits")
        for name, value in traits.items() if isinstance(traits, dict) else ():
            if _may_be_a_date(name, value, zone):
                before = said.get((fact.identity_id, name))  # type: ignore[arg-type]
                if before is None or (before[0].occurred_at, before[0].message) < (fact.occurred_at, fact.message):
                    said[fact.identity_id, name] = (fact, value)  # type: ignore[index]
    if said:
        keep_dates(
            cursor,
            [(identity, name, fact.message, value) for (identity, name), (fact, value) in sorted(said.items(), key=lambda one: one[0])],
            zone,
        )


def _may_be_a_date(name: str, value: Any, zone: ZoneInfo) -> bool:
    """A token may hide one, unless its name says that it is a phone, an address …"""
    is_token = isinstance(value, str) and value.startswith(TOKEN)
    return PERSONAL_TRAITS.get(name, BORN) == BORN if is_token else date_of(value, zone) is not None


def keep_dates(cursor: Cursor, said: Iterable[tuple[int, str, Any, Any]], zone: ZoneInfo) -> None:
    """Keep the dates among traits: (handle, name, message, value). Of encrypted ones month and day are kept, never the year."""
    said = list(said)
    plain = personal_values([value for _, _, _, value in said if isinstance(value, str) and value.startswith(TOKEN)])
    rows = []
    for identity, name, message, value in said:
        is_token = isinstance(value, str) and value.startswith(TOKEN)
        written = date_of(plain[value][1] if is_token and value in plain else value, zone)
        if written is not None:
            rows.append((identity, name, message, None if is_token else written.day, written.month, written.day_of_month))
    if rows:
        names = ("identities", "names", "messages", "days", "months", "doms")
        cursor.execute(_sql.keep_dates, dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def read_dates(cursor: Cursor, name: str, zone: ZoneInfo) -> None:
    """Read the traits of a name as dates: those that came before anybody asked for them."""
    after = 0
    while True:
        cursor.execute(_sql.unread_dates, {"name": name, "after": after, "limit": PAGE})
        rows = cursor.fetchall()
        if not rows:
            return
        keep_dates(cursor, [(identity, name, message, json.loads(value)) for identity, value, message in rows], zone)
        after = rows[-1][0]


def define(cursor: Cursor, nodes: Iterable[Node], now: datetime) -> None:
    """Have everything counted and remembered that trees ask for; what the log already holds is filled in."""
    counters: dict[str, Counted] = {}
    watches: dict[str, Counted] = {}
    names: set[str] = set()
    for leaf in (leaf for node in nodes for leaf in leaves(node)):
        own_counters, own_watches = counted_of(leaf.kind, leaf.terms)
        counters |= {counted.key: counted for counted in own_counters}
        watches |= {counted.key: counted for counted in own_watches}
        if leaf.kind == "trait_date":
            names.add(leaf.terms.trait)
    for counted in counters.values():
        define_counter(counted.name, counted.where, now=now)
    cursor.execute(_sql.watches)
    known = {row[0] for row in cursor.fetchall()}
    for key, counted in watches.items():
        if key not in known:
            _define_watch(cursor, counted, now)
    for name in names:
        read_dates(cursor, name, settings_book().zone(now.date()))


def _define_watch(cursor: Cursor, counted: Counted, now: datetime) -> None:
    tree = msgspec.json.encode(counted.where).decode()
    cursor.execute(_sql.add_watch, {"key": counted.key, "name": counted.name, "filter": tree, "now": now})
    watch = cursor.fetchone()[0]  # type: ignore[index]
    condition = sql.SQL(passes(counted))
    cursor.execute(sql.SQL(_sql.backfill_watch).format(condition=condition), {"watch": watch, "name": counted.name})
