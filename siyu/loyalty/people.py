"""What rules in force ask of people: tags, audiences, birthdays, how often before. Read for a batch as it was before the batch."""

from collections.abc import Iterable
from uuid import UUID

import msgspec
from psycopg import Cursor

from siyu.facts.rules import Fact
from siyu.lib.sql import statements

from .holders import holders
from .rows import Known, Touched
from .rules import Book, Member, Programme
from .rules.periods import end_of, start_of
from .rules.person import AUDIENCES, BIRTHDAY, CATEGORIES, COUNTS, TAGS, Birthday, Period, Person, birthday_of
from .rules.programme import IDENTIFIED

_sql = statements("siyu.loyalty", "people")
MAX_SKUS = 100_000  # of one batch


def read_people(cursor: Cursor, book: Book, known: Known, touched: Touched) -> None:
    """Give the members of the book what the rules in force on the facts' days ask of them."""
    needs = needed(book.programme, touched.facts)
    if needs & {TAGS, AUDIENCES, BIRTHDAY, COUNTS}:
        for member, person in _people(cursor, book.programme, touched, needs).items():
            book.members[member] = msgspec.structs.replace(book.members.get(member) or Member(member), person=person)
    if book.programme.asks_approval:
        _awaiting(cursor, book, known)
    if CATEGORIES in needs:
        book.shared = msgspec.structs.replace(book.shared, categories=categories_of(cursor, touched.facts))


def needed(programme: Programme, facts: Iterable[Fact]) -> frozenset[str]:
    """What the rules that these facts may earn by ask of a person; nothing, usually."""
    if not programme.needs:
        return frozenset()
    named = {(fact.name, fact.business_day) for fact in facts}
    return frozenset().union(*(rule.needs for name, day in named for rule in programme.in_force(name, day)))


def _people(cursor: Cursor, programme: Programme, touched: Touched, needs: frozenset[str]) -> dict[int, Person]:
    finals = {touched.final(fact.member_id) for fact in touched.facts if fact.member_id is not None}
    finals |= {touched.final(merged.survivor_id) for merged in touched.merges}
    cursor.execute(_sql.identities, {"members": sorted(finals)})
    rows = cursor.fetchall()
    holder = holders(cursor, touched, {origin: owner for _, origin, owner in rows})
    who = {identity: holder[origin] for identity, origin, _ in rows}
    counts = _counts(cursor, programme, touched.facts, who) if COUNTS in needs else {}
    births = _birthdays(cursor, touched.facts, who) if BIRTHDAY in needs else {}
    members = set(who.values()) | finals
    tags = _tags(cursor, touched, members) if TAGS in needs else {}
    inside = _audiences(cursor, members) if AUDIENCES in needs else {}
    nobody: frozenset[str] = frozenset()
    return {
        member: Person(
            tags=frozenset(tags.get(member, nobody)),
            audiences=frozenset(inside.get(member, nobody)),
            birthday=births.get(member),
            counts=counts.get(member, {}),
        )
        for member in members
    }


def _counts(cursor: Cursor, programme: Programme, facts: list[Fact], who: dict[int, int]) -> dict[int, dict[Period, int]]:
    """How often each did the counted facts before this batch, in the periods of its facts."""
    named = {(fact.name, fact.business_day) for fact in facts}
    wanted = sorted({(name, period, start_of(period, day)) for name, day in named for period in programme.counted.get(name, ())})
    columns = {
        "keys": [counter_key(name) for name, _, _ in wanted],
        "names": [name for name, _, _ in wanted],
        "periods": [period for _, period, _ in wanted],
        "starts": [start for _, _, start in wanted],
        "ends": [end_of(period, start) for _, period, start in wanted],
    }
    cursor.execute(_sql.counts, {"identities": sorted(who), **columns})
    counts: dict[int, dict[Period, int]] = {}
    for identity, name, period, start, times in cursor.fetchall():
        of = counts.setdefault(who[identity], {})
        of[(name, period, start)] = of.get((name, period, start), 0) + times
    return counts


