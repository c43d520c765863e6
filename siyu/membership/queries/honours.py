"""Badges, leaderboards and cards as pages and the member centre show them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import msgspec
from django.db import connection

from siyu.lib.crypto import mask
from siyu.lib.sql import statements
from siyu.merchant.rules import WHOLE, Scope

from ..models import Badge as BadgeRow
from ..models import Board as BoardRow
from ..models import BoardPeriod, Incognito, Ritual
from ..rules.badges import Badge
from ..rules.leaderboards import Board

_sql = statements("siyu.membership", "honours")
_boards = statements("siyu.membership", "boards")
LIMIT = 500


class BadgeView(NamedTuple):
    """A badge that a member has, with its highest level and that level's name."""

    code: str
    name: str
    description: str
    icon: str
    colour: str
    level: int
    levels: int
    level_name: str
    awarded_at: datetime
    by: str


class AwardView(NamedTuple):
    id: int
    public_id: str
    nickname: str
    level: int
    awarded_at: datetime
    by: str
    because: str
    revoked_at: datetime | None
    revoked_because: str


class Place(NamedTuple):
    """A place of a leaderboard. `name` is masked, and empty when the member wishes not to be shown."""

    rank: int
    value: int
    member_id: int
    public_id: str
    name: str
    is_hidden: bool


class Standings(NamedTuple):
    """A period of a leaderboard: its first places, and, for a member, the own rank."""

    code: str
    name: str
    measure: str
    start: date
    end: date
    refreshed_at: datetime
    is_final: bool
    members: int
    places: list[Place]
    own_rank: int | None
    own_value: int | None


class CardView(NamedTuple):
    """A card that a member finds."""

    id: int
    occasion: str
    title: str
    words: str
    at: datetime
    until_at: datetime
    seen_at: datetime | None


def badges_of(member_id: int) -> list[BadgeView]:
    """The badges that a member has."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.badges_of, {"member": member_id})
        rows = cursor.fetchall()
    found = []
    for code, name, description, icon, colour, definition, level, awarded_at, by in rows:
        levels = msgspec.json.decode(definition, type=Badge).levels
        level_name = levels[level - 1].name if level <= len(levels) else ""
        found.append(BadgeView(code, name, description, icon, colour, level, len(levels), level_name, awarded_at, by))
    return found


def all_badges(*, archived: bool = False) -> list[BadgeRow]:
    """Badges in the order of the list."""
    rows = BadgeRow.objects.all() if archived else BadgeRow.objects.filter(archived_at=None)
    return list(rows.order_by("sort", "pk")[:LIMIT])


def one_badge(code: str) -> BadgeRow | None:
    return BadgeRow.objects.filter(code=code).first()


def badge_figures(scope: Scope = WHOLE) -> dict[int, dict[int, int]]:
    """Badge → level → members who have it."""
    found: dict[int, dict[int, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_sql.badge_figures, scope.parameters())
        for badge, level, members in cursor.fetchall():
            found.setdefault(badge, {})[level] = members
    return found


def latest_awards(badge_id: int, scope: Scope = WHOLE, limit: int = 50) -> list[AwardView]:
    """Who got a badge last."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.latest_awards, {"badge": badge_id, "limit": min(limit, LIMIT), **scope.parameters()})
        return [AwardView(*row) for row in cursor.fetchall()]


def all_boards(*, archived: bool = False) -> list[BoardRow]:
    """Leaderboards by name."""
    rows = BoardRow.objects.all() if archived else BoardRow.objects.filter(archived_at=None)
    return list(rows.order_by("name", "pk")[:LIMIT])


def one_board(code: str) -> BoardRow | None:
    return BoardRow.objects.filter(code=code).first()


def board_periods(board_id: int, limit: int = 60) -> list[BoardPeriod]:
    """The periods of a board that were counted, the newest first."""
    return list(BoardPeriod.objects.filter(board_id=board_id).order_by("-start")[:limit])


def board_groups(period_id: int) -> list[tuple[int, int]]:
    """Groups (store or assistant; 0: all) of a period and how many members each ranks."""
    with connection.cursor() as cursor:
        cursor.execute(_boards.groups, {"period": period_id})
        return cursor.fetchall()


def standings_of(
    code: str, start: date | None = None, *, group: int = 0, member_id: int | None = None, scope: Scope = WHOLE
) -> Standings | None:
    """A period of a leaderboard (the newest unless said) as the member centre or, with a scope, the console shows it.

    The console names whom the viewer's scope holds; all others, and who wishes not to be shown, have no name.
    """
    row = one_board(code)
    if row is None:
        return None
    periods = BoardPeriod.objects.filter(board=row)
    period = (periods.filter(start=start) if start is not None else periods).order_by("-start").first()
    if period is None:
        return None
    board = msgspec.convert(row.definition, type=Board)
    with connection.cursor() as cursor:
        wanted = {"period": period.pk, "group": group, "top": board.top, "limit": board.top + 100}
        cursor.execute(_boards.top, wanted | scope.parameters())
        places = [_place(*found) for found in cursor.fetchall()]
        own: dict[int, Sequence[int]] = {}
        if member_id is not None:
            cursor.execute(_boards.own, {"period": period.pk, "member": member_id})
            own = {found[0]: found[1:] for found in cursor.fetchall()}
    mine = own.get(group) or (None, None)
    named = (row.code, row.name, board.measure, period.start, period.end, period.refreshed_at, period.frozen_at is not None)
    return Standings(*named, period.members, places, *mine)


def is_shown_on_boards(member_id: int) -> bool:
    """Whether others see the member's name on leaderboards."""
    return not Incognito.objects.filter(member_id=member_id).exists()


def cards_of(member_id: int, now: datetime) -> list[CardView]:
    """The cards that a member should see now, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.cards_of, {"member": member_id, "now": now})
        return [CardView(*row) for row in cursor.fetchall()]


def rituals() -> dict[str, Ritual]:
    """What is done on each occasion."""
    return {row.occasion: row for row in Ritual.objects.all()}


def _place(rank: int, value: int, member: int, public_id: str, nickname: str, is_hidden: bool, is_in_scope: bool) -> Place:
    name = "" if is_hidden or not is_in_scope else mask("name", nickname) if nickname else ""
    return Place(rank, value, member, public_id if is_in_scope and not is_hidden else "", name, is_hidden)
