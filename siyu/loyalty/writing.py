"""From the fold's answers to rows: accounts, orders, lots, entries, caps and standings, each in one statement."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Cursor

from siyu.lib.sql import statements

from .limits import write_uses
from .people import write_awaiting
from .rows import Known, Touched
from .rules import PLAIN, Account, Book, Lot, Member, Posting, Standing
from .standing import replay_standings, write_standings

_sql = statements("siyu.loyalty", "write")

BUCKETS = ("pending", "available", "expired", "revoked", "debt")


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
        with cursor.copy(_sql.copy_lots) as copy:
            copy.write("".join([_lot_row(lot, numbers[lot.key], known.accounts[lot.account], purchases) for lot in new]))
    if changed:
        columns = {
            "ids": [numbers[lot.key] for lot in changed],
            "remaining": [lot.remaining for lot in changed],
            "reversed": [lot.reversed for lot in changed],
            "expired": [lot.expired for lot in changed],
            "is_pending": [lot.is_pending for lot in changed],
            "available_at": [lot.available_at for lot in changed],
        }
        cursor.execute(_sql.update_lots, columns)
    return numbers


def _lot_row(lot: Lot, number: int, account: int, purchases: dict[tuple[str, str], int]) -> str:
    purchase = "\\N" if lot.order is None else purchases[lot.order]
    return (
        f"{number}\t{lot.key.hex}\t{account}\t{lot.account.unit}\t{lot.amount}\t{lot.remaining}\t{lot.reversed}\t{lot.expired}\t"
        f"{'t' if lot.is_pending else 'f'}\t{_instant(lot.available_at)}\t{_instant(lot.expires_at)}\t0\t{_instant(lot.earned_at)}\t"
        f"{purchase}\t{lot.rule_id}\n"
    )


def _entries(cursor: Cursor, postings: list[Posting], known: Known, lots: dict[UUID, int]) -> None:
    with cursor.copy(_sql.copy_entries) as copy:
        copy.write("".join([_entry_row(posting, known.accounts[posting.account], lots) for posting in postings]))


def _entry_row(posting: Posting, account: int, lots: dict[UUID, int]) -> str:
    lot = "\\N" if posting.lot is None else lots[posting.lot]
    fact = "\\N" if posting.fact_id is None else posting.fact_id
    rule = "\\N" if posting.rule_id is None else posting.rule_id
    return (
        f"{account}\t{posting.account.unit}\t{posting.debit}\t{posting.credit}\t{posting.amount}\t{posting.kind}\t{lot}\t{fact}\t"
        f"{_instant(posting.fact_occurred_at)}\t{rule}\t{posting.tier}\t{Decimal(posting.multiplier) / PLAIN}\t{_instant(posting.at)}\t"
        f"{posting.business_day.isoformat()}\t{posting.key.hex}\n"
    )


def _instant(value: datetime | None) -> str:
    return "\\N" if value is None else value.isoformat()


def _standings(cursor: Cursor, book: Book, known: Known) -> None:
    plain = [member for member in book.members.values() if not member.is_joined and _stands_otherwise(member, known)]
    write_standings(
        cursor, book.programme, {member.id: Standing(member.growth, member.tier, member.version, member.since) for member in plain}
    )
    joined = {
        member.id: member.version
        for member in book.members.values()
        if member.is_joined and (member.since is not None or member.id in known.standings)
    }
    if joined:
        replay_standings(cursor, book.programme, joined)


def _stands_otherwise(member: Member, known: Known) -> bool:
    now = Standing(member.growth, member.tier, member.version, member.since)
    return member.since is not None and known.standings.get(member.id) != now


def _reserve(cursor: Cursor, statement: Any, count: int) -> Iterable[int]:
    cursor.execute(statement, {"count": count})
    return [row[0] for row in cursor.fetchall()]
