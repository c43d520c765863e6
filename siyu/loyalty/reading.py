"""From rows to the fold's state: everything that a batch touches, in a handful of set-based SELECTs."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from psycopg import Cursor

from siyu.lib.lane import ColumnCursor, Promise, Question
from siyu.lib.sql import statements
from siyu.members.services import lock, lock_early

from .holders import holders
from .limits import budget_uses, cap_uses
from .people import read_people
from .rows import AccountRow, HoldRow, Known, LotRow, Touched
from .rules import GROWTH, NOWHERE, Account, Book, Floor, Hold, Lot, Member, Movement, Programme, Purchase, Standing, replayed
from .rules.fold import order_of
from .rules.ledger import Gift
from .rules.standing import times_of
from .standing import floors, gifts_of, movements
from .state import StandingRow, State, ask_state

_sql = statements("siyu.loyalty", "read")
Granted = dict[int, dict[str, tuple[Floor, ...]]]


class OfMembers(NamedTuple):
    """What was asked of members, who are locked: their accounts, where they stand, and what falls due."""

    members: set[int]
    until: datetime
    accounts: Question
    standings: Question
    due_lots: Question
    holds: Question


class Early(NamedTuple):
    """What was asked before the batch had come to loyalty: the orders it tells of, and what its members have."""

    orders: set[tuple[str, str]]
    purchases: Question
    of_members: OfMembers
    locked: Promise | None


def ask_early(cursor: Cursor, touched: Touched, until: datetime) -> Early:
    """Lock those of whom facts and merges tell, and ask for what is theirs; `read` takes it from there."""
    orders, members = _orders(touched), _told_of(touched)
    purchases = _ask_purchases(cursor, orders)
    locked = lock_early(cursor, members)
    return Early(orders, purchases, _ask_members(cursor, members, until, after=locked), locked)


def read(
    cursor: Cursor,
    programme: Programme,
    touched: Touched,
    until: datetime,
    owners: Iterable[int] = (),
    *,
    locks: bool = True,
    early: Early | None = None,
) -> tuple[Book, Known]:
    """Lock the members concerned and read what they have. `owners`: members whose time has come, without any fact."""
    known, book = Known(), Book(programme)
    if early and early.locked:
        early.locked.wait()
    orders = _orders(touched)
    if orders:
        _purchases(book, known, early.purchases if early and early.orders == orders else _ask_purchases(cursor, orders))
    lots = _lots(cursor, known)
    members = _told_of(touched)
    members.update(owners)
    members.update(row.owner for row in lots)
    if not members:
        return book, known
    lots = _lock(cursor, known, members, lots, early.of_members.members if early else set()) if locks else lots
    own = (
        early.of_members
        if early and (early.of_members.members, early.of_members.until) == (members, until)
        else _ask_members(cursor, members, until)
    )
    lots += [LotRow(*row) for row in own.due_lots.fetchall()]
    lots += _lots_against_debt(cursor, lots)
    _lay(cursor, book, known, touched, sorted(members), State(_accounts(own), lots, _standing_rows(own), _due_holds(own)))
    _ask(cursor, book, known, touched)
    return book, known


def _orders(touched: Touched) -> set[tuple[str, str]]:
    return {order for fact in touched.facts if (order := order_of(fact)) is not None}


def _told_of(touched: Touched) -> set[int]:
    members = {touched.final(fact.member_id) for fact in touched.facts if fact.member_id is not None}
    members.update(touched.final(merged.survivor_id) for merged in touched.merges)
    return members


def _ask_purchases(cursor: Cursor, orders: set[tuple[str, str]]) -> Question:
    asked = sorted(orders)
    return Question(cursor, _sql.purchases, {"shops": [shop for shop, _ in asked], "numbers": [number for _, number in asked]})


def _ask_members(cursor: Cursor, members: set[int], until: datetime, after: Promise | None = None) -> OfMembers:
    asked = {"owners": sorted(members)}
    in_time = {**asked, "until": until}
    how: dict[str, Any] = {"after": after}
    binary = {**how, "binary": True} if isinstance(cursor, ColumnCursor) else how  # instants are then read ten times faster
    return OfMembers(
        members=members,
        until=until,
        accounts=Question(cursor, _sql.accounts, asked, **binary),
        standings=Question(cursor, _sql.standings, asked, **binary),
        due_lots=Question(cursor, _sql.due_lots, in_time, **binary),
        holds=Question(cursor, _sql.due_holds, in_time, **how),
    )


def _ask(cursor: Cursor, book: Book, known: Known, touched: Touched) -> None:
    read_people(cursor, book, known, touched)
    if budgets := budget_uses(cursor, book, known, touched.facts):
        book.shared = msgspec.structs.replace(book.shared, budgets=budgets)


def read_for(
    cursor: Cursor,
    programme: Programme,
    members: Iterable[int],
    until: datetime,
    units: Iterable[str],
    lots: Iterable[int] = (),
    holds: Iterable[str] = (),
    touched: Touched | None = None,
) -> tuple[Book, Known]:
    """What members, locked by the caller, have of these units, what is due of others, these very lots, and these holds.

    With `touched`, also what the rules ask that its facts may earn by.
    """
    ids = sorted(members)
    return laid(cursor, programme, ids, ask_state(cursor, ids, units, until, lots, holds)(), touched)


def laid(cursor: Cursor, programme: Programme, ids: list[int], state: State, touched: Touched | None = None) -> tuple[Book, Known]:
    """What these members have, from what `ask_state` answered; with `touched`, also what the rules ask that its facts may earn by."""
    known, book = Known(), Book(programme)
    _lay(cursor, book, known, touched or Touched(), ids, state)
    if touched is not None:
        _ask(cursor, book, known, touched)
    return book, known


def _lay(cursor: Cursor, book: Book, known: Known, touched: Touched, ids: list[int], state: State) -> None:
    for member, track, standing in state.standings:
        known.standings.setdefault(member, {})[track] = standing
    _members(cursor, book, known, touched, state, ids)


def _fetched(cursor: Cursor, statement: Any, asked: dict[str, Any]) -> list[Any]:
    """Rows in binary form where the cursor can: their instants are then read ten times faster."""
    if isinstance(cursor, ColumnCursor):
        return cursor.execute(statement, asked, binary=True).fetchall()
    cursor.execute(statement, asked)
    return cursor.fetchall()


def _accounts(own: OfMembers) -> list[AccountRow]:
    return [AccountRow(*row) for row in own.accounts.fetchall()]


def _standing_rows(own: OfMembers) -> list[StandingRow]:
    return [(member, track, Standing(*standing)) for member, track, *standing in own.standings.fetchall()]


def _due_holds(own: OfMembers) -> list[HoldRow]:
    return [HoldRow(*row) for row in own.holds.fetchall()]


def _purchases(book: Book, known: Known, told: Question) -> None:
    for id, shop, number, paid_at, base, refunded, received_at, closed_at, refunds in told.fetchall():
        purchase = Purchase((shop, number), paid_at, base, refunded, received_at, closed_at, tuple(msgspec.json.decode(refunds)))
        known.purchases[purchase.order] = (id, purchase)
        known.ordered[purchase.order] = id
        book.purchases[purchase.order] = purchase


def _lots(cursor: Cursor, known: Known) -> list[LotRow]:
    if not known.purchases:
        return []
    return [LotRow(*row) for row in _fetched(cursor, _sql.lots_of_purchases, {"purchases": [id for id, _ in known.purchases.values()]})]


def _lock(cursor: Cursor, known: Known, members: set[int], lots: list[LotRow], locked: set[int]) -> list[LotRow]:
    """Lock the members and read their orders' lots again; whoever came to own one of them meanwhile is locked too."""
    while members - locked:
        lock(cursor, sorted(members - locked))
        locked = locked | members
        lots = _lots(cursor, known) if lots else lots
        members.update(row.owner for row in lots)
    return lots


