"""The writers of check-ins: check in, make up a missed day, publish the ladder."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple

import msgspec
from django.db import connection, transaction

from siyu.facts.rules import Incoming
from siyu.lib.refusal import Refusal
from siyu.lib.sql import statements
from siyu.loyalty.rewards import Because, check_all, give, words_of_all
from siyu.loyalty.services import Spend, define_unit, spend
from siyu.members.services import Carrier, lock
from siyu.merchant.queries import today
from siyu.merchant.rules import Actor
from siyu.merchant.services import audit

from ..attendance import Day, Gained, in_force, read, rewards_of, versions, write
from ..models import CheckInVersion
from ..rules.check_in import Attendance, MakeUp, Programme, attend, faults, streak_on
from ..rules.periods import BEGINNING, period_of
from ..saying import fact, handles_of, tell

_sql = statements("siyu.membership", "check_in")
MAX_SET = 10_000
CARD = "quota:make_up_card"  # the unit of make-up cards
ONE = timedelta(days=1)


class CheckedIn(NamedTuple):
    """What a member hears: the day, how many in a row, what the ladder gave. `is_new` is false when it had been done before."""

    member_id: int
    day: date
    streak: int
    is_new: bool
    gained: str


def check_in(by: Actor, member_ids: Sequence[int], now: datetime) -> list[CheckedIn]:
    """Check members in on the business day of `now`, once however often it is asked, and give what the ladder gives.

    The points of the plain check-in are earned by the earn rule on the fact. Refusals: `check_in.too_many`, `member.unknown`.
    """
    members = list(dict.fromkeys(member_ids))
    if len(members) > MAX_SET:
        raise Refusal("check_in.too_many", "at most %(limit)s members at a time", limit=MAX_SET)
    day = today(now)
    with transaction.atomic(), connection.cursor() as cursor:
        lock(cursor.cursor, members)
        handles, known = handles_of(members), read(cursor.cursor, members)
        waiting = [member for member in members if day not in known.get(member, Attendance()).days]
        gained = _attend(known, {member: handles[member] for member in waiting}, day, now)
        facts = []
        for member in waiting:
            named, streak = handles[member], streak_on(known[member].days, day)
            facts.append(fact("member.checked_in", named.handle, now, f"check_in:{named.id}:{day}", {"streak": streak}))
        tell(by, facts, now)
        if waiting:
            _give(by, gained, now)
            audit(
                by, "members.checked_in", f"member:{waiting[0]}", {"members": len(waiting), "first": waiting[:20], "day": str(day)}, at=now
            )
    return [_told(member, known[member], day, member in set(waiting), gained) for member in members]


def make_up(by: Actor, member_id: int, day: date, now: datetime, pay: Literal["card", "points"] = "card") -> CheckedIn:
    """Make up a missed day with a card, or for points where there is a price; the ladder then pays what it reaches.

    Asking again changes nothing. Refusals: `check_in.make_up_off`, `check_in.too_long_ago`, `check_in.not_missed`,
    `check_in.make_up_limit`, `value.insufficient`, `member.unknown`.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        lock(cursor.cursor, [member_id])
        named, this_day = handles_of([member_id])[member_id], today(now)
        known = read(cursor.cursor, [member_id])
        attendance = known.setdefault(member_id, Attendance())
        version = in_force(versions(cursor.cursor), this_day)
        rule = version.programme.make_up if version is not None else None
        if day in attendance.days:
            return _told(member_id, attendance, this_day, False, [])
        _pay(by, member_id, day, this_day, rule, pay, now)
        gained = _attend(known, {member_id: named}, day, now, is_made_up=True)
        tell(by, [_made_up(named, day, now, streak_on(known[member_id].days, this_day))], now)
        _give(by, gained, now)
        audit(by, "member.check_in_made_up", f"member:{member_id}", {"day": str(day), "pay": pay}, at=now)
    return _told(member_id, known[member_id], this_day, True, gained)


