"""Journeys for programs: what there is, how many passed where, who walks; and calling a member into one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from siyu.facts.rules import Handle
from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.members.queries import handle_named, numbered
from siyu.members.services import carriers
from siyu.merchant.api import FAULTS, Body, IdempotencyKey, ScopedKey
from siyu.merchant.rules import WHOLE

from . import queries, services

router = Router(tags=["Journeys"])
VIEW, EDIT = ScopedKey("journeys.view"), ScopedKey("journeys.edit")
MAX_PAGE = 1_000


class JourneyOut(Schema):
    """A journey; `version` 0 means that none was published yet."""

    code: str
    name: str
    state: str = Field(description="draft, live, paused or archived")
    version: int
    entered: int = Field(description="ever")
    under_way: int
    failed: int = Field(description="could not go on, and wait for somebody to look")


class WayOut(Schema):
    """How many ever left a step by a way."""

    step: str
    way: str
    passed: int


class CountsOut(Schema):
    """A version in numbers: entered + moved = under_way + done + left + failed + joined."""

    version: int
    entered: int
    moved: int = Field(description="so many more came from other versions than went over to them")
    under_way: int
    done: int
    left: int
    failed: int = Field(description="set aside: to be tried again or let go")
    joined: int = Field(description="a merge made them one with another of the same member")
    goals: int
    standing: dict[str, int] = Field(description="step → how many stand there now")
    ways: list[WayOut]


class EnrolmentOut(Schema):
    """A member in a journey; `due_at` is when time alone moves them on."""

    id: int
    journey: str = Field(description="code")
    version: int
    member: str = Field(description="the public id")
    key: str
    step: str
    status: str = Field(description="waiting, done, left, failed or joined (by a merge, with another's)")
    why: str
    arm: str = Field(description="of the last split")
    is_held_out: bool
    entered_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    goal_at: datetime | None


class EnrolmentsOut(Schema):
    """A page of enrolments, newest first; `next` asks for the page behind it, and is null on the last."""

    enrolments: list[EnrolmentOut]
    next: int | None


class PassageOut(Schema):
    """A step that was left: by which way, when, because of which fact; what the gate answered to its touch."""

    step: str
    way: str
    version: int
    at: datetime
    fact: str | None
    touch: UUID | None
    touch_status: str | None
    touch_why: str | None


class PathOut(Schema):
    """Why a member stands where they stand."""

    enrolment: EnrolmentOut
    passages: list[PassageOut]


class HandleIn(Body):
    """A handle: its kind (`phone`, `email`, `user_id`, `unionid` …) and value, in any usual form."""

    kind: str = Field(min_length=1, max_length=40, examples=["phone"])
    value: str = Field(min_length=1, max_length=512, examples=["13800138000"])


class CallIn(Body):
    """Who is called: a `member` by public id, or a `handle`; and what templates and branches may know of it."""

    member: str | None = Field(None, max_length=100)
    handle: HandleIn | None = None
    properties: dict[str, str | int | float | bool | None] = Field(default_factory=dict)


class CalledOut(Schema):
    """The fact that tells of the call; the journey's own entry rules then say whether the member enters."""

    fact: UUID


@router.get("", auth=VIEW, response={200: list[JourneyOut], **FAULTS}, summary="Journeys")
def journeys(request: HttpRequest) -> list[JourneyOut]:
    """Journeys that are not archived, newest first; at most 500."""
    return [_journey(one) for one in queries.journeys()]


@router.get("/schema", auth=VIEW, response={200: dict[str, Any], **FAULTS}, summary="The JSON schema of definitions")
def definition_schema(request: HttpRequest) -> dict[str, Any]:
    """What a definition may be, generated from the steps and triggers."""
    return queries.schema()


@router.get("/members/{member}", auth=VIEW, response={200: list[EnrolmentOut], **FAULTS}, summary="A member's journeys")
def of_member(request: HttpRequest, member: str) -> list[EnrolmentOut]:
    """Every enrolment of a member, newest first; at most 1,000. 404 `member.unknown`."""
    return [_enrolment(one) for one in queries.of_member(numbered(member))]


@router.get("/enrolments/{int:enrolment}", auth=VIEW, response={200: PathOut, **FAULTS}, summary="A member's path")
def path(request: HttpRequest, enrolment: int) -> PathOut:
    """Every step that was left, with the fact or instant behind it and what the gate answered. 404 `enrolment.unknown`."""
    found = queries.path(enrolment) if enrolment < 2**63 else None
    if found is None:
        raise Refusal("enrolment.unknown", "there is no such enrolment")
    return PathOut(enrolment=_enrolment(found.enrolment), passages=[_passage(one) for one in found.passages])