def _lots_against_debt(cursor: Cursor, lots: list[LotRow]) -> list[LotRow]:
    owners = {row.owner for row in lots if row.is_short}
    if not owners:
        return []
    return [LotRow(*row) for row in _fetched(cursor, _sql.spendable_lots, {"owners": sorted(owners)})]


def _members(
    cursor: Cursor,
    book: Book,
    known: Known,
    touched: Touched,
    state: State,
    owners: Iterable[int],
) -> None:
    """Lay accounts, lots, caps and standings together, as they were before the first of the merges."""
    holder = book.holders = holders(cursor, touched, {row.origin: row.owner for row in state.accounts})
    debts: dict[int, dict[Account, int]] = {}
    growth: dict[int, int] = {}
    active: dict[int, dict[Account, datetime]] = {}
    for row in state.accounts:
        account, member = Account(row.origin, row.unit), holder[row.origin]
        known.accounts[account] = row.id
        known.balances[(member, row.unit)] = known.balances.get((member, row.unit), 0) + row.available
        if row.active_until is not None:
            active.setdefault(member, {})[account] = known.active[account] = row.active_until
        owed = debts.setdefault(member, {})
        if row.debt:
            owed[account] = row.debt
        if row.unit == GROWTH:
            growth[member] = growth.get(member, 0) + row.available
    holdings = _holdings(book, known, state.lots, holder)
    holds = _holds(known, state.holds, holder)
    used = cap_uses(cursor, book, known, touched.facts, holder)
    granted = _floors(cursor, book.programme, touched, owners, holder)
    merging = _merging(book.programme, touched, holder, granted)
    moved = _movements(cursor, book.programme, touched, holder, merging)
    standings = _standings(book.programme, known, touched, moved, granted, merging)
    gifts = _gifts(cursor, book.programme, known, {*holder, *owners}, holder)
    for member in {**debts, **standings, **granted, **gifts}:
        own, stands = holdings.get(member, {}), standings.get(member, {})
        due = [due_at for lot in own.values() if (due_at := lot.due_at) is not None]
        due += [hold.until for hold in holds.get(member, {}).values()]
        due += active.get(member, {}).values()
        due += [due_at for due_at in times_of(book.programme, stands) if due_at is not None]
        book.members[member] = Member(
            id=member,
            lots=own,
            used=used.get(member, {}),
            debts=debts.get(member, {}),
            holds=holds.get(member, {}),
            active=active.get(member, {}),
            growth=growth.get(member, 0),
            standings=stands,
            movements=moved.get(member, ()),
            floors=granted.get(member, {}),
            gifts=gifts.get(member, frozenset()),
            due_at=min(due, default=None),
        )


