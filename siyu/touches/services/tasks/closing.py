"""A staff task comes to its end: done (the touch counts), skipped or expired (its place is free again), or closed by the gate."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from siyu.lib.crypto import encrypt_text
from siyu.lib.refusal import Refusal
from siyu.lib.sql import array, statements
from siyu.members.rules import channel_meant
from siyu.members.services import Choice, carriers, lock, record_consents
from siyu.merchant.rules import SYSTEM, WHOLE, Actor, Scope
from siyu.merchant.services import audit

from ...rules.gate import Why
from ...rules.tasks import CANCELLED, EXPIRED, MAX_NOTE, NO_MORE, RESULTS, SKIPPED, SKIPS
from ..claimed import Claimed, Settled
from ..sending import asked_again, read_claimed, settle
from ..telling import SOURCE

_sql = statements("siyu.touches", "tasks")
MAX_SET = 1_000


class Finish(NamedTuple):
    """A task that was done: `result` of `rules.tasks.RESULTS`."""

    touch_id: UUID
    result: str = "sent"
    note: str = ""


class Skip(NamedTuple):
    """A task that will not be done: `because` of `rules.tasks.SKIPS`."""

    touch_id: UUID
    because: str
    note: str = ""


class Closed(NamedTuple):
    """What a task is now: `state`, and why when the gate stood in the way (it stays open where that passes by itself: quiet hours)."""

    touch_id: UUID
    state: str
    why: str = ""
    detail: str = ""


class _End(NamedTuple):
    touch_id: UUID
    state: str
    result: str = ""
    note: str = ""


def finish_tasks(by: Actor, finishes: Sequence[Finish], *, scope: Scope = WHOLE, now: datetime) -> list[Closed]:
    """Staff did it: the touch counts as sent. The gate is asked once more; where it says no, the task closes and nothing counts.

    What was done before is answered as done. Refusals: `task.unknown`, `task.closed`, `task.result`, `task.note`, `task.too_many`.
    """
    _check(finishes, {one.touch_id: one.result for one in finishes}, RESULTS, "task.result")
    by_id = {one.touch_id: one for one in finishes}
    with transaction.atomic(), connection.cursor() as cursor:
        before, touches = _wanted(cursor, list(by_id), scope, "done")
        lock(cursor.cursor, [touch.member_id for touch in touches])
        go, kept = asked_again(touches, now)
        done = [Settled(touch, "sent", at=now, sent_at=now) for touch in go]
        refused = [one for one in kept if one.status == "refused"]
        settle(cursor, done + refused, now, are_delivered=True)  # what an assistant writes stands in the chat
        ends = [_End(touch.id, "done", by_id[touch.id].result, by_id[touch.id].note) for touch in go]
        _close(cursor, ends + [_End(one.touch.id, "closed", one.why) for one in refused], by, now)
        if go:
            audit(by, "task.done", _subject(go), {"tasks": len(go)}, at=now)
    answers = {one.touch_id: one for one in before}
    answers |= {one.touch.id: Closed(one.touch.id, "closed" if one.status == "refused" else "open", one.why, one.detail) for one in kept}
    return [answers.get(one.touch_id) or Closed(one.touch_id, "done") for one in finishes]


def skip_tasks(by: Actor, skips: Sequence[Skip], *, scope: Scope = WHOLE, now: datetime) -> list[Closed]:
    """Staff will not do it: the touch is refused as `staff.skipped` and its place under the caps is free.

    `no_more` withdraws the member's consent for the purpose, by all staff. Refusals: `task.unknown`, `task.closed`, `task.because`,
    `task.note`, `task.too_many`.
    """
    _check(skips, {one.touch_id: one.because for one in skips}, SKIPS, "task.because")
    by_id = {one.touch_id: one for one in skips}
    with transaction.atomic(), connection.cursor() as cursor:
        before, touches = _wanted(cursor, list(by_id), scope, "skipped")
        lock(cursor.cursor, [touch.member_id for touch in touches])
        settle(cursor, [Settled(touch, "refused", SKIPPED, by_id[touch.id].because) for touch in touches], now)
        _close(cursor, [_End(touch.id, "skipped", by_id[touch.id].because, by_id[touch.id].note) for touch in touches], by, now)
        _withdraw_consent(by, [touch for touch in touches if by_id[touch.id].because == NO_MORE], now)
        if touches:
            audit(by, "task.skipped", _subject(touches), {"tasks": len(touches)}, at=now)
    answers = {one.touch_id: one for one in before}
    return [answers.get(one.touch_id) or Closed(one.touch_id, "skipped") for one in skips]


def review_tasks(member_ids: Sequence[int], now: datetime, *, only: Collection[str] = frozenset(Why)) -> int:
    """Ask the gate about the open tasks of members: what it refuses now, for `only` these reasons, closes by itself. Returns how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql.open_of_members, {"members": array(sorted(set(member_ids)))})
        touches = [read_claimed(row) for row in cursor.fetchall()]
        _go, kept = asked_again(touches, now) if touches else ([], [])
        refused = [one for one in kept if one.status == "refused" and one.why in only]
        settle(cursor, refused, now)
        _close(cursor, [_End(one.touch.id, "closed", one.why) for one in refused], SYSTEM, now)
    return len(refused)


