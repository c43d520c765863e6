"""A ledger in exact integers, small enough to be read at one sitting: what the real one is held against. It shares no code with it.

Written from the rules: lots with their expiry, spent soonest expiry first; holds that run out; debts paid by whatever becomes available;
refund policies; what returns after its lot has expired. Business days are those of a zone eight hours ahead of UTC.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

EIGHT = timedelta(hours=8)
PAST = datetime(1970, 1, 1, tzinfo=UTC)


def day_of(at: datetime) -> date:
    return (at + EIGHT).date()


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - EIGHT


def month_start(day: date, months: int) -> date:
    """The first day of the month so many months later."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


# forms of expiry: the instant at which value earned at an instant ends
ENDS: dict[str, Any] = {
    "never": lambda at: None,
    "5 days": lambda at: midnight(day_of(at) + timedelta(days=6)),
    "2 weeks, to the end of the week": lambda at: midnight(
        day_of(at) + timedelta(days=14 + 7 - (day_of(at) + timedelta(days=14)).weekday())
    ),
    "1 month, to the end of the month": lambda at: midnight(month_start(day_of(at), 2)),
    "1 year, to the end of the year": lambda at: midnight(date(day_of(at).year + 2, 1, 1)),
    "this year": lambda at: midnight(date(day_of(at).year + 1, 1, 1)),
    "second end of June": lambda at: midnight(date(day_of(at).year + 1 + (day_of(at).month > 6), 7, 1)),
    "30 days to the instant": lambda at: at + timedelta(days=30),
    "to the start of the 10th day": lambda at: midnight(day_of(at) + timedelta(days=10)),
}


@dataclass(eq=False)
class Lot:
    origin: int
    unit: str
    amount: int
    born: datetime
    ends: datetime | None = None
    slides: bool = False
    opens: datetime | None = None  # pending until then
    priority: int = 0
    left: int = 0
    held: int = 0
    expired: int = 0
    reversed: int = 0
    waived: int = 0


