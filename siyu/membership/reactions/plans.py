"""Paid membership in the loop: orders that hold a plan's SKU, their refunds and closings, and merges of members who pay."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Cursor

from siyu.facts.rules import Batch, Derived, Fact, Merged
from siyu.lib.sql import statements
from siyu.loyalty import rewards
from siyu.members.queries import ends
from siyu.members.services import lock
from siyu.merchant.rules import SYSTEM
from siyu.orders.rules import line_amount, pieces

from .. import subscriptions
from ..keys import key_of
from ..rules.plans import Event, Move, Plan
from ..subscriptions import Dated, Record, Walked

_sql = statements("siyu.membership", "plans")

PAID, REFUNDED, CLOSED = "order.paid", "order.refunded", "order.closed"
OF_PLANS = frozenset({PAID, REFUNDED, CLOSED})
MAX_PERIODS = 12  # of one plan in one order
Order = tuple[str, str]


class Bought(NamedTuple):
    """The lines of an order that buy a plan."""

    plan: Plan
    is_trial: bool
    sku: str
    amount_minor: int
    periods: int


def subscribe(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """Begin, renew, change and refund plans by what orders say; returns `plan.…` facts."""
    facts = [fact for fact in batch.named(*OF_PLANS) if not fact.is_historical]
    if not facts and not batch.merges:
        return None
    dated = subscriptions.all_plans(cursor)
    if not dated:
        return None
    sold = {sku for one in dated for sku in one.plan.terms.skus}
    facts = [fact for fact in facts if sold and (fact.name != PAID or any(sku_of(line) in sold for line in lines_of(fact)))]
    book = OrderBook(cursor, batch, dated, facts)
    causes = book.told()
    book.keep_early()
    touched = {batch.owner(record.event.member) for record in book.records}
    touched |= subscriptions.owners(cursor, {batch.owner(merged.survivor_id) for merged in batch.merges})
    roots = set(ends(cursor, touched).values())
    if not roots:
        return None
    lock(cursor, sorted(roots))
    subscriptions.record(cursor, book.records)
    plans = subscriptions.by_version(dated)
    walked = [subscriptions.walk(tree, plans, batch.settings, batch.until) for tree in subscriptions.read(cursor, roots)]
    subscriptions.write(cursor, walked, told=True)
    return tell(walked, batch, causes)


def tell(walked: list[Walked], batch: Batch, causes: dict[UUID, Fact]) -> list[Derived]:
    """The facts of moves; whoever joins a plan for the first time gets its gifts."""
    plans_told: list[Derived] = []
    for one in walked:
        for move in one.news:
            _give(one, move, batch.until)
            member = move.member if batch.owner(move.member) == one.tree.root else one.tree.root
            cause = causes.get(move.event) if move.event else None
            plans_told.append(derived(move, member, cause))
    return plans_told


def derived(move: Move, member: int, cause: Fact | None) -> Derived:
    """The fact that tells of a move, behind its cause or at its own instant."""
    event = move.event.hex if move.event else move.properties.get("until", "")
    return Derived(
        name=move.name,
        reaction="membership.plan",
        member_id=member,
        properties=move.properties,
        cause=cause,
        at=None if cause is not None else move.at,
        discriminator=f"{move.properties['plan']}|{event}",
    )


def _give(walked: Walked, move: Move, now: datetime) -> None:
    if move.name != "plan.started" or not move.properties.get("is_first") or move.properties["kind"] != "paid" or move.event is None:
        return
    plan = walked.plans[move.properties["plan"], move.properties["version"]]
    because = rewards.Because("plan", f"plan:{plan.code}", plan.name)
    gifts = [
        rewards.Reward(walked.tree.root, terms, f"plan-gift:{move.event.hex}:{number}", because)
        for number, terms in enumerate(plan.terms.gift)
    ]
    if gifts:
        rewards.give(SYSTEM, gifts, max(now, move.at))


class OrderBook:
    """What a batch's orders say of plans, told in order: each payment, refund and closing once, however often it is reported."""

    def __init__(self, cursor: Cursor, batch: Batch, dated: list[Dated], facts: list[Fact]) -> None:
        self.cursor, self.batch, self.dated, self.facts = cursor, batch, dated, facts
        self.records: list[Record] = []
        self.known: set[UUID] = set()
        self.payments: dict[Order, list[Record]] = {}
        self.refunds: dict[UUID, list[Record]] = {}  # by payment
        self.early: dict[Order, list[tuple[str, int]]] = {}  # refunds of orders without a payment so far: number, amount
        self.waiting: list[tuple[str, str, str, int]] = []  # those of this batch: shop, order, number, amount
        self._load()

    def told(self) -> dict[UUID, Fact]:
        """Walk the batch; returns which fact is behind each event."""
        causes: dict[UUID, Fact] = {}
        wanted = {id(fact) for fact in self.facts}
        after = self._merges_before()
        for step in self.batch.steps():
            if isinstance(step, Merged):
                after = step.merge_id
            elif id(step) in wanted:
                for record in self._said(step, after):
                    if record.event.key not in self.known:
                        self.known.add(record.event.key)
                        self._keep(record)
                        self.records.append(record)
                        causes[record.event.key] = step
        return causes

    def keep_early(self) -> None:
        """Write the refunds that may have come before their order."""
        if self.waiting:
            shops, orders, refunds, amounts = (list(column) for column in zip(*self.waiting, strict=True))
            self.cursor.execute(_sql.keep_early, {"shops": shops, "orders": orders, "refunds": refunds, "amounts": amounts})

    def _said(self, fact: Fact, after: int) -> Iterator[Record]:
        order = order_of(fact)
        if order is None:
            return
        if fact.name == PAID:
            yield from self._paid(fact, order, after)
        elif fact.name == REFUNDED:
            number = str(fact.properties.get("refund") or fact.message.hex)
            if order not in self.payments:
                self._remember(order, number, whole(fact.properties.get("amount_minor")))
            for payment in self.payments.get(order, ()):
                yield self._refund(fact, payment, after, number, whole(fact.properties.get("amount_minor")), self._of_line(fact, payment))
        else:
            for payment in self.payments.get(order, ()):
                yield self._of(
                    fact, payment, after, key_of("plan", "closed", *order, payment.event.key.hex), payment.event.amount_minor, 0, ends=True
                )

    def _paid(self, fact: Fact, order: Order, after: int) -> Iterator[Record]:
        if fact.member_id is None:
            return
        paid_minor = whole(fact.properties.get("amount_minor"))
        early = [] if order in self.payments else self.early.get(order, [])
        for bought in bought_plans(fact, subscriptions.on_sale(self.dated, fact.business_day), self.batch.currency):
            for period in range(bought.periods):
                amount = bought.amount_minor * (period + 1) // bought.periods - bought.amount_minor * period // bought.periods
                record = Record(
                    event=Event(
                        key=key_of("plan", "order", *order, bought.sku, str(period)),
                        kind="pay",
                        member=fact.member_id,
                        at=fact.clock,
                        after_merge=after,
                        plan=bought.plan.code,
                        version=bought.plan.version,
                        is_trial=bought.is_trial,
                        amount_minor=amount,
                        paid_at=fact.occurred_at,
                        auto_renew=fact.properties.get("auto_renew") is True,
                    ),
                    by=SYSTEM.name,
                    shop=order[0],
                    order_number=order[1],
                    sku=bought.sku,
                    order_minor=max(paid_minor, bought.amount_minor),
                    is_told=False,
                )
                if record.event.key in self.known:
                    continue
                yield record
                for number, refunded in early:
                    yield self._refund(fact, record, after, number, refunded, None)

    def _refund(self, fact: Fact, payment: Record, after: int, number: str, refunded_minor: int, of_line: int | None) -> Record:
        """What of a refund falls to the payment: its own line's, or its part of the order's; parts add up to the whole."""
        amount = of_line
        if amount is None:
            before = sum(one.order_minor for one in self.refunds.get(payment.event.key, ()))
            amount = self._share(payment, before + refunded_minor) - self._share(payment, before)
        key = key_of("plan", "refund", *order_key(payment), payment.event.key.hex, number)
        return self._of(fact, payment, after, key, amount, refunded_minor if of_line is None else 0, ends=False)

    def _share(self, payment: Record, refunded_minor: int) -> int:
        if not payment.order_minor:
            return 0
        return payment.event.amount_minor * min(refunded_minor, payment.order_minor) // payment.order_minor

    def _of(self, fact: Fact, payment: Record, after: int, key: UUID, amount: int, order_minor: int, *, ends: bool) -> Record:
        event = Event(
            key=key,
            kind="refund",
            member=payment.event.member,
            at=fact.clock,
            after_merge=after,
            plan=payment.event.plan,
            version=payment.event.version,
            amount_minor=amount,
            of=payment.event.key,
            ends=ends,
        )
        return Record(
            event=event,
            by=SYSTEM.name,
            shop=payment.shop,
            order_number=payment.order_number,
            sku=payment.sku,
            order_minor=order_minor,
            because=str(fact.properties.get("because") or "")[:200],
            is_told=False,
        )

    def _of_line(self, fact: Fact, payment: Record) -> int | None:
        """What the refund's lines say of the plan's SKU, of which this payment is a part; None when they name no SKU."""
        lines = [line for line in lines_of(fact) if sku_of(line)]
        if not lines:
            return None
        own = sum(line_amount(line, self.batch.currency) for line in lines if sku_of(line) == payment.sku)
        parts = [one for one in self.payments[order_key(payment)] if one.sku == payment.sku]
        place = next(index for index, one in enumerate(parts) if one.event.key == payment.event.key)
        return own * (place + 1) // len(parts) - own * place // len(parts)

    def _remember(self, order: Order, number: str, amount_minor: int) -> None:
        """A refund of an order without a payment so far: should the order buy a plan yet, it counts."""
        known = self.early.setdefault(order, [])
        if number not in {one for one, _ in known}:
            known.append((number, amount_minor))
            self.waiting.append((*order, number, amount_minor))

    def _keep(self, record: Record) -> None:
        if record.event.kind == "pay":
            self.payments.setdefault(order_key(record), []).append(record)
        elif record.event.of is not None:
            self.refunds.setdefault(record.event.of, []).append(record)

    def _load(self) -> None:
        orders = sorted({order for fact in self.facts if (order := order_of(fact)) is not None})
        columns: dict[str, Any] = {"shops": [shop for shop, _ in orders], "numbers": [number for _, number in orders]}
        if not orders:
            return
        self.cursor.execute(_sql.of_orders, columns)
        for key, kind, member, plan, version, shop, number, sku, amount, order_minor, of in self.cursor.fetchall():
            at = self.batch.until
            event = Event(key=key, kind=kind, member=member, at=at, plan=plan, version=version, amount_minor=amount, of=of)
            self.known.add(key)
            self._keep(Record(event=event, by="", shop=shop, order_number=number, sku=sku, order_minor=order_minor))
        if any(fact.name == PAID for fact in self.facts):
            self.cursor.execute(_sql.early_refunds, columns)
            for shop, number, refund, amount in self.cursor.fetchall():
                self.early.setdefault((shop, number), []).append((refund, amount))

    def _merges_before(self) -> int:
        """The last merge before this batch."""
        if self.batch.merges:
            return self.batch.merges[0].merge_id - 1
        if not self.facts:
            return 0
        self.cursor.execute(_sql.last_merge)
        return self.cursor.fetchone()[0]  # type: ignore[index]


