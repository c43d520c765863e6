"""Tasks as pages and the member centre show them."""

from datetime import date, datetime
from typing import NamedTuple

import msgspec
from django.db import connection

from siyu.lib.sql import statements
from siyu.loyalty.rewards import words_of_all
from siyu.merchant.queries import today
from siyu.merchant.rules import WHOLE, Scope

from ..models import Completion
from ..models import Task as TaskRow
from ..progress import eligibility, read, versions
from ..rules.task_book import TaskBook
from ..rules.tasks import Done, Task, window_of

_sql = statements("siyu.membership", "tasks")
LIMIT = 500


class StepView(NamedTuple):
    """A step of a member's task: `state` is open, claimable, claimed or missed."""

    number: int
    target: int
    words: str
    state: str


class TaskView(NamedTuple):
    """A task as a member sees it: progress in the running period, what each step gives."""

    code: str
    name: str
    description: str
    period: str
    first: date
    last: date
    progress: int
    target: int  # of the next step, or the last
    steps: list[StepView]
    is_by_hand: bool

    @property
    def is_claimable(self) -> bool:
        return any(step.state == "claimable" for step in self.steps)

    @property
    def is_done(self) -> bool:
        return all(step.state == "claimed" for step in self.steps)


class TaskFigures(NamedTuple):
    """A task in a span: who did something toward it, who completed its first and its last step, how much of that was claimed."""

    code: str
    name: str
    version: int
    definition: Task
    from_day: date
    until_day: date | None
    archived_at: datetime | None
    begun: int
    completed: int
    completed_last: int
    completions: int
    claims: int

    @property
    def rate(self) -> float | None:
        """The share of those who began that completed the last step."""
        return self.completed_last / self.begun if self.begun else None


class CompletionView(NamedTuple):
    id: int
    public_id: str
    nickname: str
    start: date
    step: int  # from 0
    completed_at: datetime
    claimed_at: datetime | None
    claim_until: date | None


def tasks_of(member_id: int, now: datetime) -> list[TaskView]:
    """The tasks that a member may do now, or completed and may claim, in the order of the list."""
    day = today(now)
    with connection.cursor() as cursor:
        known = versions(cursor.cursor)
        may = eligibility(cursor.cursor, known, [member_id], day)
        book = TaskBook(known, may)
        read(cursor.cursor, book, known, [member_id])
    texts = {row.code: row for row in TaskRow.objects.order_by("code", "version")}
    claims = {Done(row.task, row.start, row.step): row for row in Completion.objects.filter(owner_id=member_id).order_by("-id")[:LIMIT]}
    found = []
    for code, row in sorted(texts.items(), key=lambda item: (item[1].sort, item[0])):
        version = book.in_force(code, day)
        if version is None or not may(member_id, version.task):
            continue
        first, last = window_of(version.task, day, version.since, version.until_day)
        progress = book.progress(version, member_id, day)
        steps = [
            StepView(number + 1, step.target, words_of_all(step.rewards), _state(claims.get(Done(code, first, number)), day))
            for number, step in enumerate(version.task.steps)
        ]
        target = next((step.target for step in version.task.steps if step.target > progress), version.task.steps[-1].target)
        by_hand = version.task.claim == "by_hand"
        found.append(TaskView(code, row.name, row.description, version.task.period, first, last, progress, target, steps, by_hand))
    return found


def task_figures(first: date, last: date, scope: Scope = WHOLE, *, archived: bool = False) -> list[TaskFigures]:
    """Every task's newest version with its figures of a span of days."""
    newest: dict[str, TaskRow] = {}
    for row in TaskRow.objects.order_by("code", "version")[: LIMIT * 10]:
        newest[row.code] = row
    rows = sorted((row for row in newest.values() if archived or row.archived_at is None), key=lambda row: (row.sort, row.code))
    span = {"first": first, "last": last, **scope.parameters()}
    with connection.cursor() as cursor:
        cursor.execute(_sql.begun, span | {"counters": [row.counter_id for row in rows]})
        begun = dict(cursor.fetchall())
        cursor.execute(_sql.figures, span)
        steps = {(code, step): counts for code, step, *counts in cursor.fetchall()}
    return [_figures(row, begun.get(row.counter_id, 0), steps) for row in rows]


def one_task(code: str) -> TaskRow | None:
    """The newest version of a task."""
    return TaskRow.objects.filter(code=code).order_by("-version").first()


def task_versions(code: str) -> list[TaskRow]:
    """Versions of a task, the newest first."""
    return list(TaskRow.objects.filter(code=code).order_by("-version")[:50])


def latest_completions(code: str, scope: Scope = WHOLE, limit: int = 50) -> list[CompletionView]:
    """Who completed a task last."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.latest_completions, {"task": code, "limit": min(limit, LIMIT), **scope.parameters()})
        return [CompletionView(*row) for row in cursor.fetchall()]


def _state(row: Completion | None, day: date) -> str:
    if row is None:
        return "open"
    if row.claimed_at is not None:
        return "claimed"
    return "missed" if row.claim_until is not None and row.claim_until < day else "claimable"


def _figures(row: TaskRow, begun: int, steps: dict[tuple[str, int], list[int]]) -> TaskFigures:
    task = msgspec.convert(row.definition, type=Task)
    own = [steps.get((row.code, number), [0, 0, 0]) for number in range(len(task.steps))]
    return TaskFigures(
        code=row.code,
        name=row.name,
        version=row.version,
        definition=task,
        from_day=row.from_day,
        until_day=row.until_day,
        archived_at=row.archived_at,
        begun=max(begun, own[0][1]),
        completed=own[0][1],
        completed_last=own[-1][1],
        completions=sum(counts[0] for counts in own),
        claims=sum(counts[2] for counts in own),
    )
