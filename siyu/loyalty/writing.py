"""From the fold's answers to rows: accounts, orders, lots, entries, caps and standings, each in one statement."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Cursor

from siyu.lib.sql import null, statements
from siyu.lib.wire import send

from .limits import write_uses
from .people import write_awaiting
from .rows import Known, Touched
from .rules import PLAIN, TRACK, Account, Book, Lot, Posting
from .standing import Judged, note_gifts, replay_standings, write_standings

_sql = statements("siyu.loyalty", "write")

FEW = 200  # rows
BUCKETS = ("pending", "available", "held", "spent", "expired", "revoked", "debt")


def write(cursor: Cursor, book: Book, known: Known, touched: Touched) -> None:
    """Write what the walk changed, and nothing else."""
    if book.postings:
        _accounts(cursor, book.postings, known, touched)
    purchases = _purchases(cursor, book, known)
    lots = _lots(cursor, book, known, purchases)
    if book.postings:
        _entries(cursor, book.postings, known, lots)
        write_uses(cursor, book, known)
        write_awaiting(cursor, book, known, lots)
    _holds(cursor, book, known, lots)
    _activity(cursor, book, known)
    _floors(cursor, book, touched)
    _standings(cursor, book, known)


def _accounts(cursor: Cursor, postings: list[Posting], known: Known, touched: Touched) -> None:
    moved: dict[Account, dict[str, int]] = {}
    for posting in postings:
        balances = moved.setdefault(posting.account, dict.fromkeys(BUCKETS, 0))
        if posting.debit in balances:
            balances[posting.debit] += posting.amount if posting.debit == "debt" else -posting.amount
        if posting.credit in balances:
            balances[posting.credit] += -posting.amount if posting.credit == "debt" else posting.amount
    new = [account for account in moved if account not in known.accounts]
    if new:
        origins = [account.origin for account in new]
        owners = [touched.final(origin) for origin in origins]
        cursor.execute(_sql.open_accounts, {"units": [account.unit for account in new], "origins": origins, "owners": owners})
        known.accounts.update({Account(origin, unit): id for id, origin, unit in cursor.fetchall()})
    columns = {bucket: [balances[bucket] for balances in moved.values()] for bucket in BUCKETS}
    cursor.execute(_sql.move_balances, {"ids": [known.accounts[account] for account in moved], **columns})


def _purchases(cursor: Cursor, book: Book, known: Known) -> dict[tuple[str, str], int]:
    """Order → its row's number."""
    numbers = {order: id for order, (id, _) in known.purchases.items()}
    new = [purchase for order, purchase in book.purchases.items() if order not in numbers]
    old = [purchase for order, purchase in book.purchases.items() if order in numbers and known.purchases[order][1] is not purchase]
    if new:
        numbers.update(zip((purchase.order for purchase in new), _reserve(cursor, _sql.reserve_purchases, len(new)), strict=True))
    for statement, purchases in ((_sql.insert_purchases, new), (_sql.update_purchases, old)):
        if not purchases:
            continue
        columns: dict[str, Any] = {
            "ids": [numbers[purchase.order] for purchase in purchases],
            "paid_at": [purchase.paid_at for purchase in purchases],
            "base_minor": [purchase.base_minor for purchase in purchases],
            "refunded_minor": [purchase.refunded_minor for purchase in purchases],
            "received_at": [purchase.received_at for purchase in purchases],
            "closed_at": [purchase.closed_at for purchase in purchases],
            "refunds": [msgspec.json.encode(purchase.refunds).decode() for purchase in purchases],
        }
        if purchases is new:
            columns["shops"] = [purchase.order[0] for purchase in purchases]
            columns["numbers"] = [purchase.order[1] for purchase in purchases]
        cursor.execute(statement, columns)
    return numbers


def _lots(cursor: Cursor, book: Book, known: Known, purchases: dict[tuple[str, str], int]) -> dict[UUID, int]:
    """Lot → its row's number."""
    numbers = {key: id for key, (id, _) in known.lots.items()}
    touched = [lot for member in book.members.values() for lot in member.lots.values()]
    new = sorted((lot for lot in touched if lot.key not in numbers), key=lambda lot: (lot.earned_at, lot.key))
    changed = [lot for lot in touched if lot.key in numbers and known.lots[lot.key][1] is not lot]
    if new:
        numbers.update(zip((lot.key for lot in new), _reserve(cursor, _sql.reserve_lots, len(new)), strict=True))
        lines = [_lot_row(lot, numbers[lot.key], known.accounts[lot.account], purchases) for lot in new]
        _send(cursor, _sql.copy_lots, _sql.insert_lots, lines)
    if changed:
        columns = {
            "ids": [numbers[lot.key] for lot in changed],
            "remaining": [lot.remaining for lot in changed],
            "held": [lot.held for lot in changed],
            "reversed": [lot.reversed for lot in changed],
            "waived": [lot.waived for lot in changed],
            "expired": [lot.expired for lot in changed],
            "is_pending": [lot.is_pending for lot in changed],
            "available_at": [lot.available_at for lot in changed],
            "expires_at": [None if lot.is_sliding else lot.expires_at for lot in changed],
            "is_sliding": [lot.is_sliding for lot in changed],
        }
        cursor.execute(_sql.update_lots, columns)
    return numbers


