"""Benefits of a member, and their use."""

from datetime import date

from django.http import HttpRequest
from ninja import Field, Router, Schema

from siyu.lib.clock import utc_now
from siyu.lib.money import MAX_AMOUNT
from siyu.members.queries import numbered
from siyu.merchant.api import FAULTS, Body, IdempotencyKey, Text

from ..queries.benefits import MemberBenefit, NextBenefit, member_benefits
from ..services.benefits.using import BenefitAsk, BenefitReceipt, BenefitReturn, return_benefit, use_benefit
from .asking import EDIT, VIEW, Code, Key, Words, caller

router = Router(tags=["Benefits"])


class BenefitOut(Schema):
    """A benefit that the member has. `remaining` is null without a limit; `next_day` is when the quota begins anew."""

    code: str
    kind: str
    name: str
    words: str
    times: int | None
    used: int
    remaining: int | None
    next_day: date | None


class NextBenefitOut(Schema):
    """A benefit of the next tier; `trial_days` above 0: it may be tried."""

    code: str
    kind: str
    name: str
    words: str
    trial_days: int


class BenefitsOut(Schema):
    """What a member has, and what the next tier would bring (empty at the top)."""

    held: list[BenefitOut]
    next_tier: str
    next_benefits: list[NextBenefitOut]


class UseIn(Body):
    """A use of a benefit: for what, and on which amount in minor units, if it goes by one."""

    quantity: int = Field(1, ge=1, le=1_000)
    amount_minor: int = Field(0, ge=0, le=MAX_AMOUNT)
    reference: Text = Field("", max_length=100, description="an order or ticket")
    words: Words = ""


class ReturnIn(Body):
    """A use that did not come about, or a part of it."""

    quantity: int | None = Field(None, ge=1, le=1_000)
    words: Text = Field(min_length=1, max_length=200, description="why")


class UseOut(Schema):
    """What was used or given back, what that is worth, and what may still be used in the period."""

    key: str
    benefit: str
    quantity: int
    value_minor: int
    remaining: int | None
    is_repeated: bool


@router.get("/members/{member}/benefits", auth=VIEW, response={200: BenefitsOut, **FAULTS}, summary="Benefits")
def benefits(request: HttpRequest, member: str) -> BenefitsOut:
    """What the member has now, with what is left of each quota, and what the next tier would bring."""
    found = member_benefits(numbered(member), utc_now())
    return BenefitsOut(
        held=[_held(one) for one in found.held], next_tier=found.next_tier, next_benefits=[_next(one) for one in found.next_benefits]
    )


@router.post("/members/{member}/benefits/{code}/uses", auth=EDIT, response={200: UseOut, **FAULTS}, summary="Use a benefit")
def use(request: HttpRequest, member: str, code: Code, body: UseIn, idempotency_key: IdempotencyKey) -> UseOut:
    """Count a use. 409 `benefit.not_held`, `benefit.used_up` (says when the next may be used)."""
    by, key = caller(request, idempotency_key)
    ask = BenefitAsk(numbered(member), code, key, body.quantity, body.reference, body.words, body.amount_minor)
    return _told(use_benefit(by, [ask], utc_now(), source="api"))


@router.post("/benefit-uses/{key}/return", auth=EDIT, response={200: UseOut, **FAULTS}, summary="Give a use back")
def give_back(request: HttpRequest, key: Key, body: ReturnIn, idempotency_key: IdempotencyKey) -> UseOut:
    """A use that did not come about, by the key that it was answered with. 404 `benefit.use_unknown`."""
    by, own = caller(request, idempotency_key)
    return _told(return_benefit(by, [BenefitReturn(key, own, body.words, body.quantity)], utc_now()))


def _held(one: MemberBenefit) -> BenefitOut:
    return BenefitOut(**{name: getattr(one, name) for name in BenefitOut.model_fields})


def _next(one: NextBenefit) -> NextBenefitOut:
    return NextBenefitOut(**one._asdict())


def _told(receipts: list[BenefitReceipt]) -> UseOut:
    return UseOut(**{name: getattr(receipts[0], name) for name in UseOut.model_fields})
