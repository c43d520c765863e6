"""Value for shops and apps: balances, why, tier; give, spend, hold for a cart, capture, free, return, reverse."""

from datetime import datetime, timedelta
from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from pydantic import AwareDatetime

from siyu.lib.clock import utc_now
from siyu.lib.money import MAX_AMOUNT
from siyu.lib.refusal import Refusal
from siyu.members.queries import numbered
from siyu.merchant.api import FAULTS, Body, IdempotencyKey, Text
from siyu.merchant.rules import Actor

from .. import queries, services
from ..services import Because, Capture, GiveBack, Grant, Hold, Receipt, Spend, TakeBack, Void
from .asking import MOVE, VIEW, caller

router = Router(tags=["Value"])
Amount = Annotated[int, Field(ge=1, le=MAX_AMOUNT, description="of the unit; stored balance in minor units")]
Unit = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[a-z][a-z0-9_:.-]*$", examples=["points"])]
Words = Annotated[Text, Field(max_length=200, description="what the member reads: 热水壶 × 1")]
Key = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$", description="the key that a move answered")]


class BalanceOut(Schema):
    """What a member has of a unit; `debt` is what the member owes."""

    unit: str
    pending: int
    available: int
    held: int
    spent: int
    expired: int
    debt: int


class ReasonOut(Schema):
    """One movement, and the rule, fact and order behind it. `amount` is negative where it leaves what is pending or available.

    `change` is how much more or less the member has by it: 0 where it only moves (a maturing, a hold, a debt that is settled).
    """

    id: int
    posted_at: datetime
    unit: str
    kind: str
    amount: int
    change: int
    rule: str
    rule_version: int | None
    fact: str
    order_number: str
    tier: str
    available_at: datetime | None
    expires_at: datetime | None


class TierOut(Schema):
    """The tier held, what counts for it, and what is missing to the next one (empty at the top)."""

    code: str
    name: str
    growth: int = Field(description="what counts now: growth, points, orders or acts, or minor units of spending, as the tiers say")
    since: datetime | None
    next_code: str
    next_name: str
    missing: int


class GrantIn(Body):
    """Value to give. `expires_at` left out: by the unit's usual terms."""

    unit: Unit = "points"
    amount: Amount
    words: Words = ""
    reference: Text = Field("", max_length=100, description="the caller's own number for the reason")
    available_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = Field(None, description="before the year 9999")


class SpendIn(Body):
    """Value to take for good."""

    unit: Unit = "points"
    amount: Amount
    words: Words = ""
    reference: Text = Field("", max_length=100)


class HoldIn(SpendIn):
    """Value to reserve, for at most a year; then it is free again."""

    minutes: int = Field(30, ge=1, le=366 * 24 * 60)


class PartIn(Body):
    """All of it, or a part."""

    amount: Amount | None = None
    words: Words = ""


class AllocationOut(Schema):
    """A part of a move, and until when it is valid."""

    lot: str
    amount: int
    expires_at: datetime | None


class ReceiptOut(Schema):
    """What a move did; `balance` is what was available right after it. `is_repeated`: this is the answer that was given before.

    Of what was to be taken back, `waived` was let go; `deduct_minor` is what the shop deducts from the refund in money instead.
    """

    key: str
    unit: str
    amount: int
    balance: int
    allocations: list[AllocationOut]
    is_repeated: bool
    waived: int
    deduct_minor: int


@router.get("/members/{member}/balances", auth=VIEW, response={200: list[BalanceOut], **FAULTS}, summary="Balances")
def balances(request: HttpRequest, member: str) -> list[BalanceOut]:
    """Balances of every unit the member ever had, as they stand now."""
    number = numbered(member)
    found = queries.balances([number], utc_now()).get(number, {})
    names = [name for name in BalanceOut.model_fields if name != "unit"]
    return [BalanceOut(unit=unit, **{name: getattr(balance, name) for name in names}) for unit, balance in sorted(found.items())]


@router.get("/members/{member}/statement", auth=VIEW, response={200: list[ReasonOut], **FAULTS}, summary="Statement")
def statement(
    request: HttpRequest, member: str, before: int = Query(2**63 - 1, ge=1, lt=2**63), limit: int = Query(50, ge=1, le=200)
) -> list[ReasonOut]:
    """Movements, newest first; `before` is the id of the last one of the page before."""
    return [
        ReasonOut(
            id=one.id,
            posted_at=one.posted_at,
            unit=one.unit,
            kind=one.kind,
            amount=one.amount,
            change=one.change,
            rule=one.rule_code,
            rule_version=one.rule_version,
            fact=one.fact_name,
            order_number=one.order_number,
            tier=one.tier,
            available_at=one.available_at,
            expires_at=one.expires_at,
        )
        for one in queries.why_points(numbered(member), limit, before=before)
    ]


