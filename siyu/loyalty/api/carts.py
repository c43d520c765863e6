"""Carts: what they would earn, how much of them points may pay, and holding those points."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Field, Router, Schema

from siyu.lib.clock import utc_now
from siyu.lib.money import MAX_AMOUNT
from siyu.members.queries import numbered
from siyu.merchant.api import FAULTS, Body, IdempotencyKey, Text

from ..queries.quote import Cart, Offer
from ..queries.quote import quote as quote_cart
from ..services import pay_with_points
from .asking import MOVE, VIEW, caller

router = Router(tags=["Carts"])


class LineIn(Body):
    """A line of a cart."""

    sku: Text = Field("", max_length=200)
    category: Text = Field("", max_length=200)
    quantity: int = Field(1, ge=1, le=1_000_000)
    amount_minor: int = Field(ge=0, le=MAX_AMOUNT, description="of the line, after discounts")


class CartIn(Body):
    """An order to be; `amount_minor` is what is to be paid."""

    shop: Text = Field("", max_length=60)
    order_number: Text = Field("", max_length=100)
    amount_minor: int = Field(ge=0, le=MAX_AMOUNT)
    lines: list[LineIn] = Field([], max_length=1_000)
    coupon: Text = Field("", max_length=100)
    points: int = Field(0, ge=0, le=MAX_AMOUNT, description="points that pay for a part of it")


class OfferOut(Schema):
    """What one rule makes of the cart, or why not, and the amount that is missing."""

    rule: str
    version: int
    name: str
    unit: str
    points: int
    available_at: datetime | None
    expires_at: datetime | None
    unmet: str = Field("", description="a code; empty when the rule applies")
    missing_minor: int = 0


class QuoteOut(Schema):
    """What the cart would earn, and how many points may pay for it and are worth."""

    available: int
    usable_points: int
    usable_worth_minor: int
    points: int
    growth: int
    offers: list[OfferOut]


class PaidOut(Schema):
    """Points held for an order, and what they are worth in it."""

    hold_key: str
    points: int
    worth_minor: int


@router.post("/members/{member}/quote", auth=VIEW, response={200: QuoteOut, **FAULTS}, summary="Quote a cart")
def quote(request: HttpRequest, member: str, body: CartIn) -> QuoteOut:
    """What a cart would earn and how much of it points may pay, each rule with why or why not. It locks nothing and promises nothing."""
    found = quote_cart(numbered(member), _cart(body), utc_now(), points=body.points)
    return QuoteOut(
        available=found.available,
        usable_points=found.usable.points,
        usable_worth_minor=found.usable.worth_minor,
        points=found.points,
        growth=found.growth,
        offers=[_offer(one) for one in found.offers],
    )


@router.post("/members/{member}/order-payments", auth=MOVE, response={200: PaidOut, **FAULTS}, summary="Pay in part with points")
def pay(request: HttpRequest, member: str, body: CartIn, idempotency_key: IdempotencyKey) -> PaidOut:
    """Hold points for an order. They are captured when it is paid, freed when it is closed, given back with its refunds."""
    by, key = caller(request, idempotency_key)
    paid = pay_with_points(by, numbered(member), _cart(body), body.points, key, now=utc_now())
    return PaidOut(hold_key=paid.hold_key, points=paid.points, worth_minor=paid.worth_minor)


def _cart(body: CartIn) -> Cart:
    lines = tuple(line.dict() for line in body.lines)
    return Cart(body.shop, body.amount_minor, lines, body.order_number, coupon=body.coupon)


def _offer(one: Offer) -> OfferOut:
    return OfferOut(
        rule=one.code,
        version=one.version,
        name=one.name,
        unit=one.unit,
        points=one.points,
        available_at=one.available_at,
        expires_at=one.expires_at,
        unmet=one.unmet.code if one.unmet else "",
        missing_minor=one.unmet.missing_minor if one.unmet else 0,
    )
