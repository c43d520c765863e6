"""Reads of reading: which members opened what an assistant sent them by a task, or followed a link of it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from django.db.models import QuerySet

from siyu.lib.web.keyset import Position, cut
from siyu.merchant.rules import Scope

from ..models import Link, StaffTask

READ_DAYS = 14  # how long a reading is news
MAX_COUNTED = 100


class ReadView(NamedTuple):
    """A task that its member has read: `followed` are the addresses that were opened, without their queries; `is_new` until its own
    assistant has looked."""

    touch_id: UUID
    public_id: str
    nickname: str
    assistant_id: int
    kind: str
    title: str
    done_at: datetime
    read_at: datetime
    is_new: bool
    followed: tuple[str, ...]


def reads(scope: Scope, at: Position, *, now: datetime, assistant_id: int | None = None) -> list[ReadView]:
    """What members of a scope have read in the last `READ_DAYS` days, newest first."""
    found = _read(scope, now, assistant_id).select_related("member", "touch__template")
    rows = list(cut(found, at, "-read_at", "-touch_id"))
    followed = _followed(row.pk for row in rows)
    return [_view(row, followed.get(row.pk, ())) for row in rows]


def new_reads(scope: Scope, *, now: datetime) -> int:
    """How many of them their assistants have not looked at; counted up to `MAX_COUNTED`."""
    return _read(scope, now, None).filter(looked_at=None)[:MAX_COUNTED].count()


def _read(scope: Scope, now: datetime, assistant_id: int | None) -> "QuerySet[StaffTask]":
    found = StaffTask.objects.filter(state="done", read_at__gte=now - timedelta(days=READ_DAYS))
    for wanted in (scope.assistant_id, assistant_id):
        if wanted is not None:
            found = found.filter(assistant_id=wanted)
    return found if scope.store_ids is None else found.filter(member__store_id__in=scope.store_ids)


def _followed(touches: Iterable[UUID]) -> dict[UUID, tuple[str, ...]]:
    found: dict[UUID, tuple[str, ...]] = {}
    for touch, url in Link.objects.filter(touch_id__in=list(touches), clicks__gt=0).order_by("url").values_list("touch_id", "url"):
        found[touch] = (*found.get(touch, ()), urlunsplit(urlsplit(url)._replace(query="", fragment="")))
    return found


def _view(row: StaffTask, followed: tuple[str, ...]) -> ReadView:
    assert row.closed_at is not None
    assert row.read_at is not None
    return ReadView(
        touch_id=row.pk,
        public_id=row.member.public_id,
        nickname=row.member.nickname or "",
        assistant_id=row.assistant_id,
        kind=row.kind,
        title=row.touch.template.name,
        done_at=row.closed_at,
        read_at=row.read_at,
        is_new=row.looked_at is None,
        followed=followed,
    )
