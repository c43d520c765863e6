"""The commission of assistants: a share of the net amount of each order that belongs to a task of theirs."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection

from siyu.lib.sql import array, statements
from siyu.merchant.queries import settings_book, staff_names
from siyu.merchant.rules import Scope

from ..rules.tasks import commission
from .results import Attributed, Place, attributed

_sql = statements("siyu.touches", "results")
PART = 500


class CommissionLine(NamedTuple):
    """An order, and what the assistant whose it is gets of it. `rate`, of 10,000, is that of the day on which the order was paid."""

    assistant_id: int
    assistant: str
    member: str  # the public id
    order_number: str
    shop: str
    paid_at: datetime
    task: str
    done_at: datetime
    net_minor: int
    rate: int
    commission_minor: int
    place: Place


class Commission(NamedTuple):
    """What an assistant gets of a range: the sum of the lines."""

    assistant_id: int
    name: str
    orders: int
    net_minor: int
    commission_minor: int


def commission_lines(scope: Scope, first: date, last: date, after: Place | None = None) -> Iterator[CommissionLine]:
    """One line an order that was paid on business days from `first` to `last` and belongs to a task of the scope, the earliest first.

    It is of the moment: what is given back later makes the net amount of an order, and the commission, smaller.
    """
    orders, names = _shared(scope, first, last, after), staff_names()
    while part := list(islice(orders, PART)):
        described = _described([one for one, _rate, _share in part])
        for one, rate, share in part:
            number, shop, member, task, done_at = described[one.order_id]
            named = (one.assistant_id, names.get(one.assistant_id, ""), member, number, shop)
            yield CommissionLine(*named, one.paid_at, task, done_at, one.net_minor, rate, share, one.place)


def commissions(scope: Scope, first: date, last: date) -> list[Commission]:
    """By assistant what the lines add up to, the highest commission first."""
    found, names = dict[int, Commission](), staff_names()
    for one, _rate, share in _shared(scope, first, last):
        before = found.get(one.assistant_id) or Commission(one.assistant_id, names.get(one.assistant_id, ""), 0, 0, 0)
        found[one.assistant_id] = before._replace(
            orders=before.orders + 1, net_minor=before.net_minor + one.net_minor, commission_minor=before.commission_minor + share
        )
    return sorted(found.values(), key=lambda one: (-one.commission_minor, -one.net_minor, one.name))


def _shared(scope: Scope, first: date, last: date, after: Place | None = None) -> Iterator[tuple[Attributed, int, int]]:
    """Orders with the rate of their day and the commission."""
    book = settings_book()
    for one in attributed(scope, first, last, after):
        rate = book.value("touches.commission_rate", one.paid_day)
        yield one, rate, commission(one.net_minor, rate)


def _described(orders: Sequence[Attributed]) -> dict[int, tuple[Any, ...]]:
    with connection.cursor() as cursor:
        columns = {"orders": array([one.order_id for one in orders]), "touches": array([one.touch_id for one in orders])}
        cursor.execute(_sql.described, columns)
        return {row[0]: row[1:] for row in cursor.fetchall()}
