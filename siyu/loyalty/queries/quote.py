"""What a cart would earn and how many points may pay for it: the fold itself, asked of an order that has not happened."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg import Cursor

from siyu.facts.rules import Fact
from siyu.lib.clock import business_day
from siyu.lib.money import MAX_AMOUNT
from siyu.lib.refusal import Refusal
from siyu.merchant.queries import settings_book

from ..people import categories_of
from ..programme import programme
from ..reading import read_for
from ..rows import Touched
from ..rules import POINTS, Lot, Programme, Purchase
from ..rules.earning import Note
from ..rules.fold import earn
from ..rules.payment import Usable, choice_fault, usable
from ..rules.programme import ORDER_PAID
from ..rules.seen import AMOUNT, POINTS_PART, Seen, Shared, Unmet
from ..rules.turn import Turn
from .rules import payment_terms_on

MAX_LINES = 1_000


@dataclass(frozen=True, slots=True)
class Cart:
    """An order to be. `lines` as in `order.paid` (sku, category, quantity, unit_price, amount_minor); `amount_minor` what is to be paid."""

    shop: str
    amount_minor: int
    lines: tuple[dict[str, Any], ...] = ()
    order_number: str = ""
    store: str = ""
    channel: str = ""
    coupon: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What one rule makes of the cart: points, when they are available (None: after the order's receipt, or a person's approval) and
    how long; or why not, and the amount that is missing.
    """

    code: str
    version: int
    name: str
    unit: str
    points: int
    worth: int
    multiplier: int
    unmet: Unmet | None
    available_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """`points` and `growth` are what the cart would earn; `usable` what of the balance may pay for it."""

    business_day: date
    available: int
    usable: Usable
    points: int
    growth: int
    offers: tuple[Offer, ...] = field(default=())


def quote(member_id: int, cart: Cart, now: datetime, *, points: int = 0) -> Quote:
    """The quote of a cart for a member, with so many points paying for it. It locks nothing and promises nothing.

    Refusals: `quote.amount`, `quote.lines`, `quote.points`, those of `rules.payment.choice_fault`.
    """
    _check(cart)
    book = settings_book()
    zone = book.zone(now.date())
    fact = _fact(member_id, cart, now, business_day(now, zone))
    touched = Touched(facts=[fact])
    cursor = Cursor(connection.connection or _connected())
    rules = programme(cursor, book, zone)
    state, _ = read_for(cursor, rules, [member_id], now, {POINTS}, touched=touched)
    terms = payment_terms_on(fact.business_day)
    before = Turn(rules, state.member(member_id))
    before.ripen(now)
    available = sum(lot.remaining for lot in before.lots.values() if lot.account.unit == POINTS and not lot.is_pending)
    shared = Shared(categories=categories_of(cursor, [fact]), budgets=state.shared.budgets)
    most = usable(terms.terms if terms is not None else None, Seen(fact, rules.frame, shared=shared), available, bool(cart.coupon))
    if points > most.points:
        raise Refusal("quote.points", "at most %(points)s points may be used", points=most.points)
    if points and terms is not None:
        if (fault := choice_fault(terms.terms, most, points)) is not None:
            raise Refusal(fault.code, fault.words, **fault.values)
        fact.properties[POINTS_PART] = terms.terms.worth(points)
    notes: list[Note] = []
    outcome = earn(rules, state.member(member_id), fact, Purchase((cart.shop, cart.order_number)), state.shared, notes)
    offers = tuple(_offer(rules, note, outcome.member.lots) for note in notes)
    earned = {unit: sum(offer.points for offer in offers if offer.unit == unit) for unit in ("points", "growth")}
    return Quote(fact.business_day, available, most, earned["points"], earned["growth"], offers)


def _offer(rules: Programme, note: Note, lots: dict[UUID, Lot]) -> Offer:
    lot = lots.get(note.lot) if note.lot is not None else None
    return Offer(
        note.rule.code,
        note.rule.version,
        note.rule.name,
        note.rule.definition.unit,
        note.points,
        note.worth,
        note.multiplier,
        note.unmet,
        lot.available_at if lot is not None else None,
        lot.expires_at if lot is not None else None,
    )


def _fact(member_id: int, cart: Cart, now: datetime, day: date) -> Fact:
    told = {"shop": cart.shop, "order_number": cart.order_number, "store": cart.store, "channel": cart.channel, "coupon": cart.coupon}
    properties = {name: value for name, value in told.items() if value}
    return Fact(
        seq=0,
        id=0,
        name=ORDER_PAID,
        occurred_at=now,
        received_at=now,
        clock=now,
        business_day=day,
        source_id=0,
        identity_id=None,
        member_id=member_id,
        properties={**properties, AMOUNT: cart.amount_minor, "lines": list(cart.lines)},
        mark=bytes(16),
    )


def _check(cart: Cart) -> None:
    if not 0 <= cart.amount_minor <= MAX_AMOUNT:
        raise Refusal("quote.amount", "an amount is a whole number of minor units")
    if len(cart.lines) > MAX_LINES:
        raise Refusal("quote.lines", "a cart has at most %(limit)s lines", limit=MAX_LINES)


def _connected() -> Any:
    connection.ensure_connection()
    return connection.connection
