"""The moves of value that somebody asks for: each changes a `Turn`, posts entries, and says which lots it touched.

They refuse nothing but what the member does not have (`Short`): who may ask for what is decided by the services.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from siyu.lib.clock import EPOCH

from .ledger import AVAILABLE, DEBT, EXPIRED, HELD, ISSUED, REVOKED, SPENT, Account, Hold, Lot, entry_key
from .terms import Expiry, Inactivity
from .turn import Turn, bucket_of
from .units import DEDUCT, ONLY_PENDING, WITHIN_BALANCE, Unit


class Allocation(NamedTuple):
    """A part of a move, and the lot it came from or went to."""

    lot: UUID
    amount: int
    expires_at: datetime | None


class Part(NamedTuple):
    """What an operation took from a lot, and how much of that went back."""

    lot: UUID
    taken: int
    returned: int = 0


class Short(Exception):
    """The member has less than is asked for."""

    def __init__(self, available: int) -> None:
        super().__init__(available)
        self.available = available


def grant(
    turn: Turn,
    unit: str,
    amount: int,
    expires: Expiry | Inactivity | datetime | None,
    *,
    available_at: datetime | None = None,
    priority: int = 0,
    kind: str = "grant",
    part: str = "",
) -> Lot:
    """Open a lot. `expires` is a rule, an instant, or None for never; a later `available_at` leaves it pending until then."""
    turn.stay_active(unit)
    ends, is_sliding = (expires, False) if isinstance(expires, datetime | None) else turn.validity(unit, expires, turn.at)
    pending = available_at is not None and available_at > turn.at
    lot = Lot(
        key=entry_key(turn.day, kind, unit, turn.operation, part),
        account=Account(turn.before.id, unit),
        amount=amount,
        remaining=amount,
        rule_id=None,
        earned_at=turn.at,
        is_pending=pending,
        available_at=available_at if pending else turn.at,
        expires_at=ends,
        is_sliding=is_sliding,
        priority=priority,
    )
    turn.lots[lot.key] = lot
    turn.post(lot, ISSUED, bucket_of(lot), amount, kind, key=lot.key)
    lot = turn.settle(lot)
    turn.watch(lot.due_at)
    turn.ripen_lot(lot)
    return turn.lots[lot.key]


def spend(turn: Turn, unit: str, amount: int, kind: str = "spend") -> list[Allocation]:
    """Spend out of the lots in the unit's order; raises `Short`."""
    return _take(turn, unit, amount, SPENT, kind)


def hold(turn: Turn, unit: str, amount: int, until: datetime) -> list[Allocation]:
    """Reserve out of the lots in the unit's order until an instant, from which on it is free again; raises `Short`."""
    taken = _take(turn, unit, amount, HELD, "hold")
    parts = {allocation.lot: allocation.amount for allocation in taken}
    turn.holds = {**turn.holds, turn.operation: Hold(turn.operation, unit, until, parts)}
    for key, part in parts.items():
        turn.keep(turn.lots[key], held=turn.lots[key].held + part)
    turn.watch(until)
    return taken


def capture(turn: Turn, held: Hold, amount: int) -> list[Allocation]:
    """Spend so much of a hold, in the order in which it was taken, and free the rest."""
    turn.stay_active(held.unit)
    parts = dict(held.parts)
    taken: list[Allocation] = []
    for key in held.parts:
        part = min(parts[key], amount - sum(allocation.amount for allocation in taken))
        if not part:
            break
        lot = turn.keep(turn.lots[key], held=turn.lots[key].held - part)
        turn.post(lot, HELD, SPENT, part, "capture", of=held.key)
        parts[key] -= part
        taken.append(Allocation(key, part, lot.expires_at))
    turn.free(msgspec.structs.replace(held, parts={key: part for key, part in parts.items() if part}), "void")
    return taken


def void(turn: Turn, held: Hold) -> list[Allocation]:
    """Free a hold: everything returns to its lots."""
    turn.free(held, "void")
    return [Allocation(key, part, turn.lots[key].expires_at) for key, part in held.parts.items()]


def give_back(turn: Turn, parts: Sequence[Part], amount: int, of: str) -> list[Allocation]:
    """So much of a spending returns to its lots, what was taken last first."""
    back = []
    for part in reversed(parts):
        returned = min(amount, part.taken - part.returned)
        if returned:
            turn.put_back(turn.lots[part.lot], SPENT, returned, "give_back", of)
            back.append(Allocation(part.lot, returned, turn.lots[part.lot].expires_at))
            amount -= returned
    return back


def take_back(turn: Turn, missing: Iterable[tuple[Lot, int]], kind: str, of: str = "") -> dict[UUID, int]:
    """Undo what was earned: pending first and from the lot itself, then from other lots, then as a debt, as the unit's terms allow.

    What of a lot expired unused is neither taken from others nor owed. Returns what was let go, by lot.
    """
    owed = []
    for lot, amount in missing:
        rest = _from_itself(turn, lot, amount, kind, of)
        if rest:
            owed.append((lot.key, rest))
    waived = {}
    for key, rest in owed:
        lot = turn.lots[key]
        policy = turn.unit(lot.account.unit).terms.refunds
        due = rest
        if policy == ONLY_PENDING:
            due = 0
        elif policy in (WITHIN_BALANCE, DEDUCT):
            due = min(rest, available(turn, lot.account.unit))
        if due:
            _owe(turn, lot, due, kind, of)
        if rest > due:
            waived[key] = rest - due
        turn.keep(turn.lots[key], reversed=turn.lots[key].reversed + due, waived=turn.lots[key].waived + rest - due)
    return waived


