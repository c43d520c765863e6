"""One event in the making: a member's state being changed step by step. A `Turn` lives inside one call of the fold."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from siyu.facts.rules import Fact
from siyu.lib.clock import business_day, midnight

from .gifts import give_gifts
from .ledger import (
    AVAILABLE,
    DEBT,
    EXPIRED,
    GROWTH,
    HELD,
    ISSUED,
    PENDING,
    Account,
    Hold,
    Lot,
    Member,
    Move,
    Outcome,
    Posting,
    Purchase,
    Reduction,
    entry_key,
)
from .programme import PLAIN, Programme
from .seen import NOTHING_SHARED, Shared
from .standing import judged_on, time_of, times_of
from .terms import Expiry, Inactivity, Usual, expires_at, slides_until
from .tiers.judging import NOWHERE
from .tiers.value import Movement, counted
from .units import Lost, Plus, Unit


class Turn:
    """Copies what it changes, so that the member it began with stays as it was."""

    __slots__ = (
        "active",
        "at",
        "before",
        "day",
        "debts",
        "due_at",
        "fact",
        "gifts",
        "growth",
        "has_grown",
        "holds",
        "lots",
        "moved",
        "movements",
        "moves",
        "notes",
        "operation",
        "person",
        "postings",
        "programme",
        "reductions",
        "shared",
        "standings",
        "used",
    )

    def __init__(self, programme: Programme, member: Member, shared: Shared = NOTHING_SHARED) -> None:
        self.programme, self.before, self.shared = programme, member, shared
        self.lots, self.used, self.debts = dict(member.lots), member.used, member.debts
        self.gifts = member.gifts
        self.growth, self.standings, self.movements = member.growth, member.standings, member.movements
        self.holds, self.active = member.holds, member.active
        self.operation = ""
        self.due_at, self.person = member.due_at, member.person
        self.notes: list[Any] | None = None  # what each rule made of the fact, for whoever asks (earning.Note)
        self.postings: list[Posting] = []
        self.moves: list[Move] = []
        self.reductions: list[Reduction] = []
        self.fact: Fact | None = None
        self.has_grown = False  # something that tiers measure has moved since they were last judged
        self.moved: set[str] = set()  # which units

    def outcome(self, purchase: Purchase | None = None) -> Outcome:
        before = self.before
        member = Member(
            id=before.id,
            lots=self.lots,
            used=self.used,
            debts=self.debts,
            holds=self.holds,
            active=self.active,
            growth=self.growth,
            standings=self.standings,
            movements=self.movements,
            floors=before.floors,
            gifts=self.gifts,
            is_joined=before.is_joined,
            due_at=self.due_at,
            person=self.person,
        )
        return Outcome(member, purchase, self.postings, self.moves, self.shared, self.reductions)

    def begin(self, fact: Fact) -> None:
        """Do what was due up to the fact's clock; what follows happens at that clock, because of the fact."""
        self.ripen(fact.clock)
        self.at, self.day, self.fact = fact.clock, fact.business_day, fact

    def act(self, operation: str, at: datetime) -> None:
        """Do what was due up to now; what follows happens now, because somebody asked for it."""
        self.ripen(at)
        self.at, self.day, self.operation = at, business_day(at, self.programme.zone), operation

    def unit(self, code: str) -> Unit:
        """The unit's terms on the business day at hand."""
        unit = self.programme.units.at(code, self.day)
        if unit is None:
            raise KeyError(code)
        return unit

    def ripen(self, until: datetime) -> None:
        """What time alone changes, instant by instant: holds run out, lots mature and expire, a new version of the tiers judges."""
        while self.due_at is not None and self.due_at <= until:
            self.at = at = self.due_at
            self.day, self.fact, self.operation = business_day(at, self.programme.zone), None, ""
            for hold in sorted((hold for hold in self.holds.values() if hold.until == at), key=_by_key):
                self.free(hold, "time_out")
            for lot in sorted((lot for lot in self.lots.values() if lot.due_at == at), key=_by_age):
                self.ripen_lot(lot)
            if at in self.active.values():
                self.active = {account: ends for account, ends in self.active.items() if ends != at}
            self.judge()
            self.due_at = self._next_due()

    def ripen_lot(self, lot: Lot) -> None:
        """Move one lot through all that is due at this instant; value that is available pays what is owed first."""
        while (due_at := lot.due_at) is not None and due_at <= self.at:
            if lot.is_pending and due_at == lot.available_at:
                self.post(lot, PENDING, AVAILABLE, lot.remaining, "mature")
                lot = self.keep(lot, is_pending=False)
                lot = self.settle(lot)
            else:
                self.post(lot, bucket_of(lot), EXPIRED, lot.remaining, "expire")
                lot = self.keep(lot, remaining=0, expired=lot.expired + lot.remaining)

    def _next_due(self) -> datetime | None:
        instants = [due_at for lot in self.lots.values() if (due_at := lot.due_at) is not None]
        instants += [hold.until for hold in self.holds.values()]
        instants += self.active.values()
        instants += [due_at for due_at in times_of(self.programme, self.standings) if due_at is not None]
        return min(instants, default=None)

    def settle(self, lot: Lot) -> Lot:
        """Pay what the member owes in this unit out of an available lot; across two accounts of a merged member it passes the programme."""
        if lot.is_pending or not self.debts:
            return lot
        for account, owed in sorted(self.debts.items()):
            part = min(owed, lot.remaining)
            if account.unit != lot.account.unit or not part:
                continue
            if account == lot.account:
                self.post(lot, AVAILABLE, DEBT, part, "settle", towards=account)
            else:
                self.post(lot, AVAILABLE, ISSUED, part, "settle", towards=account)
                self.post(lot, ISSUED, DEBT, part, "settle", towards=account, account=account)
            self.debts = {key: value for key, value in {**self.debts, account: owed - part}.items() if value}
            lot = self.keep(lot, remaining=lot.remaining - part)
        return lot

    def free(self, hold: Hold, kind: str, of: str = "") -> None:
        """Give all that a hold still holds back to its lots."""
        self.holds = {key: other for key, other in self.holds.items() if key != hold.key}
        for key, part in hold.parts.items():
            lot = self.keep(self.lots[key], held=self.lots[key].held - part)
            self.put_back(lot, HELD, part, kind, of or hold.key)

    def put_back(self, lot: Lot, bucket: str, part: int, kind: str, of: str) -> None:
        """What was held or spent returns to its lot with its expiry; what expired meanwhile goes where the unit's terms send it."""
        restores = self.unit(lot.account.unit).terms.restores
        if lot.expires_at is not None and lot.expires_at <= self.at:
            if isinstance(restores, Lost):
                self.post(lot, bucket, EXPIRED, part, kind, of=of)
                self.keep(lot, expired=lot.expired + part)
                return
            if isinstance(restores, Plus):
                lot = self.keep(
                    lot, expires_at=midnight(self.day + timedelta(days=restores.days + 1), self.programme.zone), is_sliding=False
                )
        self.post(lot, bucket, AVAILABLE, part, kind, of=of)
        lot = self.settle(self.keep(lot, remaining=lot.remaining + part))
        self.watch(lot.due_at)
        self.ripen_lot(lot)

    def validity(self, code: str, expires: Expiry | Inactivity, earned_at: datetime) -> tuple[datetime | None, bool]:
        """When a lot of a unit ends, and whether that slides with activity. Call `stay_active` first for what slides."""
        if isinstance(expires, Usual):
            expires = self.unit(code).terms.expires
        if isinstance(expires, Inactivity):
            return self.active.get(Account(self.before.id, code)), True
        return expires_at(expires, earned_at, self.programme.zone), False

    def stay_active(self, code: str) -> None:
        """The member earned or spent of a unit: what slides with activity is valid for its whole window again."""
        expires = self.unit(code).terms.expires
        if not isinstance(expires, Inactivity):
            return
        ends = slides_until(expires, self.at, self.programme.zone)
        self.active = {
            **{own: ends if own.unit == code else until for own, until in self.active.items()},
            Account(self.before.id, code): ends,
        }
        for lot in list(self.lots.values()):
            if lot.is_sliding and lot.account.unit == code and lot.remaining + lot.held:
                self.keep(lot, expires_at=ends)
        self.watch(ends)

    def judge(self, *, anyway: bool = False) -> None:
        """Let the tiers follow what they measure, each by the version that judges this member at this instant."""
        for track in self.programme.tracks:
            standing = self.standings.get(track.code, NOWHERE)
            after, steps = judged_on(track, standing, self, anyway=anyway)
            if after is not standing:
                self.standings = {**self.standings, track.code: after}
            fact_id = self.fact.id if self.fact is not None else None
            for step in steps:
                move = Move(self.before.id, step.before, step.after, step.value, self.at, fact_id, track.code, after.version, step.why)
                self._tell(move)
            self.watch(time_of(track, after))
        self.has_grown = False
        self.moved.clear()
        if self.programme.gives:
            give_gifts(self)

    def _tell(self, move: Move) -> None:
        """One event moves a track once: what a gift adds to it joins what earned the gift."""
        last = self.moves[-1] if self.moves else None
        if last is not None and (last.track, last.at, last.fact_id) == (move.track, move.at, move.fact_id):
            move = self.moves.pop()._replace(after=move.after, growth=move.growth)
        self.moves.append(move)

    def post(
        self,
        lot: Lot,
        debit: str,
        credit: str,
        amount: int,
        kind: str,
        *,
        tier: str = "",
        multiplier: int = PLAIN,
        key: UUID | None = None,
        towards: Account | None = None,
        account: Account | None = None,
        of: str = "",
    ) -> None:
        """Add an entry. Its key is made of the effect: the lot, the buckets, and the fact, the operation or the instant behind it."""
        fact = self.fact
        if key is None:
            because = fact.mark.hex() if fact is not None else self.operation or self.at.isoformat()
            owed = f"{towards.origin}" if towards is not None else of
            key = entry_key(self.day, kind, lot.key.hex, debit, credit, because, owed)
        unit = lot.account.unit
        if unit == GROWTH and AVAILABLE in (debit, credit):
            self.has_grown = True
            self.moved.add(unit)
            self.growth += amount * ((credit == AVAILABLE) - (debit == AVAILABLE))
        if unit in self.programme.windowed:
            self._measure(lot, debit, credit, amount, kind)
        self.postings.append(
            Posting(
                account or lot.account,
                debit,
                credit,
                amount,
                kind,
                lot.key,
                lot.rule_id,
                tier,
                multiplier,
                self.at,
                self.day,
                fact.id if fact is not None else None,
                fact.occurred_at if fact is not None else None,
                key,
                self.operation,
                of,
            )
        )

    def _measure(self, lot: Lot, debit: str, credit: str, amount: int, kind: str) -> None:
        """What windows count of this entry, from when its lot began to count."""
        unit = lot.account.unit
        sign = counted(unit, debit, credit, kind, is_pending=lot.is_pending)
        if sign:
            known = next((one.counted_at for one in self.movements if one.lot == lot.key), self.at)
            event = self.fact.id if self.fact is not None else None
            self.movements = (*self.movements, Movement(self.at, event, sign * amount, unit, known, lot.key, kind == "gift"))
            self.has_grown = True
            self.moved.add(unit)

    def keep(self, lot: Lot, **changes: object) -> Lot:
        changed = msgspec.structs.replace(lot, **changes)
        self.lots[lot.key] = changed
        return changed

    def watch(self, due_at: datetime | None) -> None:
        if due_at is not None and due_at > self.at and (self.due_at is None or due_at < self.due_at):
            self.due_at = due_at


def bucket_of(lot: Lot) -> str:
    return PENDING if lot.is_pending else AVAILABLE


def _by_key(hold: Hold) -> str:
    return hold.key


def _by_age(lot: Lot) -> tuple[datetime, UUID]:
    return (lot.earned_at, lot.key)
