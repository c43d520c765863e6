"""Members of a journey, one by one: who could not go on is tried again or dismissed, anybody is taken out."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import connection, transaction
from psycopg import Cursor

from siyu.lib.refusal import Refusal
from siyu.lib.sql import array, statements
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from .moving import let_go
from .writing import one_at_a_time

_sql = statements("siyu.journeys", "services")
MAX_SET = 10_000


def retry(by: Actor, enrolment_ids: Sequence[int], *, now: datetime) -> int:
    """Have those that could not take their step take it again, with the same keys; returns how many.

    Refusals: `enrolment.too_many`, `enrolment.unknown`, `enrolment.state`.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        one_at_a_time()
        _of_states(cursor.cursor, enrolment_ids, ("failed",))
        cursor.cursor.execute(_sql.retry, {"ids": array(enrolment_ids), "now": now})
        audit(by, "enrolments.retried", "journeys", {"ids": list(enrolment_ids)[:100]}, at=now)
    return len(set(enrolment_ids))


def dismiss(by: Actor, enrolment_ids: Sequence[int], because: str, *, now: datetime) -> int:
    """Let go whoever could not go on, for good; returns how many. Refusals as of `retry`, and `enrolment.because`."""
    return _let_go(by, enrolment_ids, ("failed",), "dismissed", because, now)


def remove(by: Actor, enrolment_ids: Sequence[int], because: str, *, now: datetime) -> int:
    """Take members out of journeys; returns how many. Refusals as of `retry`, and `enrolment.because`."""
    return _let_go(by, enrolment_ids, ("waiting", "failed"), "removed", because, now)


def _let_go(by: Actor, ids: Sequence[int], states: Collection[str], why: str, because: str, now: datetime) -> int:
    if not because.strip():
        raise Refusal("enrolment.because", "say why")
    with transaction.atomic(), connection.cursor() as cursor:
        one_at_a_time()
        _of_states(cursor.cursor, ids, states)
        gone = let_go(cursor.cursor, now, why, detail=because.strip(), ids=ids)
        audit(by, f"enrolments.{why}", "journeys", {"ids": list(ids)[:100]}, because.strip(), at=now)
    return gone


def _of_states(cursor: Cursor, ids: Sequence[int], states: Collection[str]) -> None:
    if len(ids) > MAX_SET:
        raise Refusal("enrolment.too_many", "at most %(limit)s at a time", limit=f"{MAX_SET:,}")
    cursor.execute(_sql.states, {"ids": array(ids)})
    found: dict[int, str] = dict(cursor.fetchall())
    for number in ids:
        if number not in found:
            raise Refusal("enrolment.unknown", "there is no enrolment %(number)s", number=number)
        if found[number] not in states:
            raise Refusal("enrolment.state", "enrolment %(number)s is %(status)s", number=number, status=found[number])
