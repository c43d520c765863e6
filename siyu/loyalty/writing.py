"""From the fold's answers to rows: accounts, orders, lots, entries, caps and standings, each in one statement."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Cursor

from siyu.lib.sql import Printed, null, statements
from siyu.lib.wire import send

from .limits import write_uses
from .people import write_awaiting
from .rows import Known, Touched
from .rules import PLAIN, TRACK, Account, Book, Lot, Posting, Purchase
from .standing import Judged, note_gifts, replay_standings, rungs_on, write_standings

_sql = statements("siyu.loyalty", "write")
_encoder = msgspec.json.Encoder()

FEW = 200  # rows
PART = 1_000  # rows of a COPY: what the next statement may have to wait for
NULL = "\\N"  # as COPY wants it
Columns = dict[str, list[Any]]
# the columns of a line, as in `copy_lots` and `copy_entries`
LOT = (
    *("id", "key", "account_id", "unit", "amount", "remaining", "held", "reversed", "waived", "expired", "is_pending", "available_at"),
    *("expires_at", "is_sliding", "priority", "earned_at", "purchase_id", "rule_id"),
)
ENTRY = (
    *("account_id", "unit", "debit", "credit", "amount", "kind", "lot_id", "fact_id", "fact_occurred_at", "rule_id", "tier", "multiplier"),
    *("posted_at", "business_day", "key", "operation_id", "of_id"),
)
BUCKETS = ("pending", "available", "held", "spent", "expired", "revoked", "debt")
EARNED = ("pending", "available")  # the buckets that earning moves


def write(cursor: Cursor, book: Book, known: Known, touched: Touched, asked: Mapping[str, Any] | None = None) -> None:
    """Write what the walk changed, and nothing else. `asked`: the few operations behind it, which are then written with it at once."""
    new, changed = _lots(book, known)
    balances, lots, entries = _posted(cursor, book, known, touched, new)
    _purchases(cursor, book, known, book.purchases)
    if asked is not None:
        _at_once(cursor, asked, balances, _changes(changed, known), list(lots), list(entries))
    else:
        _in_turn(cursor, balances, _changes(changed, known), lots, entries)
    if book.postings:
        write_uses(cursor, book, known)
        write_awaiting(cursor, book, known, known.numbered)
    _holds(cursor, book, known, known.numbered)
    _activity(cursor, book, known)
    _floors(cursor, book, touched)
    _standings(cursor, book, known)


def write_ahead(cursor: Cursor, book: Book, known: Known, touched: Touched, more: float) -> None:
    """Write what was posted so far, so that the database works while the walk goes on: lots that change afterwards are changed again.

    `more`: how much is to come, as a multiple of what came; numbers of rows are kept for it.
    """
    opening = [posting for posting in book.postings[known.written :] if posting.key == posting.lot]
    new = [book.member(posting.account.origin).lots[posting.key] for posting in opening]
    balances, lots, entries = _posted(cursor, book, known, touched, new, more)
    _purchases(cursor, book, known, dict.fromkeys(lot.order for lot in new if lot.order is not None))
    _in_turn(cursor, balances, _changes([], known), lots, entries)
    known.sent.update({lot.key: lot for lot in new})
    known.written = len(book.postings)


def _posted(
    cursor: Cursor, book: Book, known: Known, touched: Touched, new: list[Lot], more: float = 0.0
) -> tuple[Columns, Iterator[str], Iterator[str]]:
    """Balances, lots and entries to be written for what was posted since the last time; accounts are opened, rows numbered."""
    postings = book.postings[known.written :]
    moved = _moved(postings, EARNED if _only_earn(postings) else BUCKETS)
    _open_accounts(cursor, moved, known, touched, more)
    _number(cursor, _sql.reserve_lots, known.numbered, known.numbers, [lot.key for lot in new], more)
    orders = [lot.order for lot in new if lot.order is not None]
    _number(cursor, _sql.reserve_purchases, known.ordered, known.order_numbers, orders, more)
    told = Printed()
    lots = (_lot_row(lot, known.numbered[lot.key], known.accounts[lot.account], known.ordered, told) for lot in new)
    entries = (_entry_row(posting, known.accounts[posting.account], known.numbered, known.operations, told) for posting in postings)
    return _balances(moved, known), lots, entries


def _only_earn(postings: list[Posting]) -> bool:
    """Whether these entries move nothing but what is pending or available, as earning does."""
    return {bucket for posting in postings for bucket in (posting.debit, posting.credit)} <= {"issued", *EARNED}


def _moved(postings: list[Posting], buckets: Sequence[str]) -> dict[Account, dict[str, int]]:
    """What these entries move of each account's balances."""
    moved: dict[Account, dict[str, int]] = {}
    for posting in postings:
        balances = moved.get(posting.account)
        if balances is None:
            balances = moved[posting.account] = dict.fromkeys(buckets, 0)
        if posting.debit in balances:
            balances[posting.debit] += posting.amount if posting.debit == "debt" else -posting.amount
        if posting.credit in balances:
            balances[posting.credit] += -posting.amount if posting.credit == "debt" else posting.amount
    return moved


