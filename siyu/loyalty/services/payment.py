"""积分抵现: publishing the terms on which points pay, and holding points for an order."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from siyu.lib.refusal import Refusal
from siyu.members.services import lock
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..models import PaymentTerms, PointsPayment, Purchase
from ..queries.quote import Cart, quote
from ..queries.rules import payment_terms_on
from ..rules import payment as rules
from .value import hold, void
from .value_items import Because, Hold, Void

OVER = Q(paid_at__isnull=False) | Q(closed_at__isnull=False)  # orders of which nothing is left to pay
HELD_FOR = timedelta(hours=24)  # an order not paid by then has its points free again


@dataclass(frozen=True, slots=True)
class Paid:
    """Points held for an order, and what they are worth in it."""

    hold_key: str
    points: int
    worth_minor: int


def publish_payment_terms(by: Actor, definition: dict[str, Any], from_day: date, *, today: date, now: datetime) -> int:
    """Publish the next version of the terms; returns its version. Orders held before keep theirs.

    Refusals: `payment.terms`, `payment.past`, `payment.order`.
    """
    try:
        terms = msgspec.convert(definition, type=rules.PaymentTerms)
    except msgspec.ValidationError as error:
        raise Refusal("payment.terms", "the terms cannot be read: %(fault)s", fault=error) from error
    if (fault := terms.fault()) is not None:
        raise Refusal("payment.terms", fault)
    if from_day < today:
        raise Refusal("payment.past", "past days have had their terms: choose today or later")
    with transaction.atomic():
        newest = PaymentTerms.objects.select_for_update().order_by("-version").first()
        if newest is not None and from_day < newest.from_day:
            raise Refusal("payment.order", "version %(version)s begins later, on %(day)s", version=newest.version, day=newest.from_day)
        version = newest.version + 1 if newest is not None else 1
        content = msgspec.to_builtins(terms)
        PaymentTerms.objects.create(version=version, definition=content, from_day=from_day, created_by=by.name, created_at=now)
        audit(by, "payment_terms.published", "payment_terms", {"version": version, "from": str(from_day), "terms": content}, at=now)
    return version


def pay_with_points(by: Actor, member_id: int, cart: Cart, points: int, key: str, *, now: datetime) -> Paid:
    """Hold points for an order as part of its payment. Once for an order; the same key answers the same.

    They are captured by `order.paid`, freed by `order.closed` or after a day, and given back by refunds in proportion.
    Refusals: `payment.order_number`, `payment.exists`, `payment.over`, those of `rules.payment.choice_fault`, `value.insufficient`,
    `key.reused`.
    """
    if not cart.order_number:
        raise Refusal("payment.order_number", "points pay for an order that has a number")
    with transaction.atomic(), connection.cursor() as cursor:
        lock(cursor.cursor, [member_id])  # an order that no points pay for yet has no row to lock
        known = PointsPayment.objects.select_for_update().filter(shop=cart.shop, order_number=cart.order_number).first()
        if known is not None and known.hold_key == key and known.points == points:
            return Paid(key, known.points, known.worth_minor)
        if known is not None and known.state != "void":
            raise Refusal("payment.exists", "points pay for this order already")
        if Purchase.objects.filter(OVER, shop=cart.shop, order_number=cart.order_number).exists():
            raise Refusal("payment.over", "this order is paid or closed: nothing of it is left to pay with points")
        offered = quote(member_id, cart, now)
        terms = payment_terms_on(offered.business_day)
        if terms is None:
            raise Refusal("payment.none", "points do not pay yet")
        if (fault := rules.choice_fault(terms.terms, offered.usable, points)) is not None:
            raise Refusal(fault.code, fault.words, **fault.values)
        because = Because("order", f"{cart.shop}:{cart.order_number}", cart.order_number)
        receipt = hold(by, [Hold(member_id, "points", points, key, because, now + HELD_FOR)], now)[0]
        worth = terms.terms.worth(points)
        values = {
            "member_id": receipt.member_id,
            "hold_key": key,
            "points": points,
            "worth_minor": worth,
            "terms_version": terms.version,
            "state": "held",
            "given_back": 0,
            "created_at": now,
        }
        _keep(known, cart, values)
        detail = {"order": cart.order_number, "points": points, "worth_minor": worth}
        audit(by, "points_payment.held", f"member:{receipt.member_id}", detail, at=now)
    return Paid(key, points, worth)


def _keep(known: PointsPayment | None, cart: Cart, values: dict[str, Any]) -> None:
    """Write the payment; another member's, made at this moment, stands. Refusal: `payment.exists`."""
    if known is not None:
        PointsPayment.objects.filter(pk=known.pk).update(**values)
        return
    try:
        with transaction.atomic():
            PointsPayment.objects.create(shop=cart.shop, order_number=cart.order_number, **values)
    except IntegrityError as error:
        raise Refusal("payment.exists", "points pay for this order already") from error


def cancel_payment(by: Actor, shop: str, order_number: str, *, now: datetime) -> None:
    """Free the points of an order that is not paid. Refusals: `payment.unknown`, `hold.closed`."""
    held = PointsPayment.objects.filter(shop=shop, order_number=order_number, state="held")
    with transaction.atomic(), connection.cursor() as cursor:
        lock(cursor.cursor, list(held.values_list("member_id", flat=True)))
        known = held.select_for_update().first()
        if known is None:
            raise Refusal("payment.unknown", "no points are held for this order")
        because = Because("order", f"{shop}:{order_number}", order_number)
        void(by, [Void(known.hold_key, f"{known.hold_key}:void", because)], now)
        known.state = "void"
        known.save(update_fields=["state"])
        audit(by, "points_payment.void", f"member:{known.member_id}", {"order": order_number}, at=now)
