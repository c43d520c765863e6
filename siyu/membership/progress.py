"""Tasks between rows and fold: versions, what members did toward them, and what a walk completed. Reaction, service and portal share it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache

import msgspec
from psycopg import Cursor

from siyu.facts.filters import compile as compile_filter
from siyu.facts.rules import Batch, Fact
from siyu.lib.sql import statements
from siyu.loyalty.queries import base_tier, standings
from siyu.loyalty.rewards import Because, Reward

from .holders import before
from .rules.task_book import Completed, MemberTasks, Reached, TaskBook, Version
from .rules.tasks import Done, OrderCount, Task

_sql = statements("siyu.membership", "tasks")


def versions(cursor: Cursor) -> list[Version]:
    """Every version of every task. One small SELECT; definitions are read once."""
    cursor.execute(_sql.versions)
    return [_version(row) for row in cursor.fetchall()]


@lru_cache(maxsize=1_000)
def _version(row: tuple) -> Version:
    code, number, name, definition, counter, since, from_day, until_day = row
    task = msgspec.json.decode(definition, type=Task)
    return Version(code, number, name, task, counter, compile_filter(task.where), since, from_day, until_day)


def read(
    cursor: Cursor,
    book: TaskBook,
    known: Sequence[Version],
    members: Sequence[int],
    orders: Iterable[tuple[str, str]] = (),
    batch: Batch | None = None,
) -> None:
    """Lay what these (living) members did toward these tasks into the book; with a batch, by who had it before its merges."""
    since: dict[int, date] = {}
    for version in known:
        since[version.counter] = min(version.since, since.get(version.counter, version.since))
    codes, wanted = sorted({version.code for version in known}), sorted(orders)
    cursor.execute(_sql.times, {"members": list(members), "counters": list(since), "from_days": list(since.values())})
    times = cursor.fetchall()
    keys = {"shops": [shop for shop, _ in wanted], "numbers": [number for _, number in wanted]}
    cursor.execute(_sql.orders, {"members": list(members), "codes": codes, **keys})
    bought = cursor.fetchall()
    cursor.execute(_sql.completions, {"members": list(members), "codes": codes})
    completed = cursor.fetchall()
    came = {(row[0], row[1]) for row in [*times, *bought, *completed] if row[0] is not None}
    holder = before(cursor, batch, came) if batch is not None else {one: one[1] for one in came}
    for origin, owner, counter, day, number in times:
        days = book.members.setdefault(holder[origin, owner], MemberTasks()).times.setdefault(counter, {})
        days[day] = days.get(day, 0) + number
    for origin, owner, code, shop, number, *order in bought:
        key = (code, shop, number)
        if origin is None:
            book.loose[key] = OrderCount(*order)
        else:
            book.buyers[key] = holder[origin, owner]
            book.members.setdefault(holder[origin, owner], MemberTasks()).orders[key] = OrderCount(*order)
    for origin, owner, code, start, step, is_claimed in completed:
        state = book.members.setdefault(holder[origin, owner], MemberTasks())
        state.done[Done(code, start, step)] = Completed(origin, is_claimed)


def eligibility(cursor: Cursor, known: Sequence[Version], members: Sequence[int], day: date) -> Callable[[int, Task], bool]:
    """Whether a member's tier and tags let a task count: as they stand now."""
    if not any(version.task.tiers or version.task.tags for version in known):
        return lambda member, task: True
    base = base_tier(day)
    tiers = {member: standing.code for member, standing in standings(list(members)).items()}
    cursor.execute(_sql.tags, {"members": list(members)})
    tags = {member: frozenset(names) for member, names in cursor.fetchall()}

    def may(member: int, task: Task) -> bool:
        tier = tiers.get(member, base.code if base else "")
        return (not task.tiers or tier in task.tiers) and (not task.tags or bool(tags.get(member, frozenset()) & set(task.tags)))

    return may


def write(cursor: Cursor, book: TaskBook, owner: Callable[[int], int]) -> None:
    """Write orders that count, completions that fell, and those that stand."""
    if book.orders:
        names = ("tasks", "shops", "numbers", "identities", "days", "amounts", "refunds")
        orders = sorted(book.orders.items())
        rows = [(*key, identity, one.day, one.amount_minor, one.refunded_minor) for key, (identity, one) in orders]
        cursor.execute(_sql.write_orders, _columns(names, rows))
    if book.withdrawn:
        fallen = [(done.code, done.start, done.step, origin) for done, origin in book.withdrawn]
        cursor.execute(_sql.withdraw, _columns(("tasks", "starts", "steps", "origins"), fallen))
    if standing := book.standing():
        names_of = ("tasks", "versions", "starts", "steps", "origins", "owners", "ats", "days", "untils", "claims")
        cursor.execute(_sql.complete, _columns(names_of, [_row(one, owner) for one in standing]))


def _columns(names: Sequence[str], rows: Sequence[tuple]) -> dict[str, list]:
    """Rows as one list for each column."""
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def _row(one: Reached, owner: Callable[[int], int]) -> tuple:
    task = one.version.task
    is_automatic = task.claim == "automatic"
    until = one.day + timedelta(days=task.claim_days) if task.claim_days and not is_automatic else None
    claimed_at = one.at if is_automatic else None
    numbers = (one.done.code, one.version.version, one.done.start, one.done.step, one.member_id, owner(one.member_id))
    return (*numbers, one.at, one.day, until, claimed_at)


def rewards_of(version: Version, step: int, start: str, origin: int, owner: int) -> list[Reward]:
    """What a completed step gives, each under a key of its own."""
    because = Because("task", f"task:{version.code}:{start}:{step + 1}", version.name)
    key = f"task:{version.code}:{start}:{step}:{origin}"
    return [Reward(owner, terms, f"{key}:{number}", because) for number, terms in enumerate(version.task.steps[step].rewards)]


def order_of(fact: Fact) -> tuple[str, str] | None:
    """Shop and number of a fact of an order."""
    shop, number = fact.properties.get("shop"), fact.properties.get("order_number")
    return (str(shop), str(number)) if shop and number else None
