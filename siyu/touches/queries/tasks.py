"""Reads of staff tasks: whose, until when, what to say, who does them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
from django.db import connection

from siyu.lib.clock import midnight
from siyu.lib.crypto import decrypt, decrypt_text
from siyu.lib.sql import statements
from siyu.lib.web.keyset import Position
from siyu.merchant.queries import settings_book, staff_names
from siyu.merchant.rules import Scope

from ..asking import policy_at, states
from ..rules.gate import Proposal, confirm

_sql = statements("siyu.touches", "tasks")
FIRST = Position(limit=50)
_BEGIN = (datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))
PART = 500
ALL = ("open", "done", "skipped", "expired", "closed")


class TaskView(NamedTuple):
    """A task as lists show it. Of an open one the gate is asked: `why` is its no, and then there is nothing to say."""

    touch_id: UUID
    public_id: str
    nickname: str
    member_id: int
    assistant_id: int
    kind: str
    title: str
    purpose: str
    due_at: datetime
    opened_at: datetime
    state: str
    result: str
    closed_at: datetime | None
    read_at: datetime | None
    text: str
    note: str
    why: str = ""


class Counts(NamedTuple):
    """Open tasks of a scope, and those due before an instant."""

    open: int
    due: int


class Rate(NamedTuple):
    """An assistant's tasks that were opened in a span. `rate`: done of all that could be done, a share.

    `answered` and `bought` are done tasks by what the assistant said came of them, `readers` members who read one.
    """

    assistant_id: int
    name: str
    opened: int
    done: int
    skipped: int
    expired: int
    closed: int
    open: int
    overdue: int
    answered: int = 0
    bought: int = 0
    readers: int = 0

    @property
    def rate(self) -> float:
        could = self.opened - self.closed
        return self.done / could if could else 0.0


def tasks(
    scope: Scope,
    at: Position,
    *,
    now: datetime,
    states: tuple[str, ...] = ("open",),
    due_before: datetime | None = None,
    assistant_id: int | None = None,
    asks_gate: bool = True,
) -> list[TaskView]:
    """Tasks of a scope by when they are due, from a place on."""
    due, touch = at.key or _BEGIN
    columns = {
        "states": list(states),
        "due": due,
        "touch": touch,
        "due_before": due_before,
        "assistant": assistant_id,
        "limit": at.limit,
        **scope.parameters(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_sql.list_before if at.is_backwards else _sql.list, columns)
        rows = [TaskView._make((*row[:14], _words(row[14]), decrypt_text(row[15]) if row[15] else "", "")) for row in cursor.fetchall()]
    return _asked(rows, now) if asks_gate else rows


def walk_tasks(scope: Scope, *, now: datetime, states: tuple[str, ...] = ALL, limit: int = 100_000) -> Iterator[TaskView]:
    """Every task of a scope for a file, in parts."""
    at, walked = Position(limit=PART), 0
    while walked < limit and (rows := tasks(scope, at, now=now, states=states, asks_gate=False)):
        yield from rows
        walked += len(rows)
        at = Position((rows[-1].due_at, rows[-1].touch_id), limit=PART)


def task_counts(scope: Scope, due_before: datetime) -> Counts:
    """How much there is to do."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.counts, {"soon": due_before, **scope.parameters()})
        return Counts(*cursor.fetchone())


def task_rates(first: date, last: date, scope: Scope, *, now: datetime) -> list[Rate]:
    """Assistants by their done rate, the best first, over the tasks opened on business days from `first` to `last`."""
    zone = settings_book().zone(last)
    columns = {"since": midnight(first, zone), "before": midnight(last + timedelta(days=1), zone), "soon": now, **scope.parameters()}
    names = staff_names()
    with connection.cursor() as cursor:
        cursor.execute(_sql.rates, columns)
        found = [Rate(assistant, names.get(assistant, ""), *counts) for assistant, *counts in cursor.fetchall()]
    return sorted(found, key=lambda one: (-one.rate, -one.done, one.name))


def _asked(rows: list[TaskView], now: datetime) -> list[TaskView]:
    policy, zone = policy_at(now)
    known = states([row.member_id for row in rows if row.state == "open"], policy, zone, now)
    keys = {touch: key for touch, key in _keys([row.touch_id for row in rows])}
    shown = []
    for row in rows:
        if row.state == "open" and row.member_id in known:
            proposal = Proposal(keys[row.touch_id], "task", row.purpose, now, leaves_house=False)
            verdict = confirm(policy, known[row.member_id], proposal, now)
            why = str(verdict.why) if verdict.at is None else "quiet.hours" if verdict.at > now else ""
            row = row._replace(why=why, text="" if why else row.text)
        shown.append(row)
    return shown


def _keys(ids: list[UUID]) -> list[tuple[UUID, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_sql.keys, {"ids": ids})
        return cursor.fetchall()


def _words(stored: bytes) -> str:
    return str(msgspec.json.decode(decrypt(stored)).get("text", "")) if stored else ""