def _open_accounts(cursor: Cursor, moved: Iterable[Account], known: Known, touched: Touched, more: float) -> None:
    new = [account for account in moved if account not in known.accounts]
    if new:
        _number(cursor, _sql.reserve_accounts, known.accounts, known.account_numbers, new, more)
        columns = {
            "ids": [known.accounts[account] for account in new],
            "units": [account.unit for account in new],
            "origins": [account.origin for account in new],
            "owners": [touched.final(account.origin) for account in new],
        }
        cursor.execute(_sql.open_accounts, columns)


def _balances(moved: dict[Account, dict[str, int]], known: Known) -> Columns:
    buckets = next(iter(moved.values()), {})
    columns: Columns = {bucket: [balances[bucket] for balances in moved.values()] for bucket in buckets}
    return {"id": [known.accounts[account] for account in moved], **columns}


def _changes(lots: list[Lot], known: Known) -> Columns:
    return {
        "id": [known.numbered[lot.key] for lot in lots],
        "remaining": [lot.remaining for lot in lots],
        "held": [lot.held for lot in lots],
        "reversed": [lot.reversed for lot in lots],
        "waived": [lot.waived for lot in lots],
        "expired": [lot.expired for lot in lots],
        "is_pending": [lot.is_pending for lot in lots],
        "available_at": [lot.available_at for lot in lots],
        "expires_at": [None if lot.is_sliding else lot.expires_at for lot in lots],
        "is_sliding": [lot.is_sliding for lot in lots],
    }


def _at_once(cursor: Cursor, asked: Mapping[str, Any], balances: Columns, changes: Columns, lots: list[str], entries: list[str]) -> None:
    rows = {
        "balances": json_rows({**dict.fromkeys(BUCKETS, [0] * len(balances["id"])), **balances}),
        "changed": json_rows(changes),
        "lots": _json_lines(LOT, lots),
        "entries": _json_lines(ENTRY, entries),
    }
    cursor.execute(_sql.at_once, {**asked, **rows})


def _in_turn(cursor: Cursor, balances: Columns, changes: Columns, lots: Iterator[str], entries: Iterator[str]) -> None:
    if balances["id"]:
        cursor.execute(_sql.move_balances if "debt" in balances else _sql.move_earned, balances)
    _send(cursor, _sql.copy_lots, _sql.insert_lots, LOT, lots)
    if changes["id"]:
        cursor.execute(_sql.update_lots, changes)
    _send(cursor, _sql.copy_entries, _sql.insert_entries, ENTRY, entries)


def json_rows(columns: Columns) -> str:
    """Columns as JSON rows, as `json_to_recordset` takes them."""
    return _encoder.encode([dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]).decode()


