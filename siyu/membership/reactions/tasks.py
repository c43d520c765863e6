"""Progress of tasks over a batch: every fact counted once, in order, merges and refunds among them."""

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived, Fact
from siyu.lib.clock import business_day
from siyu.lib.sql import statements
from siyu.loyalty.rewards import give
from siyu.members.services import lock
from siyu.merchant.rules import SYSTEM

from ..progress import eligibility, order_of, read, rewards_of, versions, write
from ..rules.task_book import Reached, TaskBook, Version
from ..rules.tasks import ORDER_CLOSED, ORDER_PAID, ORDER_REFUNDED

_sql = statements("siyu.membership", "tasks")
COMPLETED = "task.completed"
OF_ORDERS = frozenset({ORDER_PAID, ORDER_REFUNDED, ORDER_CLOSED})


def progress(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """Complete what the batch's facts and merges complete, withdraw what its refunds take back, give what is given at once."""
    known = versions(cursor) if batch.facts or batch.merges else []
    if not known:
        return None
    names = {version.task.trigger for version in known}
    if any(version.task.minds_refunds for version in known):
        names |= OF_ORDERS
    facts = batch.named(*names)
    if not facts and not batch.merges:
        return None
    orders = {order for fact in facts if fact.name in OF_ORDERS and (order := order_of(fact)) is not None}
    members = _members(cursor, batch, known, facts, orders)
    lock(cursor, members)
    book = TaskBook(known, eligibility(cursor, known, members, business_day(batch.until, batch.zone)))
    read(cursor, book, known, members, orders, batch)
    for step in batch.steps(facts):
        if isinstance(step, Fact):
            book.tell(step)
        else:
            book.merge(step, business_day(step.clock, batch.zone))
    write(cursor, book, batch.owner)
    for one in book.reached:
        if one.version.task.claim == "automatic":
            give(SYSTEM, rewards_of(one.version, one.done.step, str(one.done.start), one.member_id, batch.owner(one.member_id)), one.at)
    return [_news(one) for one in book.reached]


def _members(cursor: Cursor, batch: Batch, known: list[Version], facts: list[Fact], orders: set[tuple[str, str]]) -> list[int]:
    """Everybody concerned: who did something, who merged, and who bought what is given back."""
    members = {batch.owner(fact.member_id) for fact in facts if fact.member_id is not None}
    members |= {batch.owner(merged.survivor_id) for merged in batch.merges}
    if orders:
        keys = {"shops": [shop for shop, _ in orders], "numbers": [number for _, number in orders]}
        cursor.execute(_sql.owners_of_orders, {"codes": sorted({version.code for version in known}), **keys})
        members |= {row[0] for row in cursor.fetchall()}
    return sorted(members)


def _news(one: Reached) -> Derived:
    return Derived(
        name=COMPLETED,
        reaction="membership.tasks",
        member_id=one.member_id,
        properties={"task": one.done.code, "version": one.version.version, "step": one.done.step + 1, "period": str(one.done.start)},
        cause=one.cause,
        at=one.at if one.cause is None else None,
        discriminator=f"{one.done.code} {one.done.start} {one.done.step}",
    )
