"""The gate with its memory: what is known of members, read for a whole set in six statements, and what the fold decides."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import connection, transaction
from psycopg import Cursor

from siyu.lib.clock import business_day
from siyu.lib.lane import ColumnCursor
from siyu.lib.sql import statements
from siyu.merchant.queries import settings_book

from .rules.gate import Consent, Policy, Record, State
from .rules.media import ALWAYS, MEDIA
from .rules.settings import longest, policy_of

_sql = statements("siyu.touches", "gate")
_MEDIA_OF: dict[str, list[str]] = {}  # kind of handle → the media that reach people by it
for _name, _medium in MEDIA.items():
    if _medium.handle:
        _MEDIA_OF.setdefault(_medium.handle, []).append(_name)
_STAFF = frozenset(name for name, medium in MEDIA.items() if medium.asks_staff)

ERASED = "erased"  # a handle of which nothing is left
Said = dict[tuple[str, str], Consent]
_NOTHING_SAID: Said = {}


def policy_at(now: datetime) -> tuple[Policy, ZoneInfo]:
    """The policy in force on a business day, and the merchant's zone."""
    book = settings_book()
    zone = book.zone(now.date())
    day = business_day(now, zone)
    return policy_of(lambda name: book.value(name, day)), zone


def states(member_ids: Sequence[int], policy: Policy, zone: ZoneInfo, now: datetime) -> dict[int, State]:
    """Member → what the gate knows. Members that do not exist are missing."""
    wanted = {"members": sorted(set(member_ids))}
    with transaction.atomic(), ColumnCursor(connection.connection) as cursor:
        people = _rows(cursor, _sql.people, wanted)
        handles = _rows(cursor, _sql.handles, wanted)
        owners = {handle: member for member, handle, _ in handles}
        own = {"handles": list(owners)}
        bad = {(handle, medium) for handle, medium in _rows(cursor, _sql.bad_addresses, own)}
        zones = {owners[handle]: name for handle, name in _rows(cursor, _sql.zones, own)}
        consents = _consents(owners, _rows(cursor, _sql.consents, own))
        records: dict[int, list[Record]] = {}
        if policy.caps:
            for member, *record in _rows(cursor, _sql.records, {**wanted, "since": now - longest(policy)}):
                records.setdefault(member, []).append(Record(*record))
    reached = _words(handles, bad)
    found = {}
    for member, is_merged, is_simulated, has_assistant in people:
        addresses, refused, is_known = _reached(reached.get(member, ""), has_assistant)
        found[member] = State(
            member_id=member,
            zone=(_zone(zones[member] or "") or zone) if member in zones else zone,
            consents=consents.get(member, _NOTHING_SAID),
            addresses=addresses,
            refused=refused,
            records=tuple(records[member]) if member in records else (),
            is_gone=is_merged or not is_known,
            is_simulated=is_simulated,
        )
    return found


def _rows(cursor: Cursor, statement: str, columns: dict[str, Any]) -> list[Any]:
    cursor.execute(statement, columns, binary=True)
    return cursor.fetchall()


def _consents(owners: Mapping[int, int], rows: Iterable[Any]) -> dict[int, Said]:
    """The last word of each member about each purpose and channel, whatever handle it came by; of two at once the withdrawal comes last."""
    found: dict[int, Said] = {}
    for handle, purpose, channel, is_given, at in rows:
        found.setdefault(owners[handle], {})[(purpose, channel)] = Consent(is_given, at)
    return found


def _words(handles: Iterable[tuple[int, int, str]], bad: Collection[tuple[int, str]]) -> dict[int, str]:
    """Member → the kinds of their handles; behind one whose provider refused an address, `!` and the medium."""
    words: dict[int, str] = {}
    for member, handle, kind in handles:
        word = kind if kind in _MEDIA_OF or kind == ERASED else "other"
        if bad:
            word += "".join(f"!{medium}" for medium in _MEDIA_OF.get(kind, ()) if (handle, medium) in bad)
        words[member] = f"{words[member]} {word}" if member in words else word
    return words


@lru_cache(maxsize=4_000)
def _reached(words: str, has_assistant: bool) -> tuple[frozenset[str], frozenset[str], bool]:
    """The media that reach a member, those that would but for a refused address, and whether there is a handle that was not erased."""
    good: set[str] = set()
    bad: set[str] = set()
    is_known = False
    for word in words.split():
        kind, *refused = word.split("!")
        is_known |= kind != ERASED
        good.update(medium for medium in _MEDIA_OF.get(kind, ()) if medium not in refused)
        bad.update(refused)
    return ALWAYS | good | (_STAFF if has_assistant else frozenset()), frozenset(bad - good), is_known


@lru_cache(maxsize=1_000)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