def remove(turn: Turn, unit: str, amount: int, *, may_owe: bool) -> list[Allocation]:
    """A correction downwards, out of the lots in the unit's order; what is missing is owed where that is allowed. Raises `Short`."""
    has = available(turn, unit)
    if has < amount and not may_owe:
        raise Short(has)
    taken = _take(turn, unit, min(amount, has), REVOKED, "adjust") if has else []
    if amount > has:
        _open_debt(turn, unit, amount - has)
    return taken


def send(turn: Turn, unit: str, amount: int) -> list[Allocation]:
    """Give value to another member: out of the lots in the unit's order; `receive` puts it into lots of equal expiry."""
    return _take(turn, unit, amount, ISSUED, "transfer")


def extend(turn: Turn, lots: Iterable[UUID], until: datetime | None) -> list[Allocation]:
    """Let lots that have not expired be valid until an instant, or for ever. Moves nothing."""
    changed = []
    for key in lots:
        lot = turn.keep(turn.lots[key], expires_at=until, is_sliding=False)
        turn.watch(lot.due_at)
        changed.append(Allocation(key, lot.remaining, until))
    return changed


def available(turn: Turn, unit: str) -> int:
    """What may be spent at this moment."""
    return sum(lot.remaining for lot in turn.lots.values() if lot.account.unit == unit and not lot.is_pending)


def in_order(unit: Unit, lots: Iterable[Lot]) -> list[Lot]:
    """Lots in the order in which the unit's terms let them be spent: what never expires comes last."""
    return sorted(lots, key=lambda lot: (*(_RANKS[by](lot) for by in unit.terms.spends), lot.earned_at, lot.key))


_RANKS = {
    "expiry": lambda lot: (lot.expires_at is None, lot.expires_at or EPOCH),
    "priority": lambda lot: lot.priority,
    "age": lambda lot: lot.earned_at,
}


def _open_debt(turn: Turn, unit: str, amount: int) -> None:
    """What a correction took and the member has not: a lot that is reversed from the beginning, owed until something is earned."""
    lot = Lot(
        key=entry_key(turn.day, "owe", unit, turn.operation),
        account=Account(turn.before.id, unit),
        amount=amount,
        remaining=0,
        rule_id=None,
        earned_at=turn.at,
        reversed=amount,
        available_at=turn.at,
    )
    turn.lots[lot.key] = lot
    turn.post(lot, DEBT, REVOKED, amount, "owe", key=lot.key)
    turn.debts = {**turn.debts, lot.account: turn.debts.get(lot.account, 0) + amount}


def _take(turn: Turn, unit: str, amount: int, bucket: str, kind: str) -> list[Allocation]:
    lots = [lot for lot in turn.lots.values() if lot.account.unit == unit and lot.remaining and not lot.is_pending]
    if (has := sum(lot.remaining for lot in lots)) < amount:
        raise Short(has)
    turn.stay_active(unit)
    taken = []
    for lot in in_order(turn.unit(unit), [turn.lots[lot.key] for lot in lots]):
        part = min(lot.remaining, amount)
        if not part:
            break
        turn.post(lot, AVAILABLE, bucket, part, kind)
        turn.keep(lot, remaining=lot.remaining - part)
        taken.append(Allocation(lot.key, part, lot.expires_at))
        amount -= part
    return taken


def _from_itself(turn: Turn, lot: Lot, amount: int, kind: str, of: str) -> int:
    """From the lot, then from what of it expired unused; returns what is left to take."""
    if turn.unit(lot.account.unit).terms.refunds == ONLY_PENDING and not lot.is_pending:
        return amount
    left = min(amount, lot.remaining)
    unused = min(amount - left, lot.expired)
    for bucket, part in ((bucket_of(lot), left), (EXPIRED, unused)):
        if part:
            turn.post(lot, bucket, REVOKED, part, kind, of=of)
    turn.keep(lot, remaining=lot.remaining - left, expired=lot.expired - unused, reversed=lot.reversed + left + unused)
    return amount - left - unused


def _owe(turn: Turn, lot: Lot, amount: int, kind: str, of: str) -> None:
    """What was spent of a lot is owed, and paid at once by what else the member has of the unit."""
    turn.post(lot, DEBT, REVOKED, amount, kind, of=of)
    turn.debts = {**turn.debts, lot.account: turn.debts.get(lot.account, 0) + amount}
    unit = lot.account.unit
    for other in in_order(turn.unit(unit), [one for one in turn.lots.values() if one.account.unit == unit and one.remaining]):
        turn.settle(other)
