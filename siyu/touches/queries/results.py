"""What came of staff tasks: the orders that they brought, each of one assistant, and the ranking.

An order belongs to the assistant of the last task that was done for its member within `touches.task_window_days` before it was paid. The
window is counted as one-off sends count theirs; the value of the day of the payment holds. Who tends the member since, or whose task
follows, changes nothing; a merge joins tasks and orders of both members.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from siyu.lib.clock import midnight
from siyu.lib.sql import array, statements
from siyu.merchant.queries import settings_book, staff_names
from siyu.merchant.rules import Scope

from .tasks import Rate, task_rates

_sql = statements("siyu.touches", "results")
DAY = timedelta(days=1)
PART = timedelta(days=6)  # days beyond the first that are read at once
Place = tuple[date, datetime, int]  # of an order in a list: day and instant of the payment, id


class Attributed(NamedTuple):
    """An order and the done task that it belongs to. `net_minor`: what was paid less what has been given back until now."""

    order_id: int
    paid_at: datetime
    paid_day: date
    net_minor: int
    touch_id: UUID
    assistant_id: int
    member_id: int

    @property
    def place(self) -> Place:
        return self.paid_day, self.paid_at, self.order_id


class Earned(NamedTuple):
    """What an assistant's tasks brought: members who bought, their orders, what these are worth net."""

    buyers: int = 0
    orders: int = 0
    net_minor: int = 0


class Ranked(NamedTuple):
    """An assistant's place: the tasks opened in a range, and the orders paid in it."""

    rate: Rate
    earned: Earned


def attributed(scope: Scope, first: date, last: date, after: Place | None = None) -> Iterator[Attributed]:
    """Orders paid on business days from `first` to `last` that belong to a task of the scope, the earliest first, behind a place."""
    if after is not None:
        first = max(first, after[0])
    while first <= last:
        until = min(first + PART, last)
        yield from (one for one in _attributed(scope, first, until) if after is None or one.place > after)
        first = until + DAY


def ranking(scope: Scope, first: date, last: date, *, now: datetime, by_net: bool = False) -> list[Ranked]:
    """Assistants by their done rate or by the net amount that their tasks brought, the best first."""
    names, earned = staff_names(), _earned(scope, first, last)
    rates = {one.assistant_id: one for one in task_rates(first, last, scope, now=now)}
    nothing = {assistant: Rate(assistant, names.get(assistant, ""), 0, 0, 0, 0, 0, 0, 0) for assistant in earned.keys() - rates.keys()}
    found = [Ranked(rate, earned.get(assistant, Earned())) for assistant, rate in (rates | nothing).items()]
    if by_net:
        return sorted(found, key=lambda one: (-one.earned.net_minor, -one.earned.orders, one.rate.name))
    return sorted(found, key=lambda one: (-one.rate.rate, -one.rate.done, one.rate.name))


def _earned(scope: Scope, first: date, last: date) -> dict[int, Earned]:
    found: dict[int, Earned] = {}
    buyers: set[tuple[int, int]] = set()
    for one in attributed(scope, first, last):
        before = found.get(one.assistant_id, Earned())
        is_new = (one.assistant_id, one.member_id) not in buyers
        buyers.add((one.assistant_id, one.member_id))
        found[one.assistant_id] = Earned(before.buyers + is_new, before.orders + 1, before.net_minor + one.net_minor)
    return found


def _attributed(scope: Scope, first: date, last: date) -> list[Attributed]:
    book = settings_book()
    days = [first + offset * DAY for offset in range((last - first).days + 1)]
    windows = [book.value("touches.task_window_days", day) for day in days]
    columns = {
        "since": midnight(first, book.zone(first)) - (max(windows) + 1) * DAY,  # a day more: the zone may have been another
        "before": midnight(last, book.zone(last)) + 2 * DAY,
        "days": array(days),
        "windows": array(windows),
        **scope.parameters(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_sql.attributed, columns)
        return [Attributed._make(row) for row in cursor.fetchall()]
