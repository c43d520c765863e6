"""One event in the making: a member's state being changed step by step. A `Turn` lives inside one call of the fold."""

from datetime import datetime
from uuid import UUID

import msgspec

from siyu.facts.rules import Fact
from siyu.lib.clock import business_day
from siyu.lib.money import share

from .ledger import (
    AVAILABLE,
    DEBT,
    EXPIRED,
    GROWTH,
    ISSUED,
    PENDING,
    REVOKED,
    Account,
    Lot,
    Member,
    Move,
    Outcome,
    Posting,
    Purchase,
    entry_key,
)
from .programme import PLAIN, EarnRule, Programme, Tier, worth
from .standing import Standing, judged, switch_at
from .terms import Immediately, available_at, expires_at


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
        "postings",
        "programme",
        "since",
        "tier",
        "used",
        "version",
    )

    def __init__(self, programme: Programme, member: Member) -> None:
        self.programme, self.before = programme, member
        self.lots, self.used, self.debts = dict(member.lots), member.used, member.debts
        self.growth, self.tier, self.version, self.since = member.growth, member.tier, member.version, member.since
        self.due_at = member.due_at
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
        )
        return Outcome(member, purchase, self.postings, self.moves)

    # --- time ---------------------------------------------------------------

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
                lot = self._keep(lot, is_pending=False)
                lot = self.settle(lot)
            else:
                self.post(lot, _bucket(lot), EXPIRED, lot.remaining, "expire")
                lot = self._keep(lot, remaining=0, expired=lot.expired + lot.remaining)

    def _next_due(self) -> datetime | None:
        instants = [due_at for lot in self.lots.values() if (due_at := lot.due_at) is not None]
        if (switch := switch_at(self.programme, self.version, self.since)) is not None:
            instants.append(switch)
        return min(instants, default=None)

    # --- earning ------------------------------------------------------------

    def held(self) -> Tier:
        """The tier held at this moment; whoever has no growth yet stands where zero growth stands."""
        ladder = self.programme.ladder_at(self.at)
        return ladder.named(self.tier) if self.since is not None else ladder.tier_for(0)

    def earn(self, rule: EarnRule, tier: Tier, purchase: Purchase | None) -> UUID | None:
        """Open a lot for the fact at hand, within the rule's caps; returns its key, or None when nothing is earned."""
        fact, terms = self.fact, rule.definition
        assert fact is not None
        multiplier = tier.multiplier if terms.tier_multiplier else PLAIN
        amount = self._within_caps(rule, worth(rule, fact.properties, multiplier))
        if amount <= 0:
            return None
        received_at = purchase.received_at if purchase is not None else fact.occurred_at
        lot = Lot(
            key=entry_key(fact.business_day, "earn", rule.code, terms.unit, fact.message.hex),
            account=Account(self.before.id, terms.unit),
            amount=amount,
            remaining=amount,
            rule_id=rule.id,
            earned_at=fact.occurred_at,
            is_pending=not isinstance(terms.matures, Immediately),
            available_at=available_at(terms.matures, fact.occurred_at, received_at, self.programme.zone),
            expires_at=expires_at(terms.expires, fact.occurred_at, self.programme.zone),
            order=purchase.order if purchase is not None else None,
        )
        self.lots[lot.key] = lot
        self.post(lot, ISSUED, _bucket(lot), amount, "earn", tier=tier.code, multiplier=multiplier, key=lot.key)
        if not lot.is_pending:
            lot = self.settle(lot)
        self._watch(lot.due_at)
        self.ripen_lot(lot)
        return lot.key

    def _within_caps(self, rule: EarnRule, amount: int) -> int:
        if not rule.is_capped:
            return amount
        caps = rule.definition.caps
        key = (rule.code, self.day)
        points, times = self.used.get(key, (0, 0))
        if caps.times_per_day is not None and times >= caps.times_per_day:
            return 0
        if caps.points_per_day is not None:
            amount = min(amount, caps.points_per_day - points)
        if amount > 0:
            self.used = {**self.used, key: (points + amount, times + 1)}
        return amount

    # --- orders -------------------------------------------------------------

    def receive(self, purchase: Purchase) -> None:
        """The receipt is known: what waited for it gets its instant."""
        assert purchase.received_at is not None
        for key in purchase.lots:
            lot = self.lots[key]
            if lot.is_pending and lot.available_at is None and lot.remaining:
                rule = self.programme.rules[lot.rule_id]
                instant = available_at(rule.definition.matures, lot.earned_at, purchase.received_at, self.programme.zone)
                lot = self._keep(lot, available_at=instant)
                self._watch(lot.due_at)
                self.ripen_lot(lot)

    def reverse(self, purchase: Purchase) -> None:
        """Take back what the refunds so far are worth: the target of all of them less what was taken before, so that parts sum exactly."""
        for key in purchase.lots:
            lot = self.lots[key]
            missing = reversal_target(lot.amount, purchase) - lot.reversed
            if missing > 0:
                self._reverse(lot, missing)

    def _reverse(self, lot: Lot, amount: int) -> None:
        """From the lot itself, then from what of it expired unused; what was spent is owed."""
        left = min(amount, lot.remaining)
        unused = min(amount - left, lot.expired)
        owed = amount - left - unused
        for bucket, part in ((_bucket(lot), left), (EXPIRED, unused), (DEBT, owed)):
            if part:
                self.post(lot, bucket, REVOKED, part, "reverse_earn")
        self._keep(lot, remaining=lot.remaining - left, expired=lot.expired - unused, reversed=lot.reversed + amount)
        if owed:
            self.debts = {**self.debts, lot.account: self.debts.get(lot.account, 0) + owed}
            for other in sorted(self.lots.values(), key=_by_expiry):
                self.settle(other)

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
            lot = self._keep(lot, remaining=lot.remaining - part)
        return lot

    # --- tiers --------------------------------------------------------------

    def judge(self) -> None:
        """Let the tier follow growth, by the version in force at this instant."""
        standing, before = judged(self.programme, Standing(self.growth, self.tier, self.version, self.since), self.growth, self.at)
        if standing.tier != before:
            fact_id = self.fact.id if self.fact is not None else None
            self.moves.append(Move(self.before.id, before, standing.tier, self.growth, self.at, fact_id))
        self.tier, self.version, self.since = standing.tier, standing.version, standing.since
        self.has_grown = False
        self._watch(switch_at(self.programme, self.version, self.since))

    # --- writing ------------------------------------------------------------

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

    def _keep(self, lot: Lot, **changes: object) -> Lot:
        changed = msgspec.structs.replace(lot, **changes)
        self.lots[lot.key] = changed
        return changed

    def _watch(self, due_at: datetime | None) -> None:
        if due_at is not None and due_at > self.at and (self.due_at is None or due_at < self.due_at):
            self.due_at = due_at


def reversal_target(amount: int, purchase: Purchase) -> int:
    """How much of an amount earned by an order its refunds so far take back: all of it at most."""
    if purchase.closed_at is not None:
        return amount
    refunded = min(purchase.refunded_minor, purchase.base_minor)
    if refunded <= 0:
        return amount if purchase.refunded_minor > 0 else 0
    return share(amount, refunded, purchase.base_minor)


def _bucket(lot: Lot) -> str:
    return PENDING if lot.is_pending else AVAILABLE


def _by_age(lot: Lot) -> tuple[datetime, UUID]:
    return (lot.earned_at, lot.key)


def _by_expiry(lot: Lot) -> tuple[bool, datetime, UUID]:
    return (lot.expires_at is None, lot.expires_at or lot.earned_at, lot.key)
