"""The gate with its memory: what is known of members, read for a whole set in five statements, and what the fold decides."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import connection

from siyu.lib.clock import business_day
from siyu.lib.sql import array, statements
from siyu.merchant.queries import settings_book

from .rules.gate import Consent, Policy, Record, State
from .rules.media import ALWAYS, MEDIA
from .rules.settings import longest, policy_of

_sql = statements("siyu.touches", "gate")
_REACHED = [(medium.handle, name) for name, medium in MEDIA.items() if medium.handle]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STAFF = frozenset(name for name, medium in MEDIA.items() if medium.asks_staff)


def policy_at(now: datetime) -> tuple[Policy, ZoneInfo]:
    """The policy in force on a business day, and the merchant's zone."""
    book = settings_book()
    zone = book.zone(now.date())
    day = business_day(now, zone)
    return policy_of(lambda name: book.value(name, day)), zone


def states(member_ids: Sequence[int], policy: Policy, zone: ZoneInfo, now: datetime) -> dict[int, State]:
    """Member → what the gate knows. Members that do not exist are missing."""
    members = {"members": array(sorted(set(member_ids)))}
    kinds, media = zip(*_REACHED, strict=True)
    with connection.cursor() as cursor:
        rows = _rows(cursor, _sql.people, members)
        consents = _consents(_rows(cursor, _sql.consents, members))
        reached = {member: row for member, *row in _rows(cursor, _sql.addresses, {**members, "kinds": list(kinds), "media": list(media)})}
        zones = dict(_rows(cursor, _sql.zones, members))
        records: dict[int, list[Record]] = {}
        for member, key, medium, purpose, at in _rows(cursor, _sql.records, {**members, "since": now - longest(policy)}):
            records.setdefault(member, []).append(Record(key, medium, purpose, _EPOCH + timedelta(microseconds=at)))
    found = {}
    for member, is_merged, is_simulated, has_assistant in rows:
        is_known, good, bad = reached.get(member, (False, "", ""))
        found[member] = State(
            member_id=member,
            zone=_zone(zones.get(member, "")) or zone,
            consents=consents.get(member, {}),
            addresses=_reachable(good, has_assistant),
            refused=_media(bad) - _media(good) if bad else frozenset(),
            records=tuple(records.get(member, ())),
            is_gone=is_merged or not is_known,
            is_simulated=is_simulated,
        )
    return found


def _rows(cursor: Any, statement: str, columns: dict[str, Any]) -> list[Any]:
    cursor.execute(statement, columns)
    return cursor.fetchall()


def _consents(rows: Iterable[Any]) -> dict[int, dict[tuple[str, str], Consent]]:
    found: dict[int, dict[tuple[str, str], Consent]] = {}
    for member, purpose, channel, is_given, at in rows:
        found.setdefault(member, {})[(purpose, channel)] = Consent(is_given, _EPOCH + timedelta(microseconds=at))
    return found


@lru_cache(maxsize=1_000)
def _reachable(media: str, has_assistant: bool) -> frozenset[str]:
    return ALWAYS | _media(media) | (_STAFF if has_assistant else frozenset())


@lru_cache(maxsize=1_000)
def _media(words: str) -> frozenset[str]:
    return frozenset(words.split())


@lru_cache(maxsize=1_000)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
