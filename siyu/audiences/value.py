"""Groups of value over time: who stood where at the end of two business days, by the orders that were known by then."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from django.db import connection

from siyu.lib.sql import statements
from siyu.merchant.queries import settings_book
from siyu.merchant.rules import Scope

from .rules.value import INTEREST, INTEREST_DAYS, INTERESTED, ONLOOKER, cells

_sql = statements("siyu.audiences", "value")
UNKNOWN = ""  # nobody had heard of the person


class Borders(NamedTuple):
    """The borders of recency and of net revenue (minor units) as of a day, four each, rising."""

    recency: tuple[date, ...]
    monetary: tuple[int, ...]


class Move(NamedTuple):
    """People who stood in a group at the end of the eve (`UNKNOWN`: in none) and stand in one at the end of the last day; their net
    revenue in between, in minor units."""

    was: str
    stands: str
    people: int
    net_minor: int


class Migration(NamedTuple):
    """Everybody's groups before a range of business days and at its end. `is_interest_counted`: views of pages and products are counted,
    so that who takes an interest is known."""

    moves: Sequence[Move]
    is_interest_counted: bool

    def before(self, group: str) -> int:
        return sum(one.people for one in self.moves if one.was == group)

    def after(self, group: str) -> int:
        return sum(one.people for one in self.moves if one.stands == group)

    def people(self, was: str, stands: str) -> int:
        return sum(one.people for one in self.moves if (one.was, one.stands) == (was, stands))

    def net_minor(self, group: str) -> int:
        """What those brought in the range who stand in a group at its end."""
        return sum(one.net_minor for one in self.moves if one.stands == group)


def migration(first: date, last: date, scope: Scope) -> Migration | None:
    """Who went from which group to which from the eve of `first` to the end of `last`; None before borders of RFM were taken.

    Each end is judged by the newest borders taken by then; before there were any, by the first ones, with recency as long before that
    day as it was before theirs. As in the rules of audiences, orders count by the day they were paid, refunds by their own.
    """
    eve = first - timedelta(days=1)
    was, stands = _borders(eve), _borders(last)
    if was is None or stands is None:
        return None
    columns = {
        "eve": eve,
        "last": last,
        "zone": settings_book().zone(last).key,
        "days": INTEREST_DAYS,
        "interest": list(INTEREST),
        "cells": cells(),
        "interested": INTERESTED,
        "onlooker": ONLOOKER,
        "recency_was": list(was.recency),
        "money_was": list(was.monetary),
        "recency_is": list(stands.recency),
        "money_is": list(stands.monetary),
        **scope.parameters(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_sql.moves, columns)
        moves = [Move(*row) for row in cursor.fetchall()]
        cursor.execute(_sql.is_interest_counted, {"interest": list(INTEREST)})
        return Migration(moves, cursor.fetchone()[0])


def group_audiences() -> dict[str, int]:
    """The audiences that were made of groups, by group."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.group_audiences)
        return dict(cursor.fetchall())


def _borders(on: date) -> Borders | None:
    with connection.cursor() as cursor:
        cursor.execute(_sql.snapshots)
        taken = [
            (day, [date.fromisoformat(one) for one in json.loads(recency)], json.loads(money)) for day, recency, money in cursor.fetchall()
        ]
    if not taken:
        return None
    day, recency, money = next((one for one in taken if one[0] <= on), taken[-1])
    back = max(day - on, timedelta())
    return Borders(tuple(one - back for one in recency), tuple(money))