def expire_tasks(now: datetime) -> int:
    """Close what nobody did in time: the touch is refused as `staff.expired`. Returns how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql.overdue, {"now": now, "limit": MAX_SET * 5})
        touches = [read_claimed(row) for row in cursor.fetchall()]
        settle(cursor, [Settled(touch, "refused", EXPIRED) for touch in touches], now)
        _close(cursor, [_End(touch.id, "expired") for touch in touches], SYSTEM, now)
    return len(touches)


def withdraw(source: str, now: datetime) -> int:
    """Take back what waits of a source: wishes and open tasks. Returns how many, at most 5,000 at a time."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql.of_source, {"source": source, "limit": MAX_SET * 5})
        return _take_back(cursor, CANCELLED, now)


def take_back(keys: Sequence[str], now: datetime, *, why: str) -> None:
    """Take back what waits of some wishes, by their keys."""
    with transaction.atomic(), connection.cursor() as cursor:
        for start in range(0, len(keys), MAX_SET):
            cursor.execute(_sql.of_keys, {"keys": list(keys[start : start + MAX_SET])})
            _take_back(cursor, why, now)


def _take_back(cursor: Any, why: str, now: datetime) -> int:
    touches = [read_claimed(row) for row in cursor.fetchall()]
    settle(cursor, [Settled(touch, "refused", why) for touch in touches], now)
    _close(cursor, [_End(touch.id, "closed", why) for touch in touches], SYSTEM, now)
    return len(touches)


def _check(wanted: Sequence[Finish | Skip], words: dict[UUID, str], known: dict[str, str], code: str) -> None:
    if len(wanted) > MAX_SET:
        raise Refusal("task.too_many", "at most %(limit)s tasks at a time", limit=MAX_SET)
    if any(len(one.note) > MAX_NOTE for one in wanted):
        raise Refusal("task.note", "a note has at most %(limit)s characters", limit=MAX_NOTE)
    if unknown := set(words.values()) - known.keys():
        raise Refusal(code, "%(word)s is none of %(known)s", word=min(unknown), known=", ".join(known))


def _wanted(cursor: Any, ids: list[UUID], scope: Scope, state: str) -> tuple[list[Closed], list[Claimed]]:
    """What stands as wished already, and the open tasks."""
    cursor.execute(_sql.wanted, {"ids": ids, **scope.parameters()})
    rows = cursor.fetchall()
    if len(rows) < len(ids):
        raise Refusal("task.unknown", "there is no such task, or it is another assistant's")
    if other := next((row for row in rows if row[0] not in ("open", state)), None):
        raise Refusal("task.closed", "this task is %(state)s already", state=other[0])
    return [Closed(row[2], row[0]) for row in rows if row[0] != "open"], [read_claimed(row[2:]) for row in rows if row[0] == "open"]


def _close(cursor: Any, ends: Sequence[_End], by: Actor, now: datetime) -> None:
    if ends:
        columns = {
            "ids": array([one.touch_id for one in ends]),
            "states": [one.state for one in ends],
            "results": [one.result for one in ends],
            "notes": [encrypt_text(one.note.strip()) if one.note.strip() else b"" for one in ends],
            "now": now,
            "by": by.name,
        }
        cursor.execute(_sql.close, columns)


def _withdraw_consent(by: Actor, touches: Sequence[Claimed], now: datetime) -> None:
    handles = carriers([touch.member_id for touch in touches])
    for touch in touches:
        if touch.member_id in handles:
            choices = [Choice(touch.purpose, channel_meant("task"), is_given=False)]
            handle, proof = handles[touch.member_id].handle, f"told {by.name} at task {touch.id}"
            record_consents(by, handle, choices, proof=proof, source=SOURCE, now=now)


def _subject(touches: Sequence[Claimed]) -> str:
    return f"touch:{touches[0].id}" if len(touches) == 1 else f"tasks:{len(touches)}"
