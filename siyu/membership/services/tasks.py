"""The writers of tasks: publish a version, end a task, claim what was completed."""

from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection, transaction

from siyu.facts.filters import FilterError
from siyu.facts.filters import check as check_filter
from siyu.facts.services import define_counter
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.loyalty.rewards import check_all, give, words_of_all
from siyu.members.services import lock
from siyu.merchant.queries import today
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..models import Task as TaskRow
from ..progress import rewards_of, versions
from ..rules.tasks import Task, faults
from ..words import check_code, check_name

_sql = statements("siyu.membership", "tasks")
MAX_TASKS = 200
MAX_DESCRIPTION = 500


class Claimed(NamedTuple):
    """What a claim gave: how many steps, and what for them in words."""

    steps: int
    gained: str


def publish_task(
    by: Actor,
    code: str,
    name: str,
    definition: dict[str, Any],
    from_day: date,
    *,
    today: date,
    now: datetime,
    until_day: date | None = None,
    description: str = "",
    sort: int = 0,
) -> int:
    """Publish the next version of a task, or the first of a new one; returns its version. What counts lies on `from_day` of the first
    version or later; periods that are under way go on under the new version.

    Refusals: `task.code`, `task.name`, `task.definition`, `task.past`, `task.until`, `task.too_many`, and those of rewards.
    """
    check_code("task", code)
    check_name("task", name)
    checked = checked_task(definition)
    if from_day < today:
        raise Refusal("task.past", "past days were judged by the task of their day: choose today or later")
    if until_day is not None and until_day < from_day:
        raise Refusal("task.until", "a task cannot end before it begins")
    if len(description) > MAX_DESCRIPTION or not -1_000_000 <= sort <= 1_000_000:
        raise Refusal("task.definition", "a description has at most %(limit)s characters", limit=MAX_DESCRIPTION)
    with transaction.atomic():
        counter = define_counter(checked.trigger, checked.where, now=now)
        newest = TaskRow.objects.select_for_update().filter(code=code).order_by("-version").first()
        if newest is None and TaskRow.objects.values("code").distinct().count() >= MAX_TASKS:
            raise Refusal("task.too_many", "there are %(limit)s tasks already", limit=MAX_TASKS)
        if newest is not None and from_day < newest.from_day:
            raise Refusal("task.past", "version %(version)s begins on %(day)s", version=newest.version, day=newest.from_day)
        version = newest.version + 1 if newest is not None else 1
        content = msgspec.to_builtins(checked)
        TaskRow.objects.create(
            code=code,
            version=version,
            name=name.strip(),
            description=description.strip(),
            definition=content,
            counter_id=counter,
            since=newest.since if newest is not None else from_day,
            from_day=from_day,
            until_day=until_day,
            sort=sort,
            created_by=by.name,
            created_at=now,
        )
        detail = {"name": name, "version": version, "from": str(from_day), "until": str(until_day or ""), "definition": content}
        audit(by, "task.published", f"task:{code}", detail, at=now)
    return version


def archive_task(by: Actor, code: str, last_day: date, *, today: date, now: datetime) -> None:
    """End a task: deeds of `last_day` are the last that count. What is completed can still be claimed.

    Refusals: `task.unknown`, `task.archived`, `task.past`.
    """
    with transaction.atomic():
        newest = TaskRow.objects.select_for_update().filter(code=code).order_by("-version").first()
        if newest is None:
            raise Refusal("task.unknown", "there is no such task")
        if newest.archived_at is not None:
            raise Refusal("task.archived", "it ended on %(day)s", day=newest.until_day)
        if last_day < today:
            raise Refusal("task.past", "past days were judged by the task of their day: choose today or later")
        newest.until_day, newest.archived_at = last_day, now
        newest.save(update_fields=["until_day", "archived_at"])
        audit(by, "task.archived", f"task:{code}", {"version": newest.version, "until": str(last_day)}, at=now)


def claim(by: Actor, member_id: int, code: str, now: datetime, *, step: int | None = None) -> Claimed:
    """Give a member what completed steps of a task are worth (one step, from 1, or all); each once.

    Refusals: `task.unknown`, `task.nothing_to_claim`.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        lock(cursor.cursor, [member_id])
        known = {one.version: one for one in versions(cursor.cursor) if one.code == code}
        if not known:
            raise Refusal("task.unknown", "there is no such task")
        wanted: dict[str, Any] = {"member": member_id, "task": code, "day": today(now), "step": None if step is None else step - 1}
        cursor.execute(_sql.open_completions, wanted)
        rows = cursor.fetchall()
        if not rows:
            raise Refusal("task.nothing_to_claim", "nothing of this task is completed and waits to be claimed")
        rewards = [
            reward
            for _id, version, start, number, origin in rows
            for reward in rewards_of(known[version], number, str(start), origin, member_id)
        ]
        give(by, rewards, now)
        cursor.execute(_sql.claim, {"ids": [row[0] for row in rows], "now": now})
        detail = {"steps": [row[3] + 1 for row in rows], "periods": [str(row[2]) for row in rows]}
        audit(by, "task.claimed", f"member:{member_id}", {"task": code} | detail, at=now)
    return Claimed(len(rows), words_of_all([reward.terms for reward in rewards]))


def checked_task(definition: dict[str, Any]) -> Task:
    """The definition of a task, read and checked. Refusals: `task.definition`, and those of rewards."""
    try:
        checked = msgspec.convert(definition, type=Task)
    except msgspec.ValidationError as error:
        raise Refusal("task.definition", "the task cannot be read: %(fault)s", fault=error) from error
    if fault := faults(checked):
        raise Refusal("task.definition", fault)
    try:
        check_filter(checked.where)
    except FilterError as error:
        raise Refusal("task.definition", "the filter cannot be read: %(fault)s", fault=error) from error
    for one in checked.steps:
        check_all(one.rewards)
    return checked
