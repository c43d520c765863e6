"""What people do with badges: make and change them, give one by hand, take one back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection, transaction

from siyu.facts.filters import FilterError
from siyu.facts.filters import check as check_filter
from siyu.facts.rules import Derived, Incoming
from siyu.facts.services import define_counter
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.loyalty.rewards import check_all
from siyu.members.services import Carrier, lock
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ...badges import AWARDED, BY_RULE, REVOKED, Change, Known, badges, held, judge, write_awards
from ...models import Badge as BadgeRow
from ...rules.badges import Badge, faults
from ...saying import fact, handles_of, tell
from ...words import check_code, check_name

_sql = statements("siyu.membership", "honours")
MAX_BADGES = 200
MAX_SET = 10_000
PORTION = 2_000  # members measured in one transaction
MAX_WORDS = 500


def publish_badge(
    by: Actor,
    code: str,
    name: str,
    definition: dict[str, Any],
    *,
    now: datetime,
    description: str = "",
    icon: str = "award",
    colour: str = "yellow",
    sort: int = 0,
) -> int:
    """Make a badge, or change one; members are measured by it from their next fact on. Returns its id.

    Refusals: `badge.code`, `badge.name`, `badge.definition`, `badge.too_many`, and those of rewards.
    """
    check_code("badge", code)
    check_name("badge", name)
    checked = checked_badge(definition)
    if not icon.replace("-", "").isalnum() or not colour.isalpha() or len(description) > MAX_WORDS:
        raise Refusal("badge.definition", "an icon and a colour are named by small letters; a description has at most 500 characters")
    with transaction.atomic():
        row = BadgeRow.objects.select_for_update().filter(code=code).first()
        if row is None and BadgeRow.objects.count() >= MAX_BADGES:
            raise Refusal("badge.too_many", "there are %(limit)s badges already", limit=MAX_BADGES)
        if row is not None and len(checked.levels) < len(row.definition["levels"]):
            raise Refusal("badge.definition", "levels that members have cannot be left out")
        row = row or BadgeRow(code=code, created_by=by.name, created_at=now)
        row.name, row.description, row.icon, row.colour, row.sort = name.strip(), description.strip(), icon, colour, sort
        row.definition, row.archived_at = msgspec.to_builtins(checked), None
        row.counter_id = define_counter(checked.trigger, checked.where, now=now) if checked.measure == "facts" else None
        row.save()
        audit(by, "badge.published", f"badge:{code}", {"name": name, "definition": row.definition}, at=now)
    return row.pk


def archive_badge(by: Actor, code: str, *, now: datetime) -> None:
    """Award a badge no more; who has it keeps it. Repeating changes nothing. Refusal: `badge.unknown`."""
    with transaction.atomic():
        row = BadgeRow.objects.select_for_update().filter(code=code).first()
        if row is None:
            raise Refusal("badge.unknown", "there is no such badge")
        if row.archived_at is None:
            row.archived_at = now
            row.save(update_fields=["archived_at"])
            audit(by, "badge.archived", f"badge:{code}", at=now)


def award_badge(by: Actor, member_ids: Sequence[int], code: str, level: int, because: str, *, now: datetime) -> int:
    """Give a level of a badge (and those below it) to members by hand; returns how many had less before.

    Refusals: `badge.unknown`, `badge.level`, `badge.because`, `badge.too_many`, `member.unknown`.
    """
    members = sorted(set(member_ids))
    if len(members) > MAX_SET:
        raise Refusal("badge.too_many", "at most %(limit)s members at a time", limit=MAX_SET)
    if not because.strip() or len(because) > MAX_WORDS:
        raise Refusal("badge.because", "say why the badge is given")
    with transaction.atomic(), connection.cursor() as cursor:
        lock(cursor.cursor, members)
        known = _badge(cursor.cursor, code, level)
        handles = handles_of(members)
        had = held(cursor.cursor, members, known.id)
        missing = [(member, number) for member in members for number in range(1, level + 1) if number not in had.get(member, ())]
        changes = [Change(known, number, member, now, None) for member, number in missing]
        write_awards(cursor.cursor, changes, by.name if by.name != BY_RULE else f"{by.name} (hand)", because.strip())
        facts = [
            fact(
                AWARDED,
                handles[one.member].handle,
                now,
                f"badge:{code}:{one.level}:{one.member}:{now.isoformat()}",
                {"badge": code, "level": one.level},
            )
            for one in changes
        ]
        tell(by, facts, now)
        audit(by, "badge.awarded", f"badge:{code}", {"level": level, "members": len(members), "first": members[:20]}, because, at=now)
    return len({one.member for one in changes})


def revoke_badge(by: Actor, member_id: int, code: str, level: int, because: str, *, now: datetime) -> bool:
    """Take a level of a badge, and those above it, from a member; False when the member had none of them.

    Refusals: `badge.unknown`, `badge.level`, `badge.because`.
    """
    if not because.strip() or len(because) > MAX_WORDS:
        raise Refusal("badge.because", "say why the badge is taken back")
    with transaction.atomic(), connection.cursor() as cursor:
        lock(cursor.cursor, [member_id])
        known = _badge(cursor.cursor, code, level)
        named: dict[str, Any] = {"badge": known.id, "member": member_id, "level": level, "maker": ""}
        cursor.execute(_sql.revoke, {**named, "now": now, "because": because.strip()})
        if not cursor.rowcount:
            return False
        handle = handles_of([member_id])[member_id].handle
        key = f"badge.revoked:{code}:{level}:{member_id}:{now.isoformat()}"
        tell(by, [fact(REVOKED, handle, now, key, {"badge": code, "level": level})], now)
        audit(by, "badge.revoked", f"member:{member_id}", {"badge": code, "level": level}, because, at=now)
    return True


def judge_badge(by: Actor, code: str, *, now: datetime) -> int:
    """Measure every member by a badge now, who was not heard of since it was made too; returns how many levels changed hands.

    Runs in portions, each a transaction of its own; repeating it changes nothing. Refusals: `badge.unknown`, `badge.measure`.
    """
    changed, last = 0, 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            known = _badge(cursor.cursor, code, 1)
            if known.badge.measure in ("hand", "years"):
                raise Refusal("badge.measure", "this badge is not measured: it is given by hand, or on the day")
            cursor.execute(_sql.people, {"after": last, "limit": PORTION})
            members = [row[0] for row in cursor.fetchall()]
            if not members:
                audit(by, "badge.judged", f"badge:{code}", {"changed": changed}, at=now)
                return changed
            lock(cursor.cursor, members)
            news = judge(cursor.cursor, known, members, now)
            handles = handles_of([one.member_id for one in news]) if news else {}
            tell(by, [_fact(one, handles[one.member_id], now) for one in news], now)
            changed, last = changed + len(news), members[-1]


def checked_badge(definition: dict[str, Any]) -> Badge:
    """The definition of a badge, read and checked. Refusals: `badge.definition`, and those of rewards."""
    try:
        checked = msgspec.convert(definition, type=Badge)
        check_filter(checked.where)
    except (msgspec.ValidationError, FilterError) as error:
        raise Refusal("badge.definition", "the badge cannot be read: %(fault)s", fault=error) from error
    if fault := faults(checked):
        raise Refusal("badge.definition", fault)
    for level in checked.levels:
        check_all(level.rewards)
    return checked


def _badge(cursor: Any, code: str, level: int) -> Known:
    known = next((one for one in badges(cursor) if one.code == code), None)
    if known is None:
        raise Refusal("badge.unknown", "there is no such badge")
    if not 1 <= level <= len(known.badge.levels):
        raise Refusal("badge.level", "this badge has %(levels)s levels", levels=len(known.badge.levels))
    return known


def _fact(news: Derived, named: Carrier, now: datetime) -> Incoming:
    told = news.properties
    key = f"{news.name}:{told['badge']}:{told['level']}:{news.member_id}:{now.isoformat()}"
    return fact(news.name, named.handle, now, key, told)
