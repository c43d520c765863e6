"""Reads of the outbox, templates and standing orders: what was wanted, what became of it, and why not."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from siyu.lib.sql import statements
from siyu.lib.web.keyset import Position
from siyu.merchant.rules import Scope

from ..models import Sop, SopStep, Template

_sql = statements("siyu.touches", "reading")
_sops = statements("siyu.touches", "sops")


class TouchView(NamedTuple):
    """A touch as lists show it."""

    id: UUID
    public_id: str
    nickname: str
    medium: str
    purpose: str
    template: str
    source: str
    arm: str
    status: str
    why: str
    detail: str
    wanted_at: datetime
    at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    opened_at: datetime | None
    clicked_at: datetime | None


class SopView(NamedTuple):
    """A standing order and what it has brought: members, steps."""

    code: str
    name: str
    version: int
    starts_on: str
    starts_where: dict[str, Any]
    begun: int
    waiting: int
    wished: int
    late: int
    exited: int


def touches(
    scope: Scope, at: Position, *, status: str = "", why: str = "", medium: str = "", source: str = "", member_id: int | None = None
) -> list[TouchView]:
    """Touches of a scope, newest first, by what they are and why not."""
    key, touch = at.key or (None, None)
    columns = {"status": status, "why": why, "medium": medium, "source": source, "member": member_id, "key": key, "touch": touch}
    with connection.cursor() as cursor:
        statement = _sql.touches_newer if at.is_backwards else _sql.touches
        cursor.execute(statement, columns | {"limit": at.limit, **scope.parameters()})
        return [TouchView(*row) for row in cursor.fetchall()]


def templates(medium: str = "") -> list[Template]:
    """The newest version of each template that is not archived."""
    newest = Template.objects.order_by("code", "-version").distinct("code")
    return [one for one in newest[:2_000] if one.archived_at is None and medium in ("", one.medium)]


def template(code: str) -> Template | None:
    """The newest version of a template."""
    return Template.objects.filter(code=code).order_by("-version").first()


def sops() -> list[SopView]:
    """Standing orders in force, with their counts."""
    with connection.cursor() as cursor:
        cursor.execute(_sops.counts)
        counts = {code: numbers for code, *numbers in cursor.fetchall()}
    newest = Sop.objects.order_by("code", "-version").distinct("code")[:1_000]
    return [
        SopView(one.code, one.name, one.version, one.starts_on, one.starts_where, *counts.get(one.code, [0] * 5))
        for one in newest
        if one.archived_at is None
    ]


def sop(code: str) -> tuple[Sop, list[SopStep]] | None:
    """The newest version of a standing order and its steps."""
    found = Sop.objects.filter(code=code).order_by("-version").first()
    return None if found is None else (found, list(found.steps.order_by("day")))
