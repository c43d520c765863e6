"""Badges 勋章 by rule: the net change of a commit. Whoever a batch touched is measured once, at its end."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from psycopg import Cursor

from siyu.facts.filters import compile as compile_filter
from siyu.facts.rules import Batch, Derived, Fact
from siyu.lib.sql import statements
from siyu.loyalty.rewards import Because, Reward, give
from siyu.merchant.rules import SYSTEM

from . import attendance
from .rules.badges import Badge, levels_reached
from .rules.check_in import longest
from .rules.task_book import Matches

_sql = statements("siyu.membership", "honours")
AWARDED, REVOKED = "badge.awarded", "badge.revoked"
BY_RULE = SYSTEM.name
TRIGGERS = {
    "orders": frozenset({"order.paid", "order.refunded", "order.closed", "order.exchanged"}),
    "spend": frozenset({"order.paid", "order.refunded", "order.closed", "order.exchanged"}),
    "tier": frozenset({"tier.changed"}),
    "streak": frozenset({"member.checked_in", "member.check_in_made_up"}),
}


class Known(NamedTuple):
    """A badge in use."""

    id: int
    code: str
    name: str
    badge: Badge
    counter: int | None
    matches: Matches

    def is_touched_by(self, fact: Fact) -> bool:
        if self.badge.measure == "facts":
            return fact.name == self.badge.trigger and self.matches(fact.properties)
        return fact.name in TRIGGERS.get(self.badge.measure, ())


class Change(NamedTuple):
    """A level that a member gets, or loses, at an instant."""

    known: Known
    level: int
    member: int
    at: datetime
    cause: Fact | None
    is_lost: bool = False


def badges(cursor: Cursor) -> list[Known]:
    """Badges in use; definitions are read once."""
    cursor.execute(_sql.badges)
    return [_known(row) for row in cursor.fetchall()]


@lru_cache(maxsize=1_000)
def _known(row: tuple) -> Known:
    number, code, name, definition, counter = row
    badge = msgspec.json.decode(definition, type=Badge)
    return Known(number, code, name, badge, counter, compile_filter(badge.where))


def honour(cursor: Cursor, batch: Batch) -> list[Derived] | None:
    """Award, and where a badge says so revoke, what the batch's facts and merges changed for their members."""
    known = [one for one in badges(cursor) if one.badge.measure not in ("hand", "years")] if batch.facts or batch.merges else []
    if not known:
        return None
    merged = {batch.owner(one.survivor_id) for one in batch.merges}
    touched: dict[int, dict[int, Fact | None]] = {one.id: dict.fromkeys(merged) for one in known}
    for fact in batch.facts:
        if fact.member_id is None or fact.is_historical:
            continue
        for one in known:
            if one.is_touched_by(fact):
                touched[one.id][batch.owner(fact.member_id)] = fact
    if not any(touched.values()):
        return None
    values = _measures(cursor, batch, [one for one in known if touched[one.id]], touched)
    measured = [
        (one, member, values[one.id].get(member, 0), cause.clock if cause is not None else batch.until, cause)
        for one in known
        for member, cause in sorted(touched[one.id].items())
    ]
    return _settle(cursor, measured)


def judge(cursor: Cursor, known: Known, members: Sequence[int], now: datetime) -> list[Derived]:
    """Measure these members by a badge as things stand, and write what follows; returns its news."""
    nobody = Batch(facts=[], until=now, zone=None, settings=None, currency="")
    values = _measures(cursor, nobody, [known], {known.id: dict.fromkeys(members)})[known.id]
    return _settle(cursor, [(known, member, values.get(member, 0), now, None) for member in members])


def award_years(cursor: Cursor, years: Mapping[int, tuple[int, datetime]]) -> list[Derived]:
    """Badges for years in the pool, on the anniversary."""
    known = [one for one in badges(cursor) if one.badge.measure == "years"] if years else []
    return _settle(cursor, [(one, member, old, at, None) for one in known for member, (old, at) in sorted(years.items())])


def write_awards(cursor: Cursor, changes: Sequence[Change], by: str, because: str = "") -> None:
    """Write levels awarded, and give what they give: each level once, however often it is lost and won."""
    if not changes:
        return
    columns: dict[str, list[Any]] = {
        "badges": [one.known.id for one in changes],
        "levels": [one.level for one in changes],
        "origins": [one.member for one in changes],
        "owners": [one.member for one in changes],
        "ats": [one.at for one in changes],
        "makers": [by for _ in changes],
    }
    cursor.execute(_sql.award, {**columns, "because": because})
    for one in changes:
        level = one.known.badge.levels[one.level - 1]
        told = Because("badge", f"badge:{one.known.code}:{one.level}", one.known.name)
        key = f"badge:{one.known.code}:{one.level}:{one.member}"
        give(SYSTEM, [Reward(one.member, terms, f"{key}:{number}", told) for number, terms in enumerate(level.rewards)], one.at)