def bought_plans(fact: Fact, plans: dict[str, Plan], currency: str) -> Iterator[Bought]:
    """What of an order buys a plan or its trial, by SKU: lines of one SKU are one purchase; lines of no piece buy nothing."""
    skus = {plan.terms.sku: (plan, False) for plan in plans.values() if plan.terms.sku}
    skus |= {plan.terms.trial.sku: (plan, True) for plan in plans.values() if plan.terms.trial and plan.terms.trial.sku}
    lines = lines_of(fact)
    for sku in dict.fromkeys(map(sku_of, lines)):
        own = [line for line in lines if sku_of(line) == sku]
        if sku not in skus or (count := sum(Decimal(str(pieces(line))) for line in own)) <= 0:
            continue
        plan, is_trial = skus[sku]
        alone = len(lines) == len(own) and isinstance(fact.properties.get("amount_minor"), int)
        amount = whole(fact.properties["amount_minor"]) if alone else sum(max(line_amount(line, currency), 0) for line in own)
        yield Bought(plan, is_trial, sku, amount, min(max(int(count), 1), MAX_PERIODS))


def lines_of(fact: Fact) -> list[dict[str, Any]]:
    return [line for line in fact.properties.get("lines") or () if isinstance(line, dict)]


def sku_of(line: dict[str, Any]) -> str:
    return str(line.get("sku") or "")


def order_of(fact: Fact) -> Order | None:
    """Shop code and order number; None when the fact names no order."""
    shop, number = fact.properties.get("shop"), fact.properties.get("order_number")
    return (str(shop or ""), str(number)) if number else None


def order_key(record: Record) -> Order:
    return record.shop, record.order_number


def whole(value: Any) -> int:
    """A whole number that is not negative; what is none counts as nothing."""
    try:
        return max(int(value), 0)
    except (TypeError, ValueError):
        return 0
