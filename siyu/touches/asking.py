"""The gate with its memory: what is known of members, read for a whole set in four statements, and what the fold decides."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from django.db import connection

from siyu.lib.clock import business_day
from siyu.lib.sql import array, statements
from siyu.merchant.queries import settings_book

from .rules.gate import Consent, Policy, Record, State
from .rules.settings import longest, policy_of

_sql = statements("siyu.touches", "gate")
# media that need no handle of a certain kind
ALWAYS = frozenset({"inbox", "webhook"})
MEDIUM_OF = {"phone": "sms", "email": "email"}


class Person(msgspec.Struct):
    """What the gate knows of a member, and what the words need: language, own assistant."""

    state: State
    language: str = ""
    assistant_id: int | None = None


def policy_at(now: datetime) -> tuple[Policy, ZoneInfo]:
    """The policy in force on a business day, and the merchant's zone."""
    book = settings_book()
    zone = book.zone(now.date())
    day = business_day(now, zone)
    return policy_of(lambda name: book.value(name, day)), zone


def people(member_ids: Sequence[int], policy: Policy, zone: ZoneInfo, now: datetime) -> dict[int, Person]:
    """Member → what is known. Members that do not exist are missing."""
    members = array(sorted(set(member_ids)))
    with connection.cursor() as cursor:
        cursor.execute(_sql.people, {"members": members})
        rows = cursor.fetchall()
        cursor.execute(_sql.consents, {"members": members})
        consents: dict[int, dict[tuple[str, str], Consent]] = {}
        for member, purpose, channel, is_given, at in cursor.fetchall():
            consents.setdefault(member, {})[(purpose, channel)] = Consent(is_given, at)
        cursor.execute(_sql.addresses, {"members": members})
        reached: dict[int, set[str]] = {}
        refused: dict[int, set[str]] = {}
        for member, kind, refused_medium in cursor.fetchall():
            (refused if refused_medium == MEDIUM_OF[kind] else reached).setdefault(member, set()).add(MEDIUM_OF[kind])
        cursor.execute(_sql.records, {"members": members, "since": now - longest(policy)})
        records: dict[int, list[Record]] = {}
        for member, *record in cursor.fetchall():
            records.setdefault(member, []).append(Record(*record))
    found = {}
    for member, is_gone, is_simulated, stated_zone, language, assistant in rows:
        media = ALWAYS | reached.get(member, set()) | ({"task"} if assistant is not None else set())
        state = State(
            member_id=member,
            zone=_zone(stated_zone) or zone,
            consents=consents.get(member, {}),
            addresses=frozenset(media),
            refused=frozenset(refused.get(member, set()) - reached.get(member, set())),
            records=tuple(records.get(member, ())),
            is_gone=is_gone,
            is_simulated=is_simulated,
        )
        found[member] = Person(state, language, assistant)
    return found


@lru_cache(maxsize=1_000)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
