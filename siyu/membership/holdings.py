"""Benefits between rows and rules: what decides who holds which, and what was used of it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

import msgspec
from django.db import connection

from siyu.lib.clock import business_day
from siyu.lib.sql import statements
from siyu.loyalty.queries import base_tier, standings
from siyu.merchant.queries import settings_book

from .rules.benefits import Benefit, Definition, Given, Holder, Holding, holding_of
from .rules.plans import PlanTerms

_sql = statements("siyu.membership", "benefits")


class Dated(NamedTuple):
    """A version of a benefit with the days on which it is in force."""

    benefit: Benefit
    from_day: date
    until_day: date | None


class Standing(NamedTuple):
    """A benefit in a member's hands with what was used of it in its period."""

    holding: Holding
    used: int

    @property
    def remaining(self) -> int | None:
        return self.holding.remaining(self.used)


def all_benefits() -> list[Dated]:
    """Every version of every benefit, by code and version."""
    return _parsed(tuple(_rows(_sql.benefits)))


@lru_cache(maxsize=8)
def _parsed(rows: tuple[tuple, ...]) -> list[Dated]:
    return [
        Dated(Benefit(code, version, kind, name, msgspec.json.decode(definition, type=Definition)), from_day, until_day)
        for code, version, kind, name, definition, from_day, until_day in rows
    ]


def in_force(day: date) -> dict[str, Benefit]:
    """Code → the version in force on a day."""
    newest: dict[str, Dated] = {}
    for one in all_benefits():
        if one.from_day <= day:
            newest[one.benefit.code] = one
    return {code: one.benefit for code, one in newest.items() if one.until_day is None or day <= one.until_day}


def this_day(now: datetime) -> date:
    """The merchant's day of an instant."""
    return business_day(now, settings_book().zone(now.date()))


def holders(members: Collection[int], benefits: Iterable[Benefit], now: datetime) -> dict[int, Holder]:
    """What decides which of these benefits each member (none of them merged away) has at an instant."""
    day, ids = this_day(now), sorted(members)
    found = {member: Holder(member) for member in ids}
    base = base_tier(day)
    zone = settings_book().zone(now.date())
    stands = standings(ids)
    for member, holder in found.items():
        if (tier := stands.get(member)) is not None:
            holder.tiers = {tier.code: business_day(tier.since, zone)}
        elif base is not None:
            holder.tiers = {base.code: None}
    for member, plan, definition in _rows(_sql.plans_now, members=ids, day=day):
        terms = msgspec.json.decode(definition, type=PlanTerms)
        found[member].plan, found[member].plan_benefits = plan, terms.benefits
        if terms.tier:
            found[member].tiers.setdefault(terms.tier, None)
    if tags := _named(benefits, "tag"):
        for member, name in _rows(_sql.tags, members=ids, names=tags):
            found[member].tags |= {name}
    if audiences := [int(code) for code in _named(benefits, "audience") if code.isdigit()]:
        for member, audience in _rows(_sql.audiences, members=ids, audiences=audiences):
            found[member].audiences |= {audience}
    for member, *given in _rows(_sql.given, members=ids, now=now):
        found[member].given += (Given(*given),)
    return found


def held(members: Collection[int], now: datetime) -> dict[int, dict[str, Standing]]:
    """Member → code → the benefits each holds at an instant, with what was used; what `use_benefit` would allow."""
    day = this_day(now)
    benefits = in_force(day)
    if not benefits or not members:
        return {member: {} for member in members}
    found: dict[int, dict[str, Holding]] = {}
    for member, holder in holders(members, benefits.values(), now).items():
        own = ((code, holding_of(benefit, holder, now, day)) for code, benefit in benefits.items())
        found[member] = {code: holding for code, holding in own if holding is not None}
    return _with_uses(found)


def _with_uses(found: dict[int, dict[str, Holding]]) -> dict[int, dict[str, Standing]]:
    asked = [(member, code, one.period) for member, own in found.items() for code, one in own.items() if one.period is not None]
    used: dict[tuple[int, str], int] = {}
    if asked:
        columns = {"members": [row[0] for row in asked], "benefits": [row[1] for row in asked]}
        columns |= {"firsts": [row[2].first for row in asked], "untils": [row[2].until for row in asked]}
        used = {(member, code): times for member, code, times in _rows(_sql.used, **columns)}
    return {
        member: {code: Standing(holding, used.get((member, code), 0)) for code, holding in own.items()} for member, own in found.items()
    }


def _named(benefits: Iterable[Benefit], by: str) -> list[str]:
    return sorted({code for one in benefits for source in one.definition.sources if source.by == by for code in source.codes})


def _rows(statement: str, **parameters: object) -> Sequence[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)  # type: ignore[arg-type]
        return cursor.fetchall()
