"""The past as a trial needs it: a programme with the rule in question, facts of the log, and members as they began."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from siyu.facts.filters import compile as compile_filter
from siyu.facts.rules import Fact
from siyu.lib.clock import business_day
from siyu.lib.sql import statements
from siyu.merchant.queries import settings_book

from ..programme import programme
from ..rules import GROWTH, TRACK, Book, Definition, EarnRule, Member, Programme, Standing
from ..rules.conditions import HoldsTier
from ..rules.fold import order_of
from ..rules.periods import start_of
from ..rules.person import AUDIENCES, BIRTHDAY, CATEGORIES, COUNTS, TAGS, Birthday, Person, birthday_of
from ..rules.programme import IDENTIFIED, versions_of

_sql = statements("siyu.loyalty", "trial")
DRAFT = -1  # the number of the rule in question
CHUNK = 5_000


class Trial(NamedTuple):
    """The rule in question among those it meets; `names` are of the facts that matter."""

    programme: Programme
    names: list[str]
    asks_tier: bool


def trial_of(code: str, definition: Definition, day: date) -> Trial:
    """The programme with `definition` in place of all versions of `code`; only rules that bear on it stand beside it."""
    book = settings_book()
    with connection.cursor() as cursor:
        whole = programme(cursor.cursor, book, book.zone(day))
    others = [rule for rule in whole.rules.values() if rule.code != code]
    meeting = [rule for rule in others if _bears_on(rule, definition)]
    asks_tier = any(_asks_tier(each) for each in (definition, *(rule.definition for rule in meeting)))
    growing = [rule for rule in others if asks_tier and rule.definition.unit == GROWTH and rule not in meeting]
    tried = whole.with_rules([*meeting, *growing, rule_of(code, definition)])
    return Trial(tried, sorted(tried.names - {IDENTIFIED}), asks_tier)


def rule_of(code: str, definition: Definition, id: int = DRAFT) -> EarnRule:
    matches = compile_filter(definition.where) if definition.where else None
    return EarnRule(id, code, 0, code, date.min, None, definition, matches)


def present(code: str, day: date) -> Definition | None:
    """The definition of the version in force on a day."""
    book = settings_book()
    with connection.cursor() as cursor:
        whole = programme(cursor.cursor, book, book.zone(day))
    return next((rule.definition for rule in versions_of(whole.rules.values(), day) if rule.code == code), None)


def facts_between(names: Sequence[str], begins: datetime, ends: datetime, limit: int) -> Iterator[list[Fact]]:
    """Facts of the log in order of occurrence, in chunks: streamed, never all at once."""
    historical = _historical(begins, ends)
    with connection.cursor() as plain:
        plain.execute("SELECT 1")  # opens the connection
    with connection.connection.cursor(name="siyu_loyalty_trial") as cursor:
        cursor.itersize = CHUNK
        cursor.execute(_sql.facts, {"begins": begins, "ends": ends, "names": list(names), "limit": limit})
        while rows := cursor.fetchmany(CHUNK):
            yield _facts(rows, historical)


def facts_of(member: int, names: Sequence[str], ends: datetime, limit: int) -> list[Fact]:
    """A member's newest facts, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_sql.facts_of_member, {"member": member, "names": list(names), "ends": ends, "limit": limit})
        rows = cursor.fetchall()[::-1]
    return _facts(rows, _historical(rows[0][2], ends) if rows else set())


def begin(book: Book, trial: Trial, at: datetime, members: list[int] | None = None) -> None:
    """Let the members of a book begin as they were at an instant, as far as the rules ask."""
    tried = trial.programme
    if trial.asks_tier:
        ladder = tried.ladder_at(at)
        for member, growth in _rows(_sql.growth, at=at, members=members):
            tier = ladder.tier_for(growth)
            book.members[member] = Member(member, growth=growth, standings={TRACK: Standing(growth, tier.code, ladder.version, at)})
    for member, person in _people(tried, business_day(at, tried.zone), members).items():
        book.members[member] = msgspec.structs.replace(book.members.get(member) or Member(member), person=person)
    if CATEGORIES in tried.needs:
        book.shared = msgspec.structs.replace(book.shared, categories={sku: tuple(above) for sku, above in _rows(_sql.catalogue)})


def _people(tried: Programme, day: date, members: list[int] | None) -> dict[int, Person]:
    found: dict[int, dict[str, Any]] = {}
    for need, statement, name in ((TAGS, _sql.tags, "tags"), (AUDIENCES, _sql.audiences, "audiences")):
        for member, value in _rows(statement, members=members) if need in tried.needs else ():
            found.setdefault(member, {}).setdefault(name, set()).add(value)
    if BIRTHDAY in tried.needs:
        for member, value, occurred_at, message in _rows(_sql.birthdays, members=members):
            born: Birthday | None = birthday_of({"birthday_month_day": value}, occurred_at, message)
            known = found.setdefault(member, {})
            if born is not None and (known.get("birthday") is None or known["birthday"].stamp < born.stamp):
                known["birthday"] = born
    if COUNTS in tried.needs:
        for name, periods in tried.counted.items():
            for period in periods:
                start = start_of(period, day)
                for member, times in _rows(_sql.counts, name=name, from_day=start, before=day, members=members):
                    found.setdefault(member, {}).setdefault("counts", {})[(name, period, start)] = times
    return {member: _person(known) for member, known in found.items()}


def _person(known: dict[str, Any]) -> Person:
    return Person(
        tags=frozenset(known.get("tags", ())),
        audiences=frozenset(known.get("audiences", ())),
        birthday=known.get("birthday"),
        counts=known.get("counts", {}),
    )


def _bears_on(rule: EarnRule, definition: Definition) -> bool:
    """Whether a rule hangs together with the one in question: campaigns with what they multiply, bonuses with what they follow."""
    other = rule.definition
    if other.trigger != definition.trigger:
        return False
    return rule.code in definition.leans_on or not other.gives or (not definition.gives and other.unit == definition.unit)


def _asks_tier(definition: Definition) -> bool:
    return definition.tier_multiplier or any(isinstance(condition, HoldsTier) for condition in definition.conditions)


def _historical(begins: datetime, ends: datetime) -> set[tuple[str, str]]:
    return set(_rows(_sql.historical, begins=begins, ends=ends))


def _facts(rows: Sequence[Any], historical: set[tuple[str, str]]) -> list[Fact]:
    facts = []
    for id, name, occurred_at, day, source, identity, member, message, properties in rows:
        fact = Fact(
            seq=0,
            id=id,
            name=name,
            occurred_at=occurred_at,
            received_at=occurred_at,
            clock=occurred_at,
            business_day=day,
            source_id=source,
            identity_id=identity,
            member_id=member,
            properties=msgspec.json.decode(properties),
            mark=message.bytes,
        )
        if historical and order_of(fact) in historical:
            fact.is_historical = True
        facts.append(fact)
    return facts


def _rows(statement: str, **arguments: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return cursor.fetchall()