def counter_key(name: str) -> str:
    """The key of the counter of all facts of a name (facts.services.define_counter)."""
    return f"{name} {{}}"


def _birthdays(cursor: Cursor, facts: list[Fact], who: dict[int, int]) -> dict[int, Birthday]:
    """The newest birthday said of each before this batch: the traits, but where the batch says something, what the log says before it."""
    saying = [fact for fact in facts if fact.name == IDENTIFIED]
    changed = sorted({fact.identity_id for fact in saying if fact.identity_id is not None})
    cursor.execute(_sql.birthdays, {"identities": sorted(set(who) - set(changed))})
    told = cursor.fetchall()
    if changed:
        cursor.execute(_sql.earlier_birthdays, {"identities": changed, "before": min(fact.id for fact in saying)})
        told += cursor.fetchall()
    births: dict[int, Birthday] = {}
    for identity, value, occurred_at, message in told:
        born = birthday_of({"birthday_month_day": value}, occurred_at, message)
        if born is not None and identity in who:
            known = births.get(who[identity])
            births[who[identity]] = born if known is None or known.stamp < born.stamp else known
    return births


def _tags(cursor: Cursor, touched: Touched, members: set[int]) -> dict[int, set[str]]:
    everybody = members | {id for merged in touched.merges for id in (merged.survivor_id, merged.loser_id)}
    cursor.execute(_sql.tags, {"members": sorted(everybody), "merges": [merged.merge_id for merged in touched.merges]})
    tags: dict[int, set[str]] = {}
    for member, name in cursor.fetchall():
        tags.setdefault(member, set()).add(name)
    return tags


def _audiences(cursor: Cursor, members: set[int]) -> dict[int, set[str]]:
    cursor.execute(_sql.audiences, {"members": sorted(members)})
    inside: dict[int, set[str]] = {}
    for member, name in cursor.fetchall():
        inside.setdefault(member, set()).add(name)
    return inside


def _awaiting(cursor: Cursor, book: Book, known: Known) -> None:
    """Lots of these members that wait for a person's approval."""
    lots = {known.numbered[key]: key for key, lot in known.lots.items() if lot.is_pending}
    if not lots:
        return
    cursor.execute(_sql.awaiting, {"lots": sorted(lots)})
    waiting = {lots[row[0]] for row in cursor.fetchall()}
    for member in list(book.members.values()):
        if own := waiting & member.lots.keys():
            person = msgspec.structs.replace(member.person, awaiting=frozenset(own))
            book.members[member.id] = msgspec.structs.replace(member, person=person)
    known.awaiting = waiting


def categories_of(cursor: Cursor, facts: list[Fact]) -> dict[str, tuple[str, ...]]:
    """The catalogue's categories of the products that these facts name, as it stands now."""
    skus: set[str] = set()
    for fact in facts:
        lines = fact.properties.get("lines")
        for line in lines if isinstance(lines, list) else [fact.properties]:
            if isinstance(line, dict) and isinstance(line.get("sku"), str):
                skus.add(line["sku"])
    if not skus:
        return {}
    cursor.execute(_sql.categories, {"skus": sorted(skus)[:MAX_SKUS]})
    return {sku: tuple(above) for sku, above in cursor.fetchall()}


def write_awaiting(cursor: Cursor, book: Book, known: Known, lots: dict[UUID, int]) -> None:
    """Tell the list of approvals which new lots wait."""
    if not book.programme.asks_approval:
        return
    rows = [
        (key, member.lots[key]) for member in book.members.values() for key in member.person.awaiting - known.awaiting if key in member.lots
    ]
    if rows:
        columns = {
            "lots": [lots[key] for key, _ in rows],
            "rules": [lot.rule_id for _, lot in rows],
            "amounts": [lot.amount for _, lot in rows],
            "earned": [lot.earned_at for _, lot in rows],
        }
        cursor.execute(_sql.await_approval, columns)
