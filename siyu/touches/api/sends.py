"""Templates and one-off sends: draft, schedule, pause, go on, cancel, and the report to the last head."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from pydantic import AwareDatetime

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.lib.web.keyset import encode
from siyu.merchant.api import FAULTS, Body, IdempotencyKey

from .. import queries, services
from ..models import Send
from ..rules.settings import MAX_WINDOW
from ..services import ArmTerms, Terms
from ..services.sends import MAX_ARMS, MAX_CONTROL, MAX_PER_HOUR, WHOLE
from .asking import EDIT, MAX_PAGE, VIEW, Code, Number, Words, caller, position

router = Router(tags=["One-off sends"])
Instant = Annotated[AwareDatetime, Field(description="with a zone")]
ORDER = "api:sends"


class TemplateOut(Schema):
    """A template in its newest version."""

    code: str
    name: str
    version: int
    medium: str
    purpose: str
    languages: list[str]


class ArmIn(Body):
    """One way of a send: which template, for which share of 10,000, from when on."""

    template: Code
    weight: int = Field(WHOLE, ge=1, le=WHOLE)
    at: Instant


class SendIn(Body):
    """A send to be. `control_share` of 10,000 are left out on purpose; purchases count for `window_days`."""

    name: Words
    audience: int = Field(ge=1, le=2**63 - 1)
    arms: list[ArmIn] = Field(min_length=1, max_length=MAX_ARMS)
    control_share: int = Field(0, ge=0, le=MAX_CONTROL)
    per_hour: int | None = Field(None, ge=1, le=MAX_PER_HOUR)
    priority: int = Field(0, ge=-100, le=100)
    until: Instant | None = None
    window_days: int = Field(7, ge=1, le=MAX_WINDOW)


class SendOut(Schema):
    """A send; `status` is draft, scheduled, running, paused, done or cancelled; `size` the heads of the audience when it began."""

    id: int
    name: str
    audience: int
    status: str
    size: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class SendsOut(Schema):
    """A page of sends, newest first; `next` asks for the page behind it, and is empty on the last."""

    sends: list[SendOut]
    next: str


class LineOut(Schema):
    """Heads that ended alike, by arm: all lines together are the audience."""

    group: str
    why: str
    heads: list[int]


class BoughtOut(Schema):
    """An arm against its control group: heads, and who bought within the window; `difference` and `lift` in shares, `extra` in buyers."""

    arm: str
    heads: int
    buyers: int
    rate: float | None
    control_heads: int
    control_buyers: int
    control_rate: float | None
    difference: float | None
    lift: float | None
    extra: int | None


class ReportOut(Schema):
    """What became of every head. `refused` by reason; who clicked has also opened, was delivered and sent."""

    send: SendOut
    planned: int
    control: int
    refused: dict[str, int]
    sent: int
    delivered: int
    opened: int
    clicked: int
    lines: list[LineOut]
    bought: list[BoughtOut]


class MovedOut(Schema):
    """What a step did: the send as it stands, and of a cancelled one how many touches were taken back."""

    send: SendOut
    taken_back: int = 0


@router.get("/templates", auth=VIEW, response={200: list[TemplateOut], **FAULTS}, summary="Templates")
def templates(request: HttpRequest, medium: str = Query("", max_length=20, pattern=r"^[a-z]*$")) -> list[TemplateOut]:
    """Templates that can be sent, of one medium or all; at most 2,000."""
    return [TemplateOut(languages=sorted(one.variants), **_named(one, TemplateOut, "languages")) for one in queries.templates(medium)]


@router.get("/sends", auth=VIEW, response={200: SendsOut, **FAULTS}, summary="Sends")
def sends(request: HttpRequest, cursor: str = Query("", max_length=400), limit: int = Query(50, ge=1, le=MAX_PAGE)) -> SendsOut:
    """Sends, newest first, page by page."""
    rows = queries.sends(position(ORDER, cursor, limit))
    more = encode(ORDER, (rows[limit - 1].created_at, rows[limit - 1].pk)) if len(rows) > limit else ""
    return SendsOut(sends=[_send(one) for one in rows[:limit]], next=more)


@router.post("/sends", auth=EDIT, response={200: SendOut, **FAULTS}, summary="Draft a send")
def draft(request: HttpRequest, body: SendIn, idempotency_key: IdempotencyKey) -> SendOut:
    """Write a draft; nothing goes out before it is scheduled. 409 says what cannot be: `send.audience`, `send.template` …"""
    by, key = caller(request, idempotency_key)
    now, terms = utc_now(), _terms(body)
    number = services.once(key, ["draft", body.dict()], lambda: services.draft_send(by, terms, now=now), now=now)
    return _send(_found(number).send)


@router.put("/sends/{send}", auth=EDIT, response={200: SendOut, **FAULTS}, summary="Write a draft anew")
def redraft(request: HttpRequest, send: Number, body: SendIn, idempotency_key: IdempotencyKey) -> SendOut:
    """Put these terms in the place of a draft's. 404 `send.unknown`, 409 `send.state` of what is no draft, and as for a new one."""
    by, key = caller(request, idempotency_key)
    now, terms = utc_now(), _terms(body)
    services.once(key, ["redraft", send, body.dict()], lambda: services.draft_send(by, terms, send_id=send, now=now), now=now)
    return _send(_found(send).send)


