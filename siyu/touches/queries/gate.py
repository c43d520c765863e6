"""What the gate knew of members at earlier instants: for trials over the past, which ask the same fold."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from siyu.lib.sql import array, statements

from ..asking import policy_at, states
from ..rules.gate import Consent, Policy, Record, State

_sql = statements("siyu.touches", "gate")


class Known(NamedTuple):
    """A member as the gate knows them: addresses as of today, all words of consent, touches and when they were wished."""

    state: State
    said: list[tuple[str, str, Consent]]  # purpose, channel
    records: list[tuple[datetime, Record]]


def policy_on(at: datetime) -> tuple[Policy, ZoneInfo]:
    """The policy in force on the business day of an instant, and the merchant's zone."""
    return policy_at(at)


def known_of(member_ids: Sequence[int], since: datetime, now: datetime, *, without: str = "") -> dict[int, Known]:
    """What is known of members, their touches since an instant but for those of one source ("journey:welcome")."""
    policy, zone = policy_at(now)
    found = {member: Known(state, [], []) for member, state in states(member_ids, policy, zone, now).items()}
    members = array(sorted(found))
    with connection.cursor() as cursor:
        cursor.execute(_sql.consents_ever, {"members": members})
        for member, purpose, channel, is_given, at in cursor.fetchall():
            found[member].said.append((purpose, channel, Consent(is_given, at)))
        cursor.execute(_sql.records_ever, {"members": members, "since": since, "without": without})
        for member, created_at, *record in cursor.fetchall():
            found[member].records.append((created_at, Record(*record)))
    return found