@router.get("/members/{member}/tier", auth=VIEW, response={200: TierOut, **FAULTS}, summary="Tier and progress")
def tier(request: HttpRequest, member: str) -> TierOut:
    """The tier on the main track; whoever has no growth yet stands where zero growth stands. 404 `tier.unknown` without a programme."""
    found = queries.projection(numbered(member), utc_now())
    if found is None:
        raise Refusal("tier.unknown", "there are no tiers yet")
    return TierOut(
        code=found.tier,
        name=found.tier_name,
        growth=found.value,
        since=found.since,
        next_code=found.next_tier,
        next_name=found.next_name,
        missing=found.next_missing,
    )


@router.post("/members/{member}/grants", auth=MOVE, response={200: ReceiptOut, **FAULTS}, summary="Give value")
def grant(request: HttpRequest, member: str, body: GrantIn, idempotency_key: IdempotencyKey) -> ReceiptOut:
    """Give value to a member; what the member owes of the unit is paid out of it first."""
    by, key = caller(request, idempotency_key)
    more = {} if body.expires_at is None else {"expires_at": body.expires_at}
    item = Grant(numbered(member), body.unit, body.amount, key, _because(by, body), available_at=body.available_at, **more)  # type: ignore[arg-type]
    return _told(services.grant(by, [item], utc_now()))


@router.post("/members/{member}/spends", auth=MOVE, response={200: ReceiptOut, **FAULTS}, summary="Spend value")
def spend(request: HttpRequest, member: str, body: SpendIn, idempotency_key: IdempotencyKey) -> ReceiptOut:
    """Take value for good. 409 `value.insufficient` when there is not enough."""
    by, key = caller(request, idempotency_key)
    return _told(services.spend(by, [Spend(numbered(member), body.unit, body.amount, key, _because(by, body))], utc_now()))


@router.post("/members/{member}/holds", auth=MOVE, response={200: ReceiptOut, **FAULTS}, summary="Hold value for a cart")
def hold(request: HttpRequest, member: str, body: HoldIn, idempotency_key: IdempotencyKey) -> ReceiptOut:
    """Reserve value until it is captured, freed, or its time is over. Its `key` names it from here on."""
    by, key = caller(request, idempotency_key)
    now = utc_now()
    until = now + timedelta(minutes=body.minutes)
    return _told(services.hold(by, [Hold(numbered(member), body.unit, body.amount, key, _because(by, body), until)], now))


@router.post("/holds/{key}/capture", auth=MOVE, response={200: ReceiptOut, **FAULTS}, summary="Capture a hold")
def capture(request: HttpRequest, key: Key, body: PartIn, idempotency_key: IdempotencyKey) -> ReceiptOut:
    """Spend a hold, or a part of it; the rest is freed. 404 `hold.unknown`, 409 `hold.closed`."""
    by, own = caller(request, idempotency_key)
    return _told(services.capture(by, [Capture(key, own, body.amount)], utc_now()))


@router.post("/holds/{key}/void", auth=MOVE, response={200: ReceiptOut, **FAULTS}, summary="Free a hold")
def void(request: HttpRequest, key: Key, idempotency_key: IdempotencyKey) -> ReceiptOut:
    """Free all that is held. 404 `hold.unknown`, 409 `hold.closed`."""
    by, own = caller(request, idempotency_key)
    return _told(services.void(by, [Void(key, own, Because("api", by.name, ""))], utc_now()))


@router.post("/moves/{key}/return", auth=MOVE, response={200: ReceiptOut, **FAULTS}, summary="Return what was spent")
def give_back(request: HttpRequest, key: Key, body: PartIn, idempotency_key: IdempotencyKey) -> ReceiptOut:
    """A spending or a capture returns to its lots with their expiry, wholly or in part. 404 `value.unknown`, 409 `value.returned`."""
    by, own = caller(request, idempotency_key)
    return _told(services.give_back(by, [GiveBack(key, own, Because("api", by.name, body.words), body.amount)], utc_now()))


@router.post("/moves/{key}/reversal", auth=MOVE, response={200: ReceiptOut, **FAULTS}, summary="Take back what was given")
def take_back(request: HttpRequest, key: Key, body: PartIn, idempotency_key: IdempotencyKey) -> ReceiptOut:
    """A grant is undone by the unit's refund policy, wholly or in part. 404 `value.unknown`, 409 `value.returned`."""
    by, own = caller(request, idempotency_key)
    return _told(services.take_back(by, [TakeBack(key, own, Because("api", by.name, body.words), body.amount)], utc_now()))


def _because(by: Actor, body: GrantIn | SpendIn) -> Because:
    return Because("api", body.reference or by.name, body.words)


def _told(receipts: list[Receipt]) -> ReceiptOut:
    one = receipts[0]
    return ReceiptOut(
        key=one.key,
        unit=one.unit,
        amount=one.amount,
        balance=one.balance,
        allocations=[AllocationOut(lot=part.lot.hex, amount=part.amount, expires_at=part.expires_at) for part in one.allocations],
        is_repeated=one.is_repeated,
        waived=one.waived,
        deduct_minor=one.deduct_minor,
    )
