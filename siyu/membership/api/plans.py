"""A member's paid membership: where it stands, payments, cancelling."""

from datetime import date

from django.http import HttpRequest
from ninja import Field, Router, Schema
from pydantic import AwareDatetime

from siyu.lib.clock import utc_now
from siyu.lib.money import MAX_AMOUNT
from siyu.members.queries import numbered
from siyu.merchant.api import FAULTS, Body, IdempotencyKey, Text

from ..queries.plans import member_plan
from ..services.plans.acting import PlanCancel, PlanPayment, PlanReceipt, PlanRefund, cancel_plan, pay_plan, refund_plan, resume_plan
from .asking import EDIT, VIEW, Code, caller

router = Router(tags=["Paid membership"])


class PlanOut(Schema):
    """Where the member stands: none, trial, active, grace or ended; days that are left, and what benefits saved since it began."""

    plan: str
    name: str
    state: str
    until: date | None
    days_left: int
    saved_minor: int
    auto_renew: bool
    is_cancelled: bool


class PaymentIn(Body):
    """Money that was paid elsewhere; `reference` names the proof, such as the payment's number."""

    plan: Code
    amount_minor: int = Field(ge=0, le=MAX_AMOUNT)
    reference: Text = Field(min_length=1, max_length=100)
    is_trial: bool = False
    auto_renew: bool = False
    paid_at: AwareDatetime | None = None


class ReasonIn(Body):
    """Why."""

    words: Text = Field(min_length=1, max_length=200)


class RefundIn(ReasonIn):
    """Money back: without an amount, what the policy gives for all that is left."""

    amount_minor: int | None = Field(None, ge=1, le=MAX_AMOUNT)
    ends: bool = False


class PlanReceiptOut(Schema):
    """What was done, and the state after it."""

    key: str
    amount_minor: int
    state: str
    is_repeated: bool


@router.get("/members/{member}/plan", auth=VIEW, response={200: PlanOut, **FAULTS}, summary="Paid membership")
def plan(request: HttpRequest, member: str) -> PlanOut:
    """Where the member's paid membership stands."""
    found = member_plan(numbered(member), utc_now())
    standing = found.standing
    return PlanOut(
        plan=standing.plan,
        name=found.plan.name if found.plan else "",
        state=str(standing.state),
        until=standing.until,
        days_left=found.days_left,
        saved_minor=found.saved_minor,
        auto_renew=standing.auto_renew,
        is_cancelled=standing.is_cancelled,
    )


@router.post("/members/{member}/plan-payments", auth=EDIT, response={200: PlanReceiptOut, **FAULTS}, summary="Pay for a plan")
def pay(request: HttpRequest, member: str, body: PaymentIn, idempotency_key: IdempotencyKey) -> PlanReceiptOut:
    """Begin, renew or change a plan. 409 `plan.amount`, `plan.trial_used` …"""
    by, key = caller(request, idempotency_key)
    ask = PlanPayment(numbered(member), body.plan, body.amount_minor, key, body.reference, body.is_trial, body.auto_renew, body.paid_at)
    return _told(pay_plan(by, [ask], utc_now()))


@router.post("/members/{member}/plan/cancellation", auth=EDIT, response={200: PlanReceiptOut, **FAULTS}, summary="Cancel a plan")
def cancel(request: HttpRequest, member: str, body: ReasonIn, idempotency_key: IdempotencyKey) -> PlanReceiptOut:
    """Let the plan end at its end. 409 `plan.not_running`."""
    by, key = caller(request, idempotency_key)
    return _told(cancel_plan(by, [PlanCancel(numbered(member), key, body.words)], utc_now()))


@router.post("/members/{member}/plan/resumption", auth=EDIT, response={200: PlanReceiptOut, **FAULTS}, summary="Take a cancelling back")
def resume(request: HttpRequest, member: str, body: ReasonIn, idempotency_key: IdempotencyKey) -> PlanReceiptOut:
    """The plan goes on as before. 409 `plan.not_cancelled`."""
    by, key = caller(request, idempotency_key)
    return _told(resume_plan(by, [PlanCancel(numbered(member), key, body.words)], utc_now()))


@router.post("/members/{member}/plan/refunds", auth=EDIT, response={200: PlanReceiptOut, **FAULTS}, summary="Refund a plan")
def refund(request: HttpRequest, member: str, body: RefundIn, idempotency_key: IdempotencyKey) -> PlanReceiptOut:
    """Give money back, pro rata by day. 409 `plan.nothing_to_refund`, `plan.refund_too_much`."""
    by, key = caller(request, idempotency_key)
    ask = PlanRefund(numbered(member), key, body.words, body.amount_minor, None, body.ends)
    return _told(refund_plan(by, [ask], utc_now()))


def _told(receipts: list[PlanReceipt]) -> PlanReceiptOut:
    one = receipts[0]
    return PlanReceiptOut(key=one.key, amount_minor=one.amount_minor, state=str(one.standing.state), is_repeated=one.is_repeated)
