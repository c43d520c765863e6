"""What people do with leaderboards, and the work of the timetable on them: count anew, make final, give prizes."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, transaction

from siyu.facts.filters import FilterError
from siyu.facts.filters import check as check_filter
from siyu.facts.services import define_counter
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.loyalty.rewards import Because, Reward, check_all, give
from siyu.merchant.queries import today as business_today
from siyu.merchant.rules import SYSTEM, Actor
from siyu.merchant.services import audit

from ...models import Board as BoardRow
from ...models import BoardPeriod, Incognito
from ...rules.leaderboards import Board, faults, prize_for
from ...rules.periods import period_of
from ...words import check_code, check_name

_sql = statements("siyu.membership", "boards")
MAX_BOARDS = 100
KEEP = 10_000  # members ranked of each group
GRACE = timedelta(hours=2)  # a period becomes final so long after its end: what was done before midnight may arrive after it
MAX_PERIODS = 500  # of one run


def publish_board(by: Actor, code: str, name: str, definition: dict[str, Any], from_day: date, *, now: datetime) -> int:
    """Make a leaderboard, or change one; periods that are final stay as they are. Returns its id.

    Refusals: `board.code`, `board.name`, `board.definition`, `board.too_many`, and those of rewards.
    """
    check_code("board", code)
    check_name("board", name)
    checked = checked_board(definition)
    with transaction.atomic():
        row = BoardRow.objects.select_for_update().filter(code=code).first()
        if row is None and BoardRow.objects.count() >= MAX_BOARDS:
            raise Refusal("board.too_many", "there are %(limit)s leaderboards already", limit=MAX_BOARDS)
        if row is not None and row.definition["period"] != checked.period:
            raise Refusal("board.definition", "the period of a leaderboard does not change: make another one")
        row = row or BoardRow(code=code, created_by=by.name, created_at=now, from_day=from_day)
        row.name, row.definition, row.archived_at = name.strip(), msgspec.to_builtins(checked), None
        row.counter_id = define_counter(checked.trigger, checked.where, now=now) if checked.measure == "facts" else None
        row.save()
        audit(by, "board.published", f"board:{code}", {"name": name, "from": str(row.from_day), "definition": row.definition}, at=now)
    return row.pk


def archive_board(by: Actor, code: str, *, now: datetime) -> None:
    """Count a leaderboard no more. Repeating changes nothing. Refusal: `board.unknown`."""
    with transaction.atomic():
        row = BoardRow.objects.select_for_update().filter(code=code).first()
        if row is None:
            raise Refusal("board.unknown", "there is no such leaderboard")
        if row.archived_at is None:
            row.archived_at = now
            row.save(update_fields=["archived_at"])
            BoardPeriod.objects.filter(board=row, frozen_at=None).update(frozen_at=now)
            audit(by, "board.archived", f"board:{code}", at=now)


def show_on_boards(by: Actor, member_id: int, *, shown: bool, now: datetime) -> None:
    """Whether others see a member's name on leaderboards; counted the member is all the same. Repeating changes nothing."""
    with transaction.atomic():
        if shown:
            changed = Incognito.objects.filter(member_id=member_id).delete()[0] > 0
        else:
            changed = Incognito.objects.get_or_create(member_id=member_id, defaults={"since": now})[1]
        if changed:
            audit(by, "member.shown_on_boards" if shown else "member.hidden_on_boards", f"member:{member_id}", at=now)


def refresh_boards(now: datetime) -> int:
    """Count every board's open periods anew, make final those that are over; returns how many were counted. For the timetable."""
    day, counted = business_today(now), 0
    for row in BoardRow.objects.filter(archived_at=None).order_by("pk")[:MAX_BOARDS]:
        if row.from_day <= day:
            _open(row, day, now)
        for period in BoardPeriod.objects.filter(board=row, frozen_at=None).order_by("end")[:MAX_PERIODS]:
            _count(row, period, day, now)
            counted += 1
    return counted


