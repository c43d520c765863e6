"""Staff tasks: whose, until when, what to say; done, or skipped with a reason."""

from datetime import datetime
from itertools import islice
from typing import Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from siyu.lib.clock import utc_now
from siyu.lib.web.dates import check_days
from siyu.lib.web.keyset import encode
from siyu.merchant.api import FAULTS, Body, IdempotencyKey
from siyu.merchant.rules import WHOLE, Actor
from siyu.merchant.services import audit

from .. import queries, services
from ..rules.tasks import MAX_NOTE
from ..services import Closed, Finish, Skip
from .asking import DO, EXPORT, MAX_PAGE, Day, caller, position

router = Router(tags=["Staff tasks"])
ORDER, READS, LINES = "api:staff-tasks", "api:staff-task-reads", "api:commission"


class TaskOut(Schema):
    """A task. Of an open one the gate was asked just now: `why` is its no, and then there is nothing to say."""

    id: UUID
    member: str = Field(description="the public id")
    assistant: int
    kind: str
    title: str
    purpose: str
    opened_at: datetime
    due_at: datetime
    state: str
    result: str
    closed_at: datetime | None
    read_at: datetime | None
    text: str
    why: str


class TasksOut(Schema):
    """A page of tasks, the most urgent first; `next` asks for the page behind it, and is empty on the last."""

    tasks: list[TaskOut]
    next: str


class ReadOut(Schema):
    """A task that its member has read. `followed`: the addresses that were opened; `is_new` until its own assistant has looked."""

    id: UUID
    member: str = Field(description="the public id")
    assistant: int
    kind: str
    title: str
    done_at: datetime
    read_at: datetime
    is_new: bool
    followed: list[str]


class ReadsOut(Schema):
    """A page of readings, newest first; `next` asks for the page behind it, and is empty on the last."""

    reads: list[ReadOut]
    next: str


class RankedOut(Schema):
    """An assistant: the tasks opened in a range and what became of them, and the orders paid in it that belong to a task of theirs.

    `said_answered` and `said_bought` are done tasks by what the assistant said came of them; `net_minor` is without what was given back.
    """

    assistant: int
    name: str
    opened: int
    done: int
    skipped: int
    expired: int
    closed: int
    open: int
    overdue: int
    rate: float
    readers: int
    said_answered: int
    said_bought: int
    buyers: int
    orders: int
    net_minor: int


class CommissionOut(Schema):
    """An order that belongs to a task of an assistant. `rate`, of 10,000, is that of the day of the payment."""

    assistant: int
    name: str
    member: str = Field(description="the public id")
    order_number: str
    shop: str
    paid_at: datetime
    task: str
    done_at: datetime
    net_minor: int
    rate: int
    commission_minor: int


class CommissionsOut(Schema):
    """A page of orders, the earliest payment first; `next` asks for the page behind it, and is empty on the last."""

    lines: list[CommissionOut]
    next: str


class FinishIn(Body):
    """What came of it."""

    result: Literal["sent", "answered", "bought"] = "sent"
    note: str = Field("", max_length=MAX_NOTE, pattern=r"^[^\x00]*$")


class SkipIn(Body):
    """Why it will not be done; `no_more` withdraws the consent for its purpose."""

    because: Literal["not_a_friend", "over_limit", "no_more", "not_fitting", "other"]
    note: str = Field("", max_length=MAX_NOTE, pattern=r"^[^\x00]*$")


class ClosedOut(Schema):
    """What the task is now. Still `open` with a `why`: the gate stands in the way for a while, such as quiet hours."""

    id: UUID
    state: str
    why: str
    detail: str


@router.get("/tasks", auth=DO, response={200: TasksOut, **FAULTS}, summary="Staff tasks")
def tasks(
    request: HttpRequest,
    assistant: int | None = Query(None, ge=1, le=2**63 - 1),
    state: Literal["open", "done", "skipped", "expired", "closed"] = "open",
    cursor: str = Query("", max_length=400),
    limit: int = Query(50, ge=1, le=MAX_PAGE),
) -> TasksOut:
    """Tasks in a state, of one assistant or all, page by page."""
    rows = queries.tasks(WHOLE, position(ORDER, cursor, limit), now=utc_now(), states=(state,), assistant_id=assistant)
    more = encode(ORDER, (rows[limit - 1].due_at, rows[limit - 1].touch_id)) if len(rows) > limit else ""
    return TasksOut(tasks=[_task(one) for one in rows[:limit]], next=more)