@router.get("/sends/{send}", auth=VIEW, response={200: ReportOut, **FAULTS}, summary="The report of a send")
def report(request: HttpRequest, send: Number) -> ReportOut:
    """What became of every head of its audience, and who bought against the control group. 404 `send.unknown`."""
    found = _found(send)
    refused: dict[str, int] = {}
    for line in found.lines:
        if line.group == "refused":
            refused[line.why] = refused.get(line.why, 0) + line.total
    return ReportOut(
        send=_send(found.send),
        planned=found.planned,
        control=found.of("control"),
        refused=refused,
        lines=[LineOut(group=line.group, why=line.why, heads=list(line.heads)) for line in found.lines],
        bought=[_bought(one) for one in found.bought],
        **{group: found.got(group) for group in ("sent", "delivered", "opened", "clicked")},
    )


@router.post("/sends/{send}/schedule", auth=EDIT, response={200: MovedOut, **FAULTS}, summary="Schedule a send")
def schedule(request: HttpRequest, send: Number, idempotency_key: IdempotencyKey) -> MovedOut:
    """Let a draft run at its time. 409 `send.state`, `send.until`, `send.audience`, `send.template`."""
    return _moved(request, send, idempotency_key, "schedule", services.schedule_send)


@router.post("/sends/{send}/unschedule", auth=EDIT, response={200: MovedOut, **FAULTS}, summary="Take a send back to a draft")
def unschedule(request: HttpRequest, send: Number, idempotency_key: IdempotencyKey) -> MovedOut:
    """A send that has not begun is a draft again, which can be written anew. 409 `send.state`."""
    return _moved(request, send, idempotency_key, "unschedule", services.unschedule_send)


@router.post("/sends/{send}/pause", auth=EDIT, response={200: MovedOut, **FAULTS}, summary="Pause a send")
def pause(request: HttpRequest, send: Number, idempotency_key: IdempotencyKey) -> MovedOut:
    """Stop before the next set; what was asked for before still goes. 409 `send.state`."""
    return _moved(request, send, idempotency_key, "pause", services.pause_send)


@router.post("/sends/{send}/resume", auth=EDIT, response={200: MovedOut, **FAULTS}, summary="Go on with a send")
def resume(request: HttpRequest, send: Number, idempotency_key: IdempotencyKey) -> MovedOut:
    """Go on where it stopped. 409 `send.state`."""
    return _moved(request, send, idempotency_key, "resume", services.resume_send)


@router.post("/sends/{send}/cancel", auth=EDIT, response={200: MovedOut, **FAULTS}, summary="Cancel a send")
def cancel(request: HttpRequest, send: Number, idempotency_key: IdempotencyKey) -> MovedOut:
    """End a send for good and take back what waits. 409 `send.state`."""
    return _moved(request, send, idempotency_key, "cancel", services.cancel_send)


def _terms(body: SendIn) -> Terms:
    told = body.dict()
    arms = [ArmTerms(arm["template"], arm["weight"], arm["at"]) for arm in told.pop("arms")]
    return Terms(audience_id=told.pop("audience"), arms=arms, **told)


def _moved(request: HttpRequest, send: int, key: str, step: str, service: Any) -> MovedOut:
    by, own = caller(request, key)
    now = utc_now()
    taken = services.once(own, [step, send], lambda: service(by, send, now=now), now=now)
    return MovedOut(send=_send(_found(send).send), taken_back=taken)


def _found(number: int) -> queries.Report:
    found = queries.report(number)
    if found is None:
        raise Refusal("send.unknown", "there is no such send")
    return found


def _send(one: Send) -> SendOut:
    return SendOut(id=one.pk, audience=one.audience_id, **_named(one, SendOut, "id", "audience"))


def _bought(one: queries.Bought) -> BoughtOut:
    return BoughtOut(arm=chr(64 + one.arm), **_named(one, BoughtOut, "arm"))


def _named(one: Any, schema: type[Schema], *but: str) -> dict[str, Any]:
    return {name: getattr(one, name) for name in schema.model_fields if name not in but}