def _lot_row(lot: Lot, number: int, account: int, purchases: dict[tuple[str, str], int]) -> str:
    purchase = "\\N" if lot.order is None else purchases[lot.order]
    ends = None if lot.is_sliding else lot.expires_at
    return (
        f"{number}\t{lot.key.hex}\t{account}\t{lot.account.unit}\t{lot.amount}\t{lot.remaining}\t{lot.held}\t{lot.reversed}\t{lot.waived}\t"
        f"{lot.expired}\t{_truth(lot.is_pending)}\t{_instant(lot.available_at)}\t{_instant(ends)}\t{_truth(lot.is_sliding)}\t{lot.priority}\t"
        f"{_instant(lot.earned_at)}\t{purchase}\t{null(lot.rule_id)}\n"
    )


def _truth(value: bool) -> str:
    return "t" if value else "f"


def _entries(cursor: Cursor, postings: list[Posting], known: Known, lots: dict[UUID, int]) -> None:
    lines = [_entry_row(posting, known.accounts[posting.account], lots, known.operations) for posting in postings]
    _send(cursor, _sql.copy_entries, _sql.insert_entries, lines)


def _send(cursor: Cursor, copy: Any, insert: Any, lines: list[str]) -> None:
    """Many rows by COPY; few by an INSERT, which may travel with the statements around it."""
    if len(lines) > FEW:
        send(cursor, copy, "".join(lines))
    else:
        cursor.execute(insert, {"lines": [line[:-1] for line in lines]})


def _entry_row(posting: Posting, account: int, lots: dict[UUID, int], operations: dict[str, int]) -> str:
    lot = "\\N" if posting.lot is None else lots[posting.lot]
    fact = "\\N" if posting.fact_id is None else posting.fact_id
    rule = "\\N" if posting.rule_id is None else posting.rule_id
    return (
        f"{account}\t{posting.account.unit}\t{posting.debit}\t{posting.credit}\t{posting.amount}\t{posting.kind}\t{lot}\t{fact}\t"
        f"{_instant(posting.fact_occurred_at)}\t{rule}\t{posting.tier}\t{Decimal(posting.multiplier) / PLAIN}\t{_instant(posting.at)}\t"
        f"{posting.business_day.isoformat()}\t{posting.key.hex}\t{null(operations.get(posting.operation))}\t{null(operations.get(posting.of))}\n"
    )


def _holds(cursor: Cursor, book: Book, known: Known, lots: dict[UUID, int]) -> None:
    """A hold is taken whole and ends whole: its rows come and go, and never change."""
    now = {
        (hold.key, lot): (hold, part)
        for member in book.members.values()
        for hold in member.holds.values()
        for lot, part in hold.parts.items()
    }
    old = [key for key in known.holds if key not in now]
    new = [key for key in now if key not in known.holds]
    if old:
        columns = {"operations": [known.operations[key] for key, _ in old], "lots": [lots[lot] for _, lot in old]}
        cursor.execute(_sql.drop_holds, columns)
    if new:
        taken: dict[str, Any] = {
            "operations": [known.operations[key] for key, _ in new],
            "lots": [lots[lot] for _, lot in new],
            "amounts": [now[key][1] for key in new],
            "until": [now[key][0].until for key in new],
        }
        cursor.execute(_sql.insert_holds, taken)


def _activity(cursor: Cursor, book: Book, known: Known) -> None:
    now: dict[Account, datetime] = {}
    for member in book.members.values():
        now.update(member.active)
    ended = [account for account in known.active if account not in now]
    changed = [account for account in now if account in known.accounts and known.active.get(account) != now[account]]
    if ended or changed:
        accounts = [*ended, *changed]
        columns = {"ids": [known.accounts[account] for account in accounts], "until": [now.get(account) for account in accounts]}
        cursor.execute(_sql.slide, columns)


def _floors(cursor: Cursor, book: Book, touched: Touched) -> None:
    """Tiers brought in by facts: rows of their own, with whom they were given to, before any standing is replayed from them."""
    if book.promised:
        origins = [fact.member_id or 0 for fact, _ in book.promised]
        columns: dict[str, Any] = {
            "origins": origins,
            "owners": [touched.final(origin) for origin in origins],
            "tiers": [floor.tier for _, floor in book.promised],
            "from_at": [floor.from_at for _, floor in book.promised],
            "until": [floor.until for _, floor in book.promised],
            "because": [f"moving_in:{fact.message.hex}" for fact, _ in book.promised],
        }
        cursor.execute(_sql.insert_floors, {"track": TRACK, **columns})


def _instant(value: datetime | None) -> str:
    return "\\N" if value is None else value.isoformat()


def _standings(cursor: Cursor, book: Book, known: Known) -> None:
    """Where members now stand; of those who merged, what the entries say."""
    plain = [member for member in book.members.values() if not member.is_joined]
    for track in book.programme.tracks:
        changed = {
            member.id: standing
            for member in plain
            if (standing := member.standings.get(track.code)) is not None and known.standings.get(member.id, {}).get(track.code) != standing
        }
        write_standings(cursor, track, changed)
    if book.programme.gives:
        note_gifts(cursor, {gift for member in book.members.values() for gift in member.gifts} - known.gifts)
    joined = [member for member in book.members.values() if member.is_joined and (member.standings or member.id in known.standings)]
    if joined:
        judged = {}
        for track in book.programme.tracks:
            versions = [standing.version for member in joined if (standing := member.standings.get(track.code)) is not None]
            judged[track.code] = Judged(max(versions, default=None), book.until)
        replay_standings(cursor, book.programme, [member.id for member in joined], judged)


def _reserve(cursor: Cursor, statement: Any, count: int) -> Iterable[int]:
    cursor.execute(statement, {"count": count})
    return [row[0] for row in cursor.fetchall()]