def _merging(programme: Programme, touched: Touched, holder: dict[int, int], granted: Granted) -> set[int]:
    """Who has become of those who merge in the batch, and whose tier before it follows from the movements of several.

    Where whoever was merged had nothing, it is the tier of who has become of them; but windows look at single movements.
    """
    finals = {touched.final(merged.survivor_id) for merged in touched.merges}
    if not all(track.is_plain for track in programme.tracks):
        return finals
    return finals & {final for member in {*holder.values(), *granted} if (final := touched.final(member)) != member}


def _movements(
    cursor: Cursor, programme: Programme, touched: Touched, holder: dict[int, int], merging: set[int]
) -> dict[int, tuple[Movement, ...]]:
    """The single movements that windows need; of those who merge in the batch, of all that tiers measure."""
    rest = {touched.final(member) for member in holder.values()} - merging if programme.windowed else set()
    moved: dict[int, list[Movement]] = {}
    for members, units in ((merging, programme.measures), (rest, programme.windowed)):
        for owned in movements(cursor, members, units) if members else ():
            if owned.origin in holder:
                moved.setdefault(holder[owned.origin], []).append(owned.movement)
    return {member: tuple(own) for member, own in moved.items()}


def _gifts(
    cursor: Cursor, programme: Programme, known: Known, origins: Iterable[int], holder: dict[int, int]
) -> dict[int, frozenset[Gift]]:
    """The gifts of tiers that these members were given, as whoever they then were."""
    if not programme.gives:
        return {}
    known.gifts = gifts_of(cursor, origins)
    found: dict[int, frozenset[Gift]] = {}
    for gift in known.gifts:
        member = holder.get(gift.origin, gift.origin)
        found[member] = found.get(member, frozenset()) | {gift}
    return found