def publish_check_in(by: Actor, definition: dict[str, Any], from_day: date, *, today: date, now: datetime) -> int:
    """Publish the next version of ladder and make-up; returns its version.

    Refusals: `check_in.definition`, `check_in.past`, `reward.kind`, `reward.terms`, `reward.too_many`.
    """
    programme = checked(definition)
    if from_day < today:
        raise Refusal("check_in.past", "past days were paid by the ladder of their day: choose today or later")
    with transaction.atomic():
        newest = CheckInVersion.objects.select_for_update().order_by("-version").first()
        if newest is not None and from_day < newest.from_day:
            raise Refusal("check_in.past", "version %(version)s begins on %(day)s", version=newest.version, day=newest.from_day)
        version = newest.version + 1 if newest is not None else 1
        ensure_cards(by, now)
        content = msgspec.to_builtins(programme)
        CheckInVersion.objects.create(version=version, definition=content, from_day=from_day, created_by=by.name, created_at=now)
        audit(by, "check_in.published", "check_in", {"version": version, "from": str(from_day), "definition": content}, at=now)
    return version


def ensure_cards(by: Actor, now: datetime) -> None:
    """Let the ledger know make-up cards; the merchant may give the unit other terms afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.has_unit, {"unit": CARD})
        if not cursor.fetchone()[0]:
            define_unit(by, CARD, "补签卡", {"refunds": "within_balance", "approve_above": 100}, BEGINNING, now=now)


def checked(definition: dict[str, Any]) -> Programme:
    """A version of the check-in, read and checked. Refusals as in `publish_check_in`."""
    try:
        programme = msgspec.convert(definition, type=Programme)
    except msgspec.ValidationError as error:
        raise Refusal("check_in.definition", "the check-in cannot be read: %(fault)s", fault=error) from error
    if fault := faults(programme):
        raise Refusal("check_in.definition", fault)
    for step in programme.steps:
        check_all(step.rewards)
    return programme


def _attend(
    known: dict[int, Attendance], handles: dict[int, Carrier], day: date, now: datetime, *, is_made_up: bool = False
) -> list[Gained]:
    """Let members attend a day: the fold, then its rows. Brings `known` up to date."""
    with connection.cursor() as cursor:
        version = in_force(versions(cursor.cursor), day)
        gained: list[Gained] = []
        for member in handles:
            before = known.get(member, Attendance())
            known[member], reached = attend(before, day, version.programme if version is not None else None)
            gained += [Gained(member, member, one, version.version if version is not None else 0, now) for one in reached]
        write(cursor.cursor, [Day(named.id, day, now, is_made_up) for named in handles.values()], gained)
    return gained


def _give(by: Actor, gained: list[Gained], now: datetime) -> None:
    give(by, [reward for one in gained for reward in rewards_of(one)], now)


def _pay(by: Actor, member_id: int, day: date, this_day: date, rule: MakeUp | None, pay: str, now: datetime) -> None:
    """Whether the day may be made up, and its price."""
    if rule is None or (pay == "points" and rule.price_points <= 0):
        raise Refusal("check_in.make_up_off", "a missed day cannot be made up this way")
    if day >= this_day:
        raise Refusal("check_in.not_missed", "only a day that is over can be made up")
    if (this_day - day).days > rule.within_days:
        raise Refusal("check_in.too_long_ago", "a day can be made up within %(limit)s days", limit=rule.within_days)
    first, last = period_of("month", day)
    with connection.cursor() as cursor:
        cursor.execute(_sql.made_up_in, {"member": member_id, "first": first, "last": last})
        used = cursor.fetchone()[0]
    if used >= rule.per_month:
        raise Refusal("check_in.make_up_limit", "at most %(limit)s days of a month can be made up", limit=rule.per_month)
    unit, amount = ("points", rule.price_points) if pay == "points" else (CARD, 1)
    spend(by, [Spend(member_id, unit, amount, f"make_up:{member_id}:{day}", Because("check_in", f"make_up:{day}", f"补签 {day}"))], now)


def _made_up(named: Carrier, day: date, now: datetime, streak: int) -> Incoming:
    return fact("member.check_in_made_up", named.handle, now, f"make_up:{named.id}:{day}", {"day": str(day), "streak": streak})


def _told(member: int, attendance: Attendance, day: date, is_new: bool, gained: list[Gained]) -> CheckedIn:
    rewards = [terms for one in gained if one.owner == member for terms in one.reached.rung.rewards]
    return CheckedIn(member, day, streak_on(attendance.days, day), is_new, words_of_all(rewards))