def refresh_board(by: Actor, code: str, *, now: datetime) -> None:
    """Count the open periods of one board anew, because somebody wants to see them. Refusal: `board.unknown`."""
    row = BoardRow.objects.filter(code=code, archived_at=None).first()
    if row is None:
        raise Refusal("board.unknown", "there is no such leaderboard")
    day = business_today(now)
    if row.from_day <= day:
        _open(row, day, now)
    for period in BoardPeriod.objects.filter(board=row, frozen_at=None).order_by("end")[:MAX_PERIODS]:
        _count(row, period, day, now)
    audit(by, "board.refreshed", f"board:{code}", at=now)


def checked_board(definition: dict[str, Any]) -> Board:
    """The definition of a leaderboard, read and checked. Refusals: `board.definition`, and those of rewards."""
    try:
        checked = msgspec.convert(definition, type=Board)
        check_filter(checked.where)
    except (msgspec.ValidationError, FilterError) as error:
        raise Refusal("board.definition", "the leaderboard cannot be read: %(fault)s", fault=error) from error
    if fault := faults(checked):
        raise Refusal("board.definition", fault)
    for prize in checked.prizes:
        check_all(prize.rewards)
    return checked


def _open(row: BoardRow, day: date, now: datetime) -> None:
    """The period of a day, and the one before it if nobody counted it while it ran."""
    board = msgspec.convert(row.definition, type=Board)
    first, last = period_of(board.period, day)
    BoardPeriod.objects.get_or_create(board=row, start=first, defaults={"end": last, "refreshed_at": now})


def _count(row: BoardRow, period: BoardPeriod, day: date, now: datetime) -> None:
    """Count a period; when it is over, make it final and give its prizes, all at once."""
    board = msgspec.convert(row.definition, type=Board)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [718_010, period.pk])  # two counters would double the ranks
        if BoardPeriod.objects.filter(pk=period.pk, frozen_at=None).first() is None:
            return
        values = _values(row, board, max(period.start, row.from_day), period.end)
        cursor.execute(_sql.forget, {"period": period.pk})
        named = {"period": period.pk, "among": board.among, "tag": board.tag, "keep": KEEP}
        cursor.execute(_sql.rank, {**named, "members": [member for member, _ in values], "values": [value for _, value in values]})
        cursor.execute(_sql.refreshed, {"period": period.pk, "now": now})
        if business_today(now - GRACE) > period.end:
            cursor.execute(_sql.freeze, {"period": period.pk, "now": now})
            if cursor.fetchone():
                _give_prizes(row, board, period, now)


def _values(row: BoardRow, board: Board, first: date, last: date) -> list[tuple[int, int]]:
    span = {"first": first, "last": last}
    with connection.cursor() as cursor:
        match board.measure:
            case "points" | "growth":
                keys = {"first_key": _key(first), "end_key": _key(last + timedelta(days=1) if last < date.max else last)}
                cursor.execute(_sql.by_value, {"unit": board.measure, **keys})
                return cursor.fetchall()
            case "check_ins":
                cursor.execute(_sql.by_check_ins, span)
                return cursor.fetchall()
            case "orders" | "spend":
                cursor.execute(_sql.by_orders, span)
                place = 1 if board.measure == "orders" else 2
                return [(found[0], found[place]) for found in cursor.fetchall()]
            case _:
                cursor.execute(_sql.by_facts, {"counter": row.counter_id, **span})
                return cursor.fetchall()


def _give_prizes(row: BoardRow, board: Board, period: BoardPeriod, now: datetime) -> None:
    if not board.prizes:
        return
    with connection.cursor() as cursor:
        cursor.execute(_sql.winners, {"period": period.pk, "last": board.prizes[-1].last})
        winners = cursor.fetchall()
    rewards = []
    for group, rank, origin, owner in winners:
        prize = prize_for(board, rank)
        because = Because("board", f"board:{row.code}:{period.start}", f"{row.name} · 第 {rank} 名")
        key = f"board:{row.code}:{period.start}:{group}:{origin}"
        rewards += [Reward(owner, terms, f"{key}:{number}", because) for number, terms in enumerate(prize.rewards if prize else [])]
    give(SYSTEM, rewards, now)


def _key(day: date) -> UUID:
    """The least key of an entry of a day: entries lie by day under their keys."""
    return UUID(bytes=day.toordinal().to_bytes(4, "big") + bytes(12))
