"""Check-ins and tasks of a member."""

from datetime import date

from django.http import HttpRequest
from ninja import Field, Router, Schema

from siyu.lib.clock import utc_now
from siyu.members.queries import numbered
from siyu.merchant.api import FAULTS, Body

from ..queries.check_in import check_in_of
from ..queries.tasks import TaskView, tasks_of
from ..services import check_in as attendance
from ..services import tasks as doing
from .asking import EDIT, VIEW, Code, caller

router = Router(tags=["Check-in and tasks"])


class CheckInOut(Schema):
    """How the member stands: today, the run, the next step of the ladder in so many days."""

    is_done_today: bool
    streak: int
    longest: int
    total: int
    next_in: int | None
    next_words: str


class CheckedInOut(Schema):
    """What a check-in did; `is_new` is false when it had been done before. `gives`: what the ladder gave, in words."""

    day: date
    streak: int
    is_new: bool
    gives: str


class StepOut(Schema):
    """A step of a task; its state is open, claimable, claimed or missed."""

    number: int
    target: int
    words: str
    state: str


class TaskOut(Schema):
    """A task as the member sees it in the running period."""

    code: str
    name: str
    description: str
    period: str
    first: date
    last: date
    progress: int
    target: int
    steps: list[StepOut]


class ClaimIn(Body):
    """One step, or all that can be claimed."""

    step: int | None = Field(None, ge=1, le=100)


class ClaimOut(Schema):
    """How many steps were claimed, and what they gave in words."""

    steps: int
    gives: str


@router.get("/members/{member}/check-in", auth=VIEW, response={200: CheckInOut, **FAULTS}, summary="Check-in")
def standing(request: HttpRequest, member: str) -> CheckInOut:
    """How the member stands with checking in."""
    found = check_in_of(numbered(member), utc_now())
    return CheckInOut(**{name: getattr(found, name) for name in CheckInOut.model_fields})


@router.post("/members/{member}/check-ins", auth=EDIT, response={200: CheckedInOut, **FAULTS}, summary="Check in")
def check_in(request: HttpRequest, member: str) -> CheckedInOut:
    """Check the member in on this business day: once, however often it is asked (so it takes no key)."""
    by, _ = caller(request, "")
    done = attendance.check_in(by, [numbered(member)], utc_now())[0]
    return CheckedInOut(day=done.day, streak=done.streak, is_new=done.is_new, gives=done.gained)


@router.get("/members/{member}/tasks", auth=VIEW, response={200: list[TaskOut], **FAULTS}, summary="Tasks")
def tasks(request: HttpRequest, member: str) -> list[TaskOut]:
    """The tasks that are open to the member, with progress."""
    return [_task(one) for one in tasks_of(numbered(member), utc_now())]


@router.post("/members/{member}/tasks/{code}/claim", auth=EDIT, response={200: ClaimOut, **FAULTS}, summary="Claim a task")
def claim(request: HttpRequest, member: str, code: Code, body: ClaimIn) -> ClaimOut:
    """Take what completed steps are worth; each once, so it takes no key. 409 `task.nothing_to_claim`."""
    by, _ = caller(request, "")
    done = doing.claim(by, numbered(member), code, utc_now(), step=body.step)
    return ClaimOut(steps=done.steps, gives=done.gained)


def _task(one: TaskView) -> TaskOut:
    told = {name: getattr(one, name) for name in TaskOut.model_fields if name != "steps"}
    return TaskOut(**told, steps=[StepOut(**step._asdict()) for step in one.steps])