def held(cursor: Cursor, members: Sequence[int], badge_id: int) -> dict[int, set[int]]:
    """Member → levels of a badge that the member has now."""
    cursor.execute(_sql.awards, {"members": list(members), "badges": [badge_id]})
    found: dict[int, set[int]] = {}
    for _badge, level, owner, _origin, _by, is_revoked in cursor.fetchall():
        if not is_revoked:
            found.setdefault(owner, set()).add(level)
    return found


def _settle(cursor: Cursor, measured: Sequence[tuple[Known, int, int, datetime, Fact | None]]) -> list[Derived]:
    """What members have against what they should have."""
    if not measured:
        return []
    wanted = {"members": sorted({row[1] for row in measured}), "badges": sorted({row[0].id for row in measured})}
    cursor.execute(_sql.awards, wanted)
    levels: dict[tuple[int, int], dict[int, str]] = {}
    for badge, level, owner, _origin, by, is_revoked in cursor.fetchall():
        if not is_revoked:
            levels.setdefault((badge, owner), {})[level] = by
    won, lost = [], []
    for known, member, value, at, cause in measured:
        own, reached = levels.get((known.id, member), {}), levels_reached(known.badge, value)
        won += [Change(known, level, member, at, cause) for level in sorted(reached - own.keys())]
        if known.badge.is_revocable:
            fallen = [level for level, by in own.items() if level not in reached and by == BY_RULE]
            lost += [Change(known, level, member, at, cause, True) for level in sorted(fallen)]
    write_awards(cursor, won, BY_RULE)
    for one in lost:
        named = {"badge": one.known.id, "member": one.member, "level": one.level, "maker": BY_RULE}
        cursor.execute(_sql.revoke, {**named, "now": one.at, "because": "rule"})
    return [_news(one) for one in (*won, *lost)]


def _measures(cursor: Cursor, batch: Batch, known: Sequence[Known], touched: Mapping[int, Mapping[int, Any]]) -> dict[int, dict[int, int]]:
    """Each badge's measure of the members it concerns."""
    members = sorted({member for one in known for member in touched[one.id]})
    found: dict[int, dict[int, int]] = {}
    kinds = {one.badge.measure for one in known}
    orders: dict[int, int] = dict(cursor.execute(_sql.orders_of, {"members": members}).fetchall()) if "orders" in kinds else {}
    spend: dict[int, int] = dict(cursor.execute(_sql.spend_of, {"members": members}).fetchall()) if "spend" in kinds else {}
    tiers: dict[int, int] = dict(cursor.execute(_sql.tiers_of, {"members": members}).fetchall()) if "tier" in kinds else {}
    streaks: dict[int, int] = {}
    if "streak" in kinds:
        streaks = {member: longest(one.days) for member, one in attendance.read(cursor, members).items()}
    counted = _counted(cursor, batch, known, members)
    for one in known:
        match one.badge.measure:
            case "orders":
                found[one.id] = orders
            case "spend":
                found[one.id] = spend
            case "tier":
                found[one.id] = tiers
            case "streak":
                found[one.id] = streaks
            case _:
                found[one.id] = counted.get(one.counter or 0, {})
    return found


def _counted(cursor: Cursor, batch: Batch, known: Sequence[Known], members: list[int]) -> dict[int, dict[int, int]]:
    """Counter → member → times: what was counted before this batch, and what it adds."""
    counters = {one.counter: one for one in known if one.badge.measure == "facts" and one.counter is not None}
    if not counters:
        return {}
    cursor.execute(_sql.facts_of, {"members": members, "counters": list(counters)})
    found: dict[int, dict[int, int]] = {counter: {} for counter in counters}
    for member, counter, times in cursor.fetchall():
        found[counter][member] = times
    for fact in batch.facts:
        if fact.member_id is None or fact.identity_id is None:
            continue
        for counter, one in counters.items():
            if one.is_touched_by(fact):
                owner = batch.owner(fact.member_id)
                found[counter][owner] = found[counter].get(owner, 0) + 1
    return found


def _news(one: Change) -> Derived:
    return Derived(
        name=REVOKED if one.is_lost else AWARDED,
        reaction="membership.badges",
        member_id=one.member,
        properties={"badge": one.known.code, "level": one.level},
        cause=one.cause,
        at=one.at if one.cause is None else None,
        discriminator=f"{one.known.code} {one.level}",
    )
