"""Paid memberships between rows and fold: read the events of members and of all they absorbed, walk them, write what came out.

Nothing is carried on from the rows but up to when moves were told: whoever is touched is walked from the first event on.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from psycopg import Cursor

from siyu.lib.clock import EPOCH
from siyu.lib.sql import array, statements
from siyu.merchant.queries import SettingsBook

from .rules.plans import Book, Event, Join, Move, Plan, Plans, PlanTerms, Subscription

_sql = statements("siyu.membership", "plans")


class Dated(NamedTuple):
    """A version of a plan with the days on which it is sold."""

    plan: Plan
    from_day: date
    until_day: date | None


class Record(msgspec.Struct, kw_only=True):
    """An event with what its row keeps beside it."""

    event: Event
    by: str
    shop: str = ""
    order_number: str = ""
    sku: str = ""
    order_minor: int = 0
    because: str = ""
    body: dict[str, Any] = {}
    is_told: bool = True


class Tree(msgspec.Struct):
    """A member, all that have become it, and what happened to them."""

    root: int
    members: list[int] = []
    steps: list[Event | Join] = []
    untold: set[UUID] = set()
    told_at: datetime = EPOCH


class Walked(NamedTuple):
    """What the fold says of a member: where it stands, what is to be told now, and what falls due next."""

    tree: Tree
    plans: Plans
    standing: Subscription
    news: list[Move]
    last: datetime
    due_at: datetime | None


def all_plans(cursor: Cursor) -> list[Dated]:
    """Every version of every plan, by code and version."""
    cursor.execute(_sql.plans)
    return _parsed(tuple(cursor.fetchall()))


@lru_cache(maxsize=8)
def _parsed(rows: tuple[tuple, ...]) -> list[Dated]:
    return [
        Dated(Plan(code, version, name, msgspec.json.decode(definition, type=PlanTerms)), from_day, until_day)
        for code, version, name, definition, from_day, until_day in rows
    ]


def by_version(dated: Iterable[Dated]) -> Plans:
    return {(one.plan.code, one.plan.version): one.plan for one in dated}


def on_sale(dated: Sequence[Dated], day: date) -> dict[str, Plan]:
    """Code → the version in force on a day."""
    newest: dict[str, Dated] = {}
    for one in dated:
        if one.from_day <= day:
            newest[one.plan.code] = one
    return {code: one.plan for code, one in newest.items() if one.until_day is None or day <= one.until_day}


def owners(cursor: Cursor, members: Collection[int]) -> set[int]:
    """Which of these members have, or had, a paid membership."""
    if not members:
        return set()
    cursor.execute(_sql.owners_with_plans, {"members": sorted(members)})
    return {row[0] for row in cursor.fetchall()}


def read(cursor: Cursor, roots: Collection[int]) -> list[Tree]:
    """The trees of these members with their events and merges."""
    cursor.execute(_sql.trees, {"roots": sorted(roots)})
    trees: dict[int, Tree] = {}
    home: dict[int, Tree] = {}
    for root, member, into, number, at in cursor.fetchall():
        tree = home[member] = trees.setdefault(root, Tree(root))
        tree.members.append(member)
        if into is not None:
            tree.steps.append(Join(number, at, into, member))
    members = array(home)
    cursor.execute(_sql.events, {"members": members})
    for *fields, is_told in cursor.fetchall():
        event = Event(**dict(zip(_FIELDS, fields, strict=True)))
        home[event.member].steps.append(event)
        if not is_told:
            home[event.member].untold.add(event.key)
    cursor.execute(_sql.told, {"members": members})
    for owner, told_at in cursor.fetchall():
        home[owner].told_at = max(home[owner].told_at, told_at)
    return [tree for _, tree in sorted(trees.items())]


_FIELDS = (
    *("key", "kind", "member", "at", "after_merge", "number", "plan", "version", "is_trial"),
    *("amount_minor", "paid_at", "auto_renew", "of", "ends"),
)


def walk(tree: Tree, plans: Plans, settings: SettingsBook, until: datetime) -> Walked:
    """Walk a tree up to an instant: `news` are the moves of untold events, and those of time that were not told yet."""
    book = Book(plans, settings.zone).walk(tree.steps, until)
    news = [move for move in book.moves if (move.event in tree.untold if move.event else move.at > tree.told_at)]
    return Walked(tree, plans, book.of(tree.root), news, book.last.get(tree.root, EPOCH), book.due_at(tree.root))


def record(cursor: Cursor, records: Sequence[Record]) -> None:
    """Write events, in their order."""
    if not records:
        return
    columns: dict[str, list] = {name: [getattr(one.event, name) for one in records] for name in (*_FIELDS[:5], *_FIELDS[6:])}
    for name in ("by", "shop", "order_number", "sku", "order_minor", "because", "is_told"):
        columns[name] = [getattr(one, name) for one in records]
    columns["body"] = [msgspec.json.encode(one.body).decode() for one in records]
    cursor.execute(_sql.keep_events, columns)


def write(cursor: Cursor, walked: Sequence[Walked], *, told: bool) -> None:
    """Write where members stand. `told`: their news are being told; else they stay due until the pump tells them."""
    if not walked:
        return
    everybody = array([member for one in walked for member in one.tree.members])
    cursor.execute(_sql.drop_terms, {"members": everybody})
    cursor.execute(_sql.drop_subscriptions, {"members": everybody})
    if told:
        cursor.execute(_sql.have_told, {"keys": array([key for one in walked for key in one.tree.untold])})
    standing = [one for one in walked if one.standing.payments]
    if standing:
        _lay_terms(cursor, standing)
        _stand(cursor, standing, told=told)


def _lay_terms(cursor: Cursor, walked: Sequence[Walked]) -> None:
    terms = [(one.tree.root, term) for one in walked for term in one.standing.terms]
    columns: dict[str, list] = {"owner": [owner for owner, _ in terms]}
    for name in ("payment", "plan", "version", "kind", "from_day", "to_day", "amount_minor"):
        columns[name] = [getattr(term, name) for _, term in terms]
    cursor.execute(_sql.lay_terms, columns)


def _stand(cursor: Cursor, walked: Sequence[Walked], *, told: bool) -> None:
    columns: dict[str, list] = {"owner": [one.tree.root for one in walked]}
    for name in ("plan", "version", "since", "until", "ended_on", "auto_renew"):
        columns[name] = [getattr(one.standing, name) for one in walked]
    columns |= {
        "state": [one.standing.state.value for one in walked],
        "payments": [len(one.standing.payments) for one in walked],
        "paid_minor": [sum(payment.amount_minor for payment in one.standing.payments) for one in walked],
        "refunded_minor": [sum(payment.refunded_minor for payment in one.standing.payments) for one in walked],
        "told_at": [max(one.last, one.tree.told_at) if told else one.tree.told_at for one in walked],
        "due_at": [one.due_at if told else _earliest(one) for one in walked],
    }
    cursor.execute(_sql.stand, columns)


def _earliest(walked: Walked) -> datetime | None:
    instants = [move.at for move in walked.news] + ([walked.due_at] if walked.due_at is not None else [])
    return min(instants, default=None)
