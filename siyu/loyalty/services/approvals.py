"""Deciding earnings that wait because they are above what their rule gives without a person."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import connection, transaction
from psycopg import Cursor

from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.members.services import lock
from siyu.merchant.queries import settings_book
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..programme import programme
from ..reading import read_for
from ..rows import Touched
from ..rules.approval import approve, reject
from ..rules.ledger import Lot
from ..rules.turn import Turn
from ..writing import write

_sql = statements("siyu.loyalty", "approvals")
MAX_SET = 200
TRIES = 10
Decide = Callable[[Turn, Lot, datetime | None], None]


def approve_earnings(by: Actor, ids: Sequence[int], *, now: datetime) -> None:
    """Let these earnings go their way. All or nothing. Refusals: `approval.unknown`, `approval.decided`, `approval.too_many`."""
    _decide(by, ids, "approved", "", now, approve)


def reject_earnings(by: Actor, ids: Sequence[int], *, because: str, now: datetime) -> None:
    """Revoke these earnings. Refusals: as `approve_earnings`, and `approval.because` when no reason is given."""
    if not because.strip():
        raise Refusal("approval.because", "say why the earning is rejected")
    _decide(by, ids, "rejected", because.strip()[:500], now, lambda turn, lot, _: reject(turn, lot))


def _decide(by: Actor, ids: Sequence[int], state: str, because: str, now: datetime, decide: Decide) -> None:
    if len(ids) > MAX_SET:
        raise Refusal("approval.too_many", "at most %(limit)s at a time", limit=MAX_SET)
    with transaction.atomic():
        cursor = Cursor(connection.connection)
        lots = _locked(cursor, sorted(set(ids)))
        book = settings_book()
        rules = programme(cursor, book, book.zone(now.date()))
        owners = {owner for _, _, owner, _ in lots}
        units = {"points", "growth"}
        state_of, known = read_for(cursor, rules, owners, now, units, [lot for _, lot, _, _ in lots])
        keys = {id: key for key, id in known.numbered.items()}
        for approval, number, owner, received_at in lots:
            turn = Turn(rules, state_of.member(owner))
            turn.act(f"approval:{approval}", now)
            lot = turn.lots[keys[number]]
            if lot.remaining:  # what refunds or time took meanwhile needs no decision
                decide(turn, lot, received_at)
            if turn.has_grown:
                turn.judge()
            state_of.take(turn.outcome())
        write(cursor, state_of, known, Touched())
        columns = {"ids": [row[0] for row in lots], "state": state, "by": by.name, "at": now, "because": because}
        cursor.execute(_sql.decide, columns)
        audit(by, f"earning.{state}", "earn_approvals", {"ids": columns["ids"]}, because, at=now)


def _locked(cursor: Cursor, ids: list[int]) -> list[tuple[int, int, int, datetime | None]]:
    """(approval, lot, owner, the order's receipt), with the owners locked first and the approvals after them."""
    for _ in range(TRIES):
        cursor.execute(_sql.owners, {"ids": ids})
        owners = sorted({row[0] for row in cursor.fetchall()})
        lock(cursor, owners)
        cursor.execute(_sql.waiting, {"ids": ids})
        rows = cursor.fetchall()
        if {row[2] for row in rows} <= set(owners):
            break
    if len(rows) < len(ids):
        raise Refusal("approval.unknown", "there is no such earning")
    if any(row[4] != "waiting" for row in rows):
        raise Refusal("approval.decided", "somebody decided it already")
    return [row[:4] for row in rows]
