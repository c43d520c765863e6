"""Standing orders for assistants: what there is, the next version of one, its end."""

from datetime import time
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.merchant.api import FAULTS, Body, IdempotencyKey

from .. import queries, services
from ..services import FactFilter, Step
from ..services.sops import MAX_DAY, MAX_EXITS, MAX_KEPT, MAX_STEPS
from .asking import EDIT, VIEW, Code, Words, caller

router = Router(tags=["Standing orders"])
Where = dict[str, Any]
WHERE: Any = Field(default_factory=dict, description="a filter of its properties, as triggers of journeys have")


class FactFilterIn(Body):
    """A fact by which an order begins or ends, where its properties pass a filter."""

    fact: str = Field(min_length=1, max_length=80, pattern=r"^[^\x00]+$", examples=["audience.entered"])
    where: Where = WHERE


class StepIn(Body):
    """A task on a day after the fact, open from a time of the merchant's clock and for so many days."""

    day: int = Field(ge=0, le=MAX_DAY)
    at: time
    template: Code
    keep_days: int = Field(1, ge=1, le=MAX_KEPT)


class SopIn(Body):
    """A version of a standing order to be. `is_new`: there must be none of this code yet."""

    code: Code
    name: Words
    starts: FactFilterIn
    exits: list[FactFilterIn] = Field(default_factory=list, max_length=MAX_EXITS)
    steps: list[StepIn] = Field(min_length=1, max_length=MAX_STEPS)
    is_new: bool = False


class FactFilterOut(Schema):
    """A fact by which an order begins or ends."""

    fact: str
    where: Where


class StepOut(Schema):
    """A task on a day after the fact."""

    day: int
    at: time
    template: str
    keep_days: int


class SopOut(Schema):
    """A standing order in its newest version."""

    code: str
    name: str
    version: int
    starts: FactFilterOut
    exits: list[FactFilterOut]
    steps: list[StepOut]
    is_archived: bool


class CountedOut(Schema):
    """A standing order in force: members who have begun it, and its steps by what became of them."""

    code: str
    name: str
    version: int
    begun: int
    waiting: int
    wished: int
    late: int
    exited: int


@router.get("/standing-orders", auth=VIEW, response={200: list[CountedOut], **FAULTS}, summary="Standing orders")
def sops(request: HttpRequest) -> list[Any]:
    """Standing orders in force, by code."""
    return list(queries.sops())


@router.get("/standing-orders/{code}", auth=VIEW, response={200: SopOut, **FAULTS}, summary="A standing order")
def sop(request: HttpRequest, code: str) -> SopOut:
    """Its newest version. 404 `sop.unknown`."""
    return _sop(code)


@router.post("/standing-orders", auth=EDIT, response={200: SopOut, **FAULTS}, summary="Publish a standing order")
def publish(request: HttpRequest, body: SopIn, idempotency_key: IdempotencyKey) -> SopOut:
    """Publish the next version; who has begun keeps the days of the old one. 409 `sop.fact`, `sop.where`, `sop.steps`, `sop.template` …"""
    by, key = caller(request, idempotency_key)
    now = utc_now()
    starts, *exits = (FactFilter(one.fact, one.where) for one in (body.starts, *body.exits))
    steps = [Step(one.day, one.at.replace(tzinfo=None), one.template, one.keep_days) for one in body.steps]

    def do() -> int:
        return services.publish_sop(by, body.code, body.name, starts, exits, steps, is_new=body.is_new, now=now)

    services.once(key, ["standing order", body.dict()], do, now=now)
    return _sop(body.code)


@router.post("/standing-orders/{code}/archive", auth=EDIT, response={200: SopOut, **FAULTS}, summary="Archive a standing order")
def archive(request: HttpRequest, code: str, idempotency_key: IdempotencyKey) -> SopOut:
    """Nobody begins it any more; who has begun goes on. 404 `sop.unknown`."""
    by, key = caller(request, idempotency_key)
    now = utc_now()
    services.once(key, ["archive standing order", code], lambda: services.archive_sop(by, code.replace("\0", ""), now=now), now=now)
    return _sop(code)


def _sop(code: str) -> SopOut:
    found = queries.sop(code.replace("\0", ""))
    if found is None:
        raise Refusal("sop.unknown", "there is no such standing order")
    one, steps = found
    return SopOut(
        code=one.code,
        name=one.name,
        version=one.version,
        starts=FactFilterOut(fact=one.starts_on, where=one.starts_where),
        exits=[FactFilterOut(**each) for each in one.exits],
        steps=[StepOut(day=step.day, at=step.at, template=step.template_code, keep_days=step.keep_days) for step in steps],
        is_archived=one.archived_at is not None,
    )