@router.get("/{code}", auth=VIEW, response={200: JourneyOut, **FAULTS}, summary="A journey")
def one(request: HttpRequest, code: str) -> JourneyOut:
    """One journey, archived ones too. 404 `journey.unknown`."""
    return _journey(_known(code))


@router.get("/{code}/definition", auth=VIEW, response={200: dict[str, Any], **FAULTS}, summary="A journey's definition")
def definition(request: HttpRequest, code: str, version: int | None = Query(None, ge=1, le=2**31 - 1)) -> dict[str, Any]:
    """The definition of a version; without one the draft. 404 `version.unknown`."""
    found = queries.definition(_known(code).code, version)
    if found is None:
        raise Refusal("version.unknown", "there is no such version")
    return found


@router.get("/{code}/counts", auth=VIEW, response={200: CountsOut, **FAULTS}, summary="A journey in numbers")
def counts(request: HttpRequest, code: str, version: int | None = Query(None, ge=1, le=2**31 - 1)) -> CountsOut:
    """How many entered, stand at each step, passed each way, reached the goal: of a version, else of the one in force.

    404 `version.unknown`.
    """
    found = _known(code)
    number = version or found.number
    if version is not None and queries.definition(found.code, version) is None:
        raise Refusal("version.unknown", "there is no such version")
    told = queries.counts(code, number)
    ways = [WayOut(step=step, way=way, passed=passed) for (step, way), passed in sorted(told.ways.items())]
    plain = {name: getattr(told, name) for name in ("entered", "moved", "under_way", "done", "left", "failed", "joined", "goals")}
    return CountsOut(version=number, standing=dict(told.steps), ways=ways, **plain)


@router.get("/{code}/enrolments", auth=VIEW, response={200: EnrolmentsOut, **FAULTS}, summary="Who walks")
def enrolments(
    request: HttpRequest,
    code: str,
    step: str | None = Query(None, max_length=60),
    status: str | None = Query(None, max_length=20),
    after: int | None = Query(None, ge=1, le=2**63 - 1),
    limit: int = Query(100, ge=1, le=MAX_PAGE - 1),
) -> EnrolmentsOut:
    """Enrolments, newest first, page by page: ask again with `after` = `next`."""
    _known(code)
    step, status = (text.replace("\0", "") if text else None for text in (step, status))
    rows = queries.enrolments(code, WHOLE, step=step, status=status, after=after, limit=limit + 1)
    return EnrolmentsOut(enrolments=[_enrolment(row) for row in rows[:limit]], next=rows[limit - 1].id if len(rows) > limit else None)


@router.post("/{code}/calls", auth=EDIT, response={200: CalledOut, **FAULTS}, summary="Call a member into a journey")
def call(request: HttpRequest, code: str, body: CallIn, idempotency_key: IdempotencyKey) -> CalledOut:
    """Let a member into a journey that is started by calls.

    409 `journey.state`, `key.reused`, `call.whom`, `call.properties`, `handle.kind`, `handle.blocked`.
    """
    by = request.auth  # type: ignore[attr-defined]
    fact = services.call(by, code, _handle(body), body.properties, idempotency_key, now=utc_now())
    return CalledOut(fact=fact)


def _handle(body: CallIn) -> Handle:
    if (body.member is None) == (body.handle is None):
        raise Refusal("call.whom", "name the member, or a handle: one of the two")
    if body.handle is not None:
        named = handle_named(body.handle.kind, body.handle.value)
        if named is None:
            raise Refusal("handle.blocked", "this value names nobody")
        return named[0]
    number = numbered(str(body.member))
    found = carriers([number]).get(number)
    if found is None:
        raise Refusal("member.unknown", "there is no such member")
    return found.handle


def _known(code: str) -> queries.JourneyView:
    found = queries.journey(code.replace("\0", ""))
    if found is None:
        raise Refusal("journey.unknown", "there is no journey %(code)s", code=code[:60])
    return found


def _journey(one: queries.JourneyView) -> JourneyOut:
    return JourneyOut(
        code=one.code, name=one.name, state=one.state, version=one.number, entered=one.entered, under_way=one.under_way, failed=one.failed
    )


def _enrolment(one: queries.EnrolmentView) -> EnrolmentOut:
    return EnrolmentOut(**{**one._asdict(), "journey": one.code, "version": one.number, "member": one.public_id})


def _passage(one: queries.PassageView) -> PassageOut:
    touch = one.touch
    return PassageOut(
        step=one.step,
        way=one.way,
        version=one.number,
        at=one.at,
        fact=one.fact,
        touch=touch.id if touch else None,
        touch_status=touch.status if touch else None,
        touch_why=touch.why if touch else None,
    )