def _floors(cursor: Cursor, programme: Programme, touched: Touched, members: Iterable[int], holder: dict[int, int]) -> Granted:
    """The tiers that staff granted, by whom they were granted to before the batch's merges."""
    if not programme.has_floors:
        return {}
    found: Granted = {}
    for origin, owner, track, floor in floors(cursor, members):
        own = found.setdefault(holder.get(origin, origin if touched.merges else owner), {})
        own[track] = (*own.get(track, ()), floor)
    return found


def _standings(
    programme: Programme,
    known: Known,
    touched: Touched,
    moved: dict[int, tuple[Movement, ...]],
    granted: Granted,
    merging: set[int],
) -> dict[int, dict[str, Standing]]:
    """The tiers before the batch: the tables' own, but of those who merge in it, whose tables are ahead, what the entries say."""
    members = {member for merged in touched.merges for member in (merged.survivor_id, merged.loser_id) if touched.final(member) in merging}
    standings = {member: stands for member, stands in known.standings.items() if member not in members}
    for member in members & {*moved, *granted}:
        final = known.standings.get(touched.final(member), {})
        for track in programme.tracks:
            last = final.get(track.code, NOWHERE)
            floors = granted.get(member, {}).get(track.code, ())
            version = last.version if last.since is not None else None
            standing = replayed(programme, track, moved.get(member, ()), floors, until=last.judged_at, version=version)
            if standing.since is not None:
                standings.setdefault(member, {})[track.code] = standing
    return standings


def _holdings(book: Book, known: Known, lots: list[LotRow], holder: dict[int, int]) -> dict[int, dict[UUID, Lot]]:
    orders = {id: order for order, (id, _) in known.purchases.items()}
    holdings: dict[int, dict[UUID, Lot]] = {}
    earned: dict[tuple[str, str], tuple[int, list[UUID]]] = {}
    for row in lots:
        if row.key in known.lots:
            continue
        order, member = orders.get(row.purchase_id or 0), holder[row.origin]
        lot = row.lot(order)
        known.lots[row.key] = lot
        known.numbered[row.key] = row.id
        holdings.setdefault(member, {})[row.key] = lot
        if order is not None:
            earned.setdefault(order, (member, []))[1].append(row.key)
    for order, (earner, keys) in earned.items():
        id, purchase = known.purchases[order]
        purchase = msgspec.structs.replace(purchase, earner=earner, lots=tuple(keys))
        known.purchases[order] = (id, purchase)
        book.purchases[order] = purchase
    return holdings


def _holds(known: Known, rows: list[HoldRow], holder: dict[int, int]) -> dict[int, dict[str, Hold]]:
    parts: dict[tuple[int, str], tuple[HoldRow, dict[UUID, int]]] = {}
    for row in rows:
        known.operations[row.key] = row.operation_id
        known.holds[(row.key, row.lot)] = row.amount
        parts.setdefault((holder[row.origin], row.key), (row, {}))[1][row.lot] = row.amount
    holds: dict[int, dict[str, Hold]] = {}
    for (member, key), (row, own) in parts.items():
        holds.setdefault(member, {})[key] = Hold(key, row.unit, row.until, own)
    return holds