@router.get("/tasks/reads", auth=DO, response={200: ReadsOut, **FAULTS}, summary="Who has read what staff sent")
def reads(
    request: HttpRequest,
    assistant: int | None = Query(None, ge=1, le=2**63 - 1),
    cursor: str = Query("", max_length=400),
    limit: int = Query(50, ge=1, le=MAX_PAGE),
) -> ReadsOut:
    """Done tasks that were read in the last 14 days, of one assistant or all, page by page."""
    rows = queries.reads(WHOLE, position(READS, cursor, limit), now=utc_now(), assistant_id=assistant)
    more = encode(READS, (rows[limit - 1].read_at, rows[limit - 1].touch_id)) if len(rows) > limit else ""
    return ReadsOut(reads=[_read(one) for one in rows[:limit]], next=more)


@router.get("/tasks/ranking", auth=DO, response={200: list[RankedOut], **FAULTS}, summary="The ranking of assistants")
def ranking(request: HttpRequest, first: Day, last: Day, sort: Literal["rate", "net"] = "rate") -> list[RankedOut]:
    """Assistants over a range of business days, both included, by done rate or by net amount, the best first. 409 `range.invalid`."""
    check_days(first, last)
    return [_ranked(one) for one in queries.ranking(WHOLE, first, last, now=utc_now(), by_net=sort == "net")]


@router.get("/tasks/commission", auth=EXPORT, response={200: CommissionsOut, **FAULTS}, summary="The commission of assistants")
def commission(
    request: HttpRequest, first: Day, last: Day, cursor: str = Query("", max_length=400), limit: int = Query(50, ge=1, le=MAX_PAGE)
) -> CommissionsOut:
    """Orders paid on a range of business days, as they stand now, page by page; the first page stands in the audit. 409 `range.invalid`."""
    check_days(first, last)
    if not cursor:
        by: Actor = request.auth  # type: ignore[attr-defined]
        audit(by, "tasks.commission_exported", "tasks:commission", {"from": str(first), "to": str(last)})
    lines = list(islice(queries.commission_lines(WHOLE, first, last, position(LINES, cursor, limit).key), limit + 1))
    more = encode(LINES, lines[limit - 1].place) if len(lines) > limit else ""
    return CommissionsOut(lines=[_line(one) for one in lines[:limit]], next=more)


@router.post("/tasks/{uuid:task}/finish", auth=DO, response={200: ClosedOut, **FAULTS}, summary="A task was done")
def finish(request: HttpRequest, task: UUID, body: FinishIn, idempotency_key: IdempotencyKey) -> ClosedOut:
    """The touch counts as sent. The gate is asked once more: where it says no, the task closes and nothing counts. 404 `task.unknown`."""
    by, key = caller(request, idempotency_key)
    now, made = utc_now(), list[Closed]()
    done = [Finish(task, body.result, body.note)]
    services.once(key, ["finish", task, body.dict()], lambda: made.extend(services.finish_tasks(by, done, now=now)), now=now)
    return _closed(made[0] if made else services.finish_tasks(by, done, now=now)[0])


@router.post("/tasks/{uuid:task}/skip", auth=DO, response={200: ClosedOut, **FAULTS}, summary="A task will not be done")
def skip(request: HttpRequest, task: UUID, body: SkipIn, idempotency_key: IdempotencyKey) -> ClosedOut:
    """The touch is refused and its place under the caps is free. 404 `task.unknown`, 409 `task.closed`."""
    by, key = caller(request, idempotency_key)
    now, made = utc_now(), list[Closed]()
    skipped = [Skip(task, body.because, body.note)]
    services.once(key, ["skip", task, body.dict()], lambda: made.extend(services.skip_tasks(by, skipped, now=now)), now=now)
    return _closed(made[0] if made else services.skip_tasks(by, skipped, now=now)[0])


def _closed(one: Closed) -> ClosedOut:
    return ClosedOut(id=one.touch_id, state=one.state, why=one.why, detail=one.detail)


def _task(one: queries.TaskView) -> TaskOut:
    told = {name: getattr(one, name) for name in TaskOut.model_fields if name not in ("id", "member", "assistant")}
    return TaskOut(id=one.touch_id, member=one.public_id, assistant=one.assistant_id, **told)


def _read(one: queries.ReadView) -> ReadOut:
    told = {name: getattr(one, name) for name in ReadOut.model_fields if name not in ("id", "member", "assistant", "followed")}
    return ReadOut(id=one.touch_id, member=one.public_id, assistant=one.assistant_id, followed=list(one.followed), **told)


def _ranked(one: queries.Ranked) -> RankedOut:
    told = one.rate._asdict() | one.earned._asdict() | {"rate": one.rate.rate}
    told |= {"assistant": told.pop("assistant_id"), "said_answered": told.pop("answered"), "said_bought": told.pop("bought")}
    return RankedOut(**told)


def _line(one: queries.CommissionLine) -> CommissionOut:
    told = one._asdict()
    return CommissionOut(**{"assistant": told.pop("assistant_id"), "name": told.pop("assistant"), **told})
