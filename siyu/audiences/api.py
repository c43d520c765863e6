"""Audiences for programs: what there is, who is in, why; make one, count a rule before it is one."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from siyu.lib.clock import utc_now
from siyu.lib.refusal import Refusal
from siyu.lib.web.dates import check_days
from siyu.members.queries import numbered
from siyu.merchant.api import FAULTS, Body, IdempotencyKey, ScopedKey
from siyu.merchant.rules import WHOLE

from . import queries, services
from .conditions import kinds
from .rules import parsed
from .schema import schema
from .value import migration
from .why import Answer
from .why import why as reasons

router = Router(tags=["Audiences"])
VIEW, EDIT = ScopedKey("audiences.view"), ScopedKey("audiences.edit")
MAX_PAGE = 1_000


class AudienceOut(Schema):
    """An audience; `version` 0 means that nobody was judged yet, `is_computing` that the worker judges everybody now."""

    id: int
    name: str
    description: str
    members: int
    version: int
    is_computing: bool
    tag: str


class AudienceIn(Body):
    """A new audience. `rule` is a tree as `GET /audiences/schema` describes it."""

    name: str = Field(min_length=1, max_length=100)
    rule: dict[str, Any]
    description: str = Field("", max_length=1_000)
    tag: str = Field("", max_length=60, description="carried by those who are in")


class RuleIn(Body):
    """A rule to be counted."""

    rule: dict[str, Any]


class CountOut(Schema):
    """How many people a rule holds now; not `is_exact`: reckoned from a sample, because counting all takes too long."""

    members: int
    people: int
    is_exact: bool


class MemberOut(Schema):
    """A member of an audience."""

    id: str = Field(description="the public id")
    since: datetime


class MembersOut(Schema):
    """A page of members; `next` asks for the page behind it, and is null on the last."""

    members: list[MemberOut]
    next: int | None


class AnswerOut(Schema):
    """A node of a rule with its answer for a member, in words."""

    at: str = Field(description="the node: all[1].not")
    words: str
    holds: bool
    told: str
    facts: list[str] = Field(description="names and instants of the latest facts behind it")
    nodes: list["AnswerOut"]


class MoveOut(Schema):
    """People who went from one value group to another, or stayed; `was` is empty for who was not known before."""

    was: str
    stands: str
    people: int
    net_minor: int = Field(description="what they brought in the range, in minor units")


@router.get("", auth=VIEW, response={200: list[AudienceOut], **FAULTS}, summary="Audiences")
def audiences(request: HttpRequest) -> list[Any]:
    """Living audiences, newest first; at most 500."""
    return list(queries.audiences(WHOLE))


@router.get("/schema", auth=VIEW, response={200: dict[str, Any], **FAULTS}, summary="The JSON schema of rules")
def rule_schema(request: HttpRequest) -> dict[str, Any]:
    """What a rule may be, generated from the conditions."""
    return schema()


@router.get("/value-groups", auth=VIEW, response={200: list[MoveOut], **FAULTS}, summary="Migration between value groups")
def value_groups(request: HttpRequest, first: date, last: date) -> list[Any]:
    """Everybody's value group before the business day `first` and at the end of `last`: high_value, silent_potential, ordinary,
    interested or onlooker. 409 `range.invalid`, and `rfm.missing` before borders of RFM were taken."""
    check_days(first, last)
    moved = migration(first, last, WHOLE)
    if moved is None:
        raise Refusal("rfm.missing", "no borders of RFM were taken yet: take them on the page of the RFM grid")
    return list(moved.moves)


@router.post("", auth=EDIT, response={200: AudienceOut, **FAULTS}, summary="Make an audience")
def create(request: HttpRequest, body: AudienceIn, idempotency_key: IdempotencyKey) -> Any:
    """Make an audience; the worker judges everybody in a moment. 409 `rule.invalid` names the node and the reason."""
    by = request.auth  # type: ignore[attr-defined]
    told = body.dict()
    number = services.create(by, told.pop("name"), told.pop("rule"), key=f"api:{by.id}:{idempotency_key}", now=utc_now(), **told)
    return _audience(number)


@router.post("/count", auth=VIEW, response={200: CountOut, **FAULTS}, summary="Count a rule")
def count(request: HttpRequest, body: RuleIn) -> Any:
    """How many people a rule would hold, within a bounded time."""
    return queries.preview(body.rule, utc_now(), WHOLE)


@router.get("/{int:audience}", auth=VIEW, response={200: AudienceOut, **FAULTS}, summary="An audience")
def one(request: HttpRequest, audience: int) -> Any:
    """One audience with its size. 404 `audience.unknown`."""
    return _audience(audience)


@router.get("/{int:audience}/members", auth=VIEW, response={200: MembersOut, **FAULTS}, summary="Who is in")
def members(
    request: HttpRequest, audience: int, after: int = Query(0, ge=0, le=2**63 - 1), limit: int = Query(100, ge=1, le=MAX_PAGE)
) -> MembersOut:
    """Members in a stable order, page by page: ask again with `after` = `next`."""
    _audience(audience)
    rows = queries.members(audience, WHOLE, after=after, limit=limit + 1)
    shown = [MemberOut(id=row.public_id, since=row.since) for row in rows[:limit]]
    return MembersOut(members=shown, next=rows[limit - 1].id if len(rows) > limit else None)


@router.get("/{int:audience}/members/{member}/why", auth=VIEW, response={200: AnswerOut, **FAULTS}, summary="Why a member is in or not")
def why(request: HttpRequest, audience: int, member: str) -> AnswerOut:
    """Every node of the rule with its answer for a member."""
    found = _audience(audience)
    rule = queries.rule_of(audience, found.version or None) or {}
    return _told(reasons(parsed(rule, kinds()), numbered(member), utc_now()))


def _audience(number: int) -> queries.AudienceView:
    found = queries.audience(number)
    if found is None or found.archived_at is not None:
        raise Refusal("audience.unknown", "there is no such audience")
    return found


def _told(answer: Answer) -> AnswerOut:
    facts = [f"{fact.name} {fact.occurred_at.isoformat()}" for fact in answer.facts]
    nodes = [_told(node) for node in answer.nodes]
    return AnswerOut(at=answer.at, words=answer.words, holds=answer.holds, told=answer.told, facts=facts, nodes=nodes)