def _purchases(cursor: Cursor, book: Book, known: Known, orders: Iterable[tuple[str, str]]) -> None:
    """Write those of these orders that are new or have changed since they were read or written."""
    new: list[Purchase] = []
    old: list[Purchase] = []
    for order in orders:
        purchase, before = book.purchases[order], known.purchases.get(order)
        if before is None:
            new.append(purchase)
        elif before[1] is not purchase:
            old.append(purchase)
    _number(cursor, _sql.reserve_purchases, known.ordered, known.order_numbers, [purchase.order for purchase in new])
    known.purchases.update({purchase.order: (known.ordered[purchase.order], purchase) for purchase in (*new, *old)})
    for statement, purchases in ((_sql.insert_purchases, new), (_sql.update_purchases, old)):
        if not purchases:
            continue
        columns: Columns = {
            "ids": [known.ordered[purchase.order] for purchase in purchases],
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


def _lots(book: Book, known: Known) -> tuple[list[Lot], list[Lot]]:
    """The lots that were opened, each member's in their order, and those that changed."""
    new: list[Lot] = []
    changed: list[Lot] = []
    for member in book.members.values():
        for lot in member.lots.values():
            before = known.sent.get(lot.key) or known.lots.get(lot.key)
            if before is None:
                new.append(lot)
            elif before is not lot:
                changed.append(lot)
    return new, changed


def _number(cursor: Cursor, reserve: Any, given: dict[Any, int], kept: list[int], keys: Iterable[Any], more: float = 0.0) -> None:
    """Give numbers to rows that have none; kept are those for as many times more as are to come."""
    new = [key for key in dict.fromkeys(keys) if key not in given]
    if len(new) > len(kept):
        cursor.execute(reserve, {"count": len(new) - len(kept) + int(len(new) * more)})
        kept += [row[0] for row in cursor.fetchall()]
    given.update(zip(new, kept, strict=False))
    del kept[: len(new)]


def _lot_row(lot: Lot, number: int, account: int, purchases: dict[tuple[str, str], int], told: Printed) -> str:
    purchase = NULL if lot.order is None else purchases[lot.order]
    ends = None if lot.is_sliding else lot.expires_at
    return (
        f"{number}\t{lot.key.int:032x}\t{account}\t{lot.account.unit}\t{lot.amount}\t{lot.remaining}\t{lot.held}\t{lot.reversed}\t{lot.waived}"
        f"\t{lot.expired}\t{'t' if lot.is_pending else 'f'}\t{told[lot.available_at]}\t{told[ends]}\t{'t' if lot.is_sliding else 'f'}\t"
        f"{lot.priority}\t{told[lot.earned_at]}\t{purchase}\t{null(lot.rule_id)}\n"
    )


def _send(cursor: Cursor, copy: Any, insert: Any, names: Sequence[str], lines: Iterator[str]) -> None:
    """Many rows by COPY, part by part while the next are printed; few by an INSERT, which may travel with the statements around it."""
    while part := list(islice(lines, PART)):
        if len(part) > FEW:
            send(cursor, copy, "".join(part))
        else:
            cursor.execute(insert, {"rows": _json_lines(names, part)})


def _json_lines(names: Sequence[str], lines: list[str]) -> str:
    """Lines of what COPY takes as JSON rows: a value that is missing is NULL."""
    rows = [{name: value for name, value in zip(names, line[:-1].split("\t"), strict=True) if value != NULL} for line in lines]
    return _encoder.encode(rows).decode()


def _entry_row(posting: Posting, account: int, lots: dict[UUID, int], operations: dict[str, int], told: Printed) -> str:
    (_, unit), debit, credit, amount, kind, lot, rule, tier, multiplier, at, day, fact, occurred_at, key, operation, of = posting
    return (
        f"{account}\t{unit}\t{debit}\t{credit}\t{amount}\t{kind}\t{NULL if lot is None else lots[lot]}\t{NULL if fact is None else fact}\t"
        f"{told[occurred_at]}\t{NULL if rule is None else rule}\t{tier}\t{_times(multiplier)}\t{told[at]}\t{told[day]}\t{key.int:032x}\t"
        f"{operations.get(operation, NULL)}\t{operations.get(of, NULL)}\n"
    )


@lru_cache(maxsize=1_000)
def _times(multiplier: int) -> str:
    return str(Decimal(multiplier) / PLAIN)


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
            "because": [f"moving_in:{fact.mark.hex()}" for fact, _ in book.promised],
        }
        cursor.execute(_sql.insert_floors, {"track": TRACK, **columns})


def _standings(cursor: Cursor, book: Book, known: Known) -> None:
    """Where members now stand; of those who merged, what the entries say."""
    plain = [member for member in book.members.values() if not member.is_joined]
    for track in book.programme.tracks:
        changed = {
            member.id: standing
            for member in plain
            if (standing := member.standings.get(track.code)) is not None and known.standings.get(member.id, {}).get(track.code) != standing
        }
        rungs = rungs_on(track)
        before = {id: rungs(old) for id in changed if (old := known.standings.get(id, {}).get(track.code)) is not None}
        write_standings(cursor, track, changed, before=before)
    if book.programme.gives:
        note_gifts(cursor, {gift for member in book.members.values() for gift in member.gifts} - known.gifts)
    joined = [member for member in book.members.values() if member.is_joined and (member.standings or member.id in known.standings)]
    if joined:
        judged = {}
        for track in book.programme.tracks:
            versions = [standing.version for member in joined if (standing := member.standings.get(track.code)) is not None]
            judged[track.code] = Judged(max(versions, default=None), book.until)
        replay_standings(cursor, book.programme, [member.id for member in joined], judged)
