"""One event in the making: a member's state being changed step by step. A `Turn` lives inside one call of the fold."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from siyu.facts.rules import Fact
from siyu.lib.clock import business_day

from .ledger import AVAILABLE, DEBT, EXPIRED, GROWTH, ISSUED, PENDING, Account, Lot, Member, Move, Outcome, Posting, Purchase, entry_key
from .programme import PLAIN, Programme
from .seen import NOTHING_SHARED, Shared
from .standing import Standing, judged, switch_at


class Turn:
    """Copies what it changes, so that the member it began with stays as it was."""

    __slots__ = (
        "at",
        "before",
        "day",
        "debts",
        "due_at",
        "fact",
        "growth",
        "has_grown",
        "lots",
        "moves",
        "notes",
        "person",
        "postings",
        "programme",
        "shared",
        "since",
        "tier",
        "used",
        "version",
    )

    def __init__(self, programme: Programme, member: Member, shared: Shared = NOTHING_SHARED) -> None:
        self.programme, self.before, self.shared = programme, member, shared
        self.lots, self.used, self.debts = dict(member.lots), member.used, member.debts
        self.growth, self.tier, self.version, self.since = member.growth, member.tier, member.version, member.since
        self.due_at, self.person = member.due_at, member.person
        self.notes: list[Any] | None = None  # what each rule made of the fact, for whoever asks (earning.Note)
        self.postings: list[Posting] = []
        self.moves: list[Move] = []
        self.fact: Fact | None = None
        self.has_grown = False  # since the tier was last judged

    def outcome(self, purchase: Purchase | None = None) -> Outcome:
        before = self.before
        member = Member(
            id=before.id,
            lots=self.lots,
            used=self.used,
            debts=self.debts,
            growth=self.growth,
            tier=self.tier,
            version=self.version,
            since=self.since,
            is_joined=before.is_joined,
            due_at=self.due_at,
            person=self.person,
        )
        return Outcome(member, purchase, self.postings, self.moves, self.shared)

    def begin(self, fact: Fact) -> None:
        """Do what was due up to the fact's clock; what follows happens at that clock, because of the fact."""
        self.ripen(fact.clock)
        self.at, self.day, self.fact = fact.clock, fact.business_day, fact

    def ripen(self, until: datetime) -> None:
        """What time alone changes, instant by instant: lots mature and expire, a new version of the tiers judges."""
        while self.due_at is not None and self.due_at <= until:
            self.at = at = self.due_at
            self.day, self.fact = business_day(at, self.programme.zone), None
            for lot in sorted((lot for lot in self.lots.values() if lot.due_at == at), key=_by_age):
                self.ripen_lot(lot)
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
        if (switch := switch_at(self.programme, self.version, self.since)) is not None:
            instants.append(switch)
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

    def judge(self) -> None:
        """Let the tier follow growth, by the version in force at this instant."""
        standing, before = judged(self.programme, Standing(self.growth, self.tier, self.version, self.since), self.growth, self.at)
        if standing.tier != before:
            fact_id = self.fact.id if self.fact is not None else None
            self.moves.append(Move(self.before.id, before, standing.tier, self.growth, self.at, fact_id))
        self.tier, self.version, self.since = standing.tier, standing.version, standing.since
        self.has_grown = False
        self.watch(switch_at(self.programme, self.version, self.since))

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
    ) -> None:
        """Add an entry. Its key is made of the effect: the lot, the buckets, and the fact (or the instant) behind it."""
        fact = self.fact
        if key is None:
            because = fact.message.hex if fact is not None else self.at.isoformat()
            owed = f"{towards.origin}" if towards is not None else ""
            key = entry_key(self.day, kind, lot.key.hex, debit, credit, because, owed)
        if lot.account.unit == GROWTH and AVAILABLE in (debit, credit):
            self.has_grown = True
            self.growth += amount * ((credit == AVAILABLE) - (debit == AVAILABLE))
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
            )
        )

    def keep(self, lot: Lot, **changes: object) -> Lot:
        changed = msgspec.structs.replace(lot, **changes)
        self.lots[lot.key] = changed
        return changed

    def watch(self, due_at: datetime | None) -> None:
        if due_at is not None and due_at > self.at and (self.due_at is None or due_at < self.due_at):
            self.due_at = due_at


def bucket_of(lot: Lot) -> str:
    return PENDING if lot.is_pending else AVAILABLE


def _by_age(lot: Lot) -> tuple[datetime, UUID]:
    return (lot.earned_at, lot.key)