@dataclass
class Ledger:
    """`refunds`, `restores` and `window` (days, of units that slide) are the terms of each unit."""

    refunds: dict[str, str]
    restores: dict[str, Any]
    window: dict[str, int]
    owner: dict[int, int] = field(default_factory=dict)
    lots: list[Lot] = field(default_factory=list)
    debts: Counter[tuple[int, str]] = field(default_factory=Counter)
    spent: Counter[tuple[int, str]] = field(default_factory=Counter)
    revoked: Counter[tuple[int, str]] = field(default_factory=Counter)
    holds: dict[str, tuple[datetime, list[tuple[Lot, int]]]] = field(default_factory=dict)
    spendings: dict[str, list[list[Any]]] = field(default_factory=dict)  # lot, taken, returned
    active: dict[tuple[int, str], datetime] = field(default_factory=dict)

    def ends(self, lot: Lot) -> datetime | None:
        return self.active.get((lot.origin, lot.unit), PAST) if lot.slides else lot.ends

    def mine(self, who: int, unit: str) -> list[Lot]:
        return [lot for lot in self.lots if self.owner[lot.origin] == who and lot.unit == unit]

    def available(self, who: int, unit: str) -> int:
        return sum(lot.left for lot in self.mine(who, unit) if lot.opens is None)

    def balance(self, who: int, unit: str) -> dict[str, int]:
        lots, mine = self.mine(who, unit), [origin for origin, owner in self.owner.items() if owner == who]
        found = {
            "pending": sum(lot.left for lot in lots if lot.opens is not None),
            "available": self.available(who, unit),
            "held": sum(lot.held for lot in lots),
            "spent": sum(self.spent[origin, unit] for origin in mine),
            "expired": sum(lot.expired for lot in lots),
            "revoked": sum(self.revoked[origin, unit] for origin in mine),
            "debt": sum(self.debts[origin, unit] for origin in mine),
        }
        return {name: amount for name, amount in found.items() if amount}

    def advance(self, now: datetime) -> None:
        """Everything that time alone does up to an instant."""
        while due := [at for at in self._instants() if at <= now]:
            at = min(due)
            for key in sorted(key for key, (until, _) in self.holds.items() if until == at):
                self.free(key, at)
            for lot in sorted(self.lots, key=lambda lot: lot.born):
                self._ripen(lot, at)
            self.active = {key: until for key, until in self.active.items() if until != at}

    def _instants(self) -> list[datetime]:
        instants = [until for until, _ in self.holds.values()] + list(self.active.values())
        for lot in self.lots:
            if lot.left:
                instants += [at for at in (lot.opens, self.ends(lot)) if at is not None]
        return instants

    def _ripen(self, lot: Lot, at: datetime) -> None:
        ends = self.ends(lot)
        if lot.left and lot.opens is not None and lot.opens <= at and (ends is None or lot.opens <= ends):
            lot.opens = None
            self._settle(lot)
        if lot.left and ends is not None and ends <= at:
            lot.expired, lot.left = lot.expired + lot.left, 0

    def _settle(self, lot: Lot) -> None:
        for (origin, unit), owed in sorted(self.debts.items()):
            if unit == lot.unit and self.owner[origin] == self.owner[lot.origin] and lot.opens is None:
                part = min(owed, lot.left)
                lot.left -= part
                self.debts[origin, unit] -= part

    def stir(self, who: int, unit: str, now: datetime) -> None:
        """The member did something with a unit: what slides is valid for its whole window again."""
        if unit in self.window:
            until = midnight(day_of(now) + timedelta(days=self.window[unit] + 1))
            for origin, other in [*self.active, (who, unit)]:
                if other == unit and self.owner[origin] == who:
                    self.active[origin, other] = until

    def grant(self, who: int, lot: Lot, now: datetime) -> Lot:
        self.owner.setdefault(who, who)
        self.stir(who, lot.unit, now)
        lot.left = lot.amount
        lot.opens = lot.opens if lot.opens is not None and lot.opens > now else None
        self.lots.append(lot)
        self._settle(lot)
        self._ripen(lot, now)
        return lot

    def take(self, who: int, unit: str, amount: int, now: datetime) -> list[tuple[Lot, int]] | None:
        """Soonest expiry first, then priority, then age; None when there is not enough."""
        lots = [lot for lot in self.mine(who, unit) if lot.left and lot.opens is None]
        if sum(lot.left for lot in lots) < amount:
            return None
        self.stir(who, unit, now)
        parts = []
        for lot in sorted(lots, key=lambda lot: (self.ends(lot) is None, self.ends(lot) or PAST, lot.priority, lot.born)):
            part = min(lot.left, amount)
            if part:
                lot.left, amount = lot.left - part, amount - part
                parts.append((lot, part))
        return parts

    def spend(self, key: str, parts: list[tuple[Lot, int]]) -> None:
        self.spendings[key] = [[lot, part, 0] for lot, part in parts]
        for lot, part in parts:
            self.spent[lot.origin, lot.unit] += part

    def capture(self, hold: str, key: str, amount: int, now: datetime) -> list[tuple[Lot, int]]:
        until, parts = self.holds[hold]
        self.stir(self.owner[parts[0][0].origin], parts[0][0].unit, now)
        taken, rest = [], []
        for lot, part in parts:
            own = min(part, amount)
            amount -= own
            if own:
                lot.held -= own
                taken.append((lot, own))
            if part > own:
                rest.append((lot, part - own))
        self.holds[hold] = (until, rest)
        self.spend(key, taken)
        self.free(hold, now)
        return taken

    def free(self, hold: str, at: datetime) -> None:
        for lot, part in self.holds.pop(hold)[1]:
            lot.held -= part
            self._return(lot, part, at)

    def give_back(self, key: str, amount: int, at: datetime) -> list[tuple[Lot, int]]:
        back = []
        for part in reversed(self.spendings[key]):
            own = min(amount, part[1] - part[2])
            if own:
                part[2] += own
                amount -= own
                self.spent[part[0].origin, part[0].unit] -= own
                self._return(part[0], own, at)
                back.append((part[0], own))
        return back

    def _return(self, lot: Lot, amount: int, at: datetime) -> None:
        ends, restores = self.ends(lot), self.restores[lot.unit]
        if ends is not None and ends <= at and restores == "lost":
            lot.expired += amount
            return
        if ends is not None and ends <= at and restores != "original":
            lot.ends, lot.slides = midnight(day_of(at) + timedelta(days=restores + 1)), False
        lot.left += amount
        self._settle(lot)
        self._ripen(lot, at)

    def reverse(self, lots: list[tuple[Lot, int]]) -> int:
        """Take back so much of each lot, by the policy of its unit; returns what was let go."""
        owed, waived = [], 0
        for lot, amount in lots:
            if self.refunds[lot.unit] == "only_pending" and lot.opens is None:
                owed.append((lot, amount))
                continue
            left = min(amount, lot.left)
            unused = min(amount - left, lot.expired)
            lot.left, lot.expired, lot.reversed = lot.left - left, lot.expired - unused, lot.reversed + left + unused
            self.revoked[lot.origin, lot.unit] += left + unused
            owed.append((lot, amount - left - unused))
        for lot, rest in owed:
            reach = {"debt": rest, "only_pending": 0}.get(self.refunds[lot.unit], self.available(self.owner[lot.origin], lot.unit))
            due = min(rest, reach)
            lot.reversed, lot.waived, waived = lot.reversed + due, lot.waived + rest - due, waived + rest - due
            self.revoked[lot.origin, lot.unit] += due
            self.debts[lot.origin, lot.unit] += due
            mine = [one for one in self.mine(self.owner[lot.origin], lot.unit) if one.left]
            for one in sorted(mine, key=lambda one: (self.ends(one) is None, self.ends(one) or PAST, one.priority, one.born)):
                self._settle(one)
        return waived

    def merge(self, survivor: int, loser: int) -> None:
        self.owner = {origin: survivor if owner == loser else owner for origin, owner in self.owner.items()}
