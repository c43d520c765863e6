"""Standing orders for assistants (SOP): after a fact, tasks on certain days, until another fact ends it."""

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import NamedTuple

import msgspec
from django.db import connection, transaction

from siyu.facts import filters
from siyu.lib.refusal import Refusal
from siyu.lib.sql import array, statements
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..models import Sop, SopStep, Template
from .proposing import Wish, propose
from .words import check_names

_sql = statements("siyu.touches", "sops")
_FACT = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
MAX_STEPS, MAX_DAY, MAX_KEPT, MAX_EXITS, MAX_SOPS = 30, 365, 60, 10, 200
BATCH = 500
MAX_SETS = 20


class FactFilter(msgspec.Struct, frozen=True):
    """A fact by which an order begins or ends: of this name, where its properties pass a filter."""

    fact: str
    where: filters.Where = {}


class Step(NamedTuple):
    """On a day after the fact, from a time on and for so many days, what a template of the medium `task` says."""

    day: int
    at: time
    template_code: str
    keep_days: int = 1


def publish_sop(
    by: Actor,
    code: str,
    name: str,
    starts: FactFilter,
    exits: Sequence[FactFilter],
    steps: Sequence[Step],
    *,
    is_new: bool = False,
    now: datetime,
) -> int:
    """Publish the next version of a standing order; who has begun keeps the days of the old one. Returns its id. Who means a new one
    says so (`is_new`), and publishes over no other.

    Refusals: `sop.code`, `sop.name`, `sop.fact`, `sop.where`, `sop.steps`, `sop.day`, `sop.template`, `sop.exists`, `sop.too_many`.
    """
    check_names("sop", code, name)
    _check_facts(starts, exits)
    _check_steps(steps)
    with transaction.atomic():
        newest = Sop.objects.select_for_update().filter(code=code).order_by("-version").first()
        if newest is not None and is_new:
            raise Refusal("sop.exists", "the standing order %(code)s is there already: open it to publish its next version", code=code)
        if newest is None and Sop.objects.values("code").distinct().count() >= MAX_SOPS:
            raise Refusal("sop.too_many", "there are %(limit)s standing orders already", limit=MAX_SOPS)
        made = Sop.objects.create(
            code=code,
            version=newest.version + 1 if newest else 1,
            name=name.strip(),
            starts_on=starts.fact,
            starts_where=starts.where,
            exits=[msgspec.to_builtins(one) for one in {_said(one): one for one in exits}.values()],
            created_by=by.name,
            created_at=now,
        )
        SopStep.objects.bulk_create(SopStep(sop=made, **step._asdict()) for step in sorted(steps))
        audit(
            by,
            "sop.published",
            f"sop:{code}",
            {"version": made.version, "starts_on": starts.fact, "days": [one.day for one in steps]},
            at=now,
        )
    return made.pk


def archive_sop(by: Actor, code: str, *, now: datetime) -> None:
    """Nobody begins it any more; who has begun goes on. Refusal: `sop.unknown`."""
    with transaction.atomic():
        if not Sop.objects.filter(code=code, archived_at=None).update(archived_at=now):
            raise Refusal("sop.unknown", "there is no such standing order")
        audit(by, "sop.archived", f"sop:{code}", at=now)


def take_steps(now: datetime) -> int:
    """Wish for what is due of standing orders; returns how many steps were taken. What is past its days does not come any more."""
    taken = 0
    for _ in range(MAX_SETS):
        some = _take_some(now)
        taken += some
        if some < BATCH:
            break
    return taken


def _take_some(now: datetime) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_sql.due, {"now": now, "limit": BATCH})
        rows = cursor.fetchall()
        cursor.execute(_sql.newest_templates, {"codes": sorted({row[7] for row in rows})})
        templates = dict(cursor.fetchall())
        wishes, states = [], []
        for _stand, code, origin, member, day, due, keep, template in rows:
            until = due + timedelta(days=keep)
            states.append("wished" if now < until else "late")
            if now < until:
                key, source = f"sop:{code}:{origin}:{day}", f"sop:{code}"
                wishes.append(Wish(member, templates[template], key, source, at=now, until=until, arm=f"D{day}"))
        propose(wishes, now=now)
        if rows:
            cursor.execute(_sql.settle, {"ids": array([row[0] for row in rows]), "states": states})
    return len(rows)


def _check_facts(starts: FactFilter, exits: Sequence[FactFilter]) -> None:
    facts = [starts, *exits]
    for one in facts:
        try:
            filters.check(one.where)
        except filters.FilterError as error:
            raise Refusal("sop.where", "%(fact)s: %(reason)s", fact=one.fact[:80], reason=str(error)) from error
    if not all(_FACT.fullmatch(one.fact) for one in facts) or len(exits) > MAX_EXITS or _said(starts) in map(_said, exits):
        raise Refusal(
            "sop.fact", "name a fact such as friend.added that starts it, and up to %(limit)s others that end it", limit=MAX_EXITS
        )


def _said(one: FactFilter) -> tuple[str, str]:
    """The same for all that say the same."""
    return one.fact, filters.canonical(one.where)


def _check_steps(steps: Sequence[Step]) -> None:
    if not 1 <= len(steps) <= MAX_STEPS or len({step.day for step in steps}) < len(steps):
        raise Refusal("sop.steps", "between 1 and %(limit)s steps, each on a day of its own", limit=MAX_STEPS)
    if any(not 0 <= step.day <= MAX_DAY or not 1 <= step.keep_days <= MAX_KEPT for step in steps):
        raise Refusal("sop.day", "days from 0 to %(days)s, each kept open 1 to %(kept)s days", days=MAX_DAY, kept=MAX_KEPT)
    codes = {step.template_code for step in steps}
    known = set(Template.objects.filter(code__in=codes, medium="task", archived_at=None).values_list("code", flat=True))
    if codes - known:
        raise Refusal("sop.template", "there is no template of staff tasks %(code)s", code=min(codes - known))
