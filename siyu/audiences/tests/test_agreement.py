"""Whatever happens, in whatever order: who is in by increments, by judging everybody, and by naive Python is the same, at every instant."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg import Cursor

from siyu.audiences.checking import checked
from siyu.audiences.evaluating.looking import everybody
from siyu.audiences.models import Audience, Membership
from siyu.audiences.services import create
from siyu.facts.pump import pump
from siyu.facts.rules import Incoming
from siyu.facts.services import record
from siyu.lib.clock import midnight
from siyu.lib.crypto import lookup_hash
from siyu.lib.wired import imported, table
from siyu.members.services import merge_members, tag, undo_merge, untag
from siyu.merchant.rules import SYSTEM
from siyu.merchant.services import set_setting

from .histories import PHONES, PLACES, USERS, batches, rules, windows
from .oracle import Oracle, Person

pytestmark = pytest.mark.django_db
COMMON = settings(
    max_examples=int(os.environ.get("SIYU_EXAMPLES", "25")),
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # an example takes a second: to shrink it would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
SECOND = timedelta(seconds=1)


class _Undo(Exception):
    pass


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside never happened."""
    try:
        with transaction.atomic():
            yield
            raise _Undo
    except _Undo:
        pass


class World:
    """The history as it was told, and the program that lived it."""

    def __init__(self, zone: str, start: datetime) -> None:
        self.zone = ZoneInfo(zone)
        set_setting(SYSTEM, "merchant.zone", zone, from_day=date(2020, 1, 1), initial=True)
        self.rules: dict[int, dict] = {}
        self.told: dict[str, Incoming] = {}
        self.tags: dict[str, set[str]] = {}  # tag → handles' members are looked up by
        self.came: dict[tuple[int, int], datetime] = {}  # audience, member → since when they are in
        self.clock = start
        pump(start)

    def add(self, rule: dict) -> None:
        self.rules[create(SYSTEM, f"audience {len(self.rules)}", rule, now=self.clock)] = rule

    def live(self, at: datetime, facts: list[Incoming], act: tuple) -> None:
        self.wait(at)
        if facts:
            record(facts, source="web", received_at=at)
        for fact in facts:
            self.told.setdefault(fact.message, fact)
        self.pump(at)
        if act:
            getattr(self, f"_{act[0]}")(*act[1:])
            self.pump(at)

    def wait(self, until: datetime) -> None:
        """Where rules ask since when: live through each instant at which time alone may change something, as who is never late does."""
        while self.asks_since and (due := self._next_due()) is not None and due <= until:
            self.pump(max(due, self.clock))
        self.pump(until)

    def pump(self, at: datetime) -> None:
        assert not pump(at).stopped
        self.clock = at
        if not self.asks_since:
            return
        people = self.people()
        for number, rule in self.rules.items():
            oracle = Oracle(at, self.zone, self.rules, self.came)
            inside = {(number, person.number) for person in people if oracle.holds(rule, person)}
            self.came = {key: since for key, since in self.came.items() if key[0] != number or key in inside}
            self.came |= {key: at for key in inside - self.came.keys()}

    @property
    def asks_since(self) -> bool:
        return any("'audience'" in str(rule) and "'within': {'" in str(rule) for rule in self.rules.values())

    def _next_due(self) -> datetime | None:
        with connection.cursor() as cursor:
            waiting = [imported(path).next_due(cursor.cursor) for path in table("DUE").values()]
        return min((at for at in waiting if at is not None), default=None)

    def _members(self) -> list[int]:
        return sorted(set(self._owners().values()))

    def _tag(self, name: str) -> None:
        if members := self._members()[:1]:
            tag(SYSTEM, members, name, now=self.clock)

    def _untag(self, name: str) -> None:
        if members := self._members()[:1]:
            untag(SYSTEM, members, name)

    def _merge(self) -> None:
        if len(members := self._members()) > 1:
            merge_members(SYSTEM, members[0], members[1], "they said so", now=self.clock)

    def _undo(self) -> None:
        found = self._rows("SELECT id FROM members_merge_log WHERE undone_at IS NULL ORDER BY id LIMIT 1")
        if found:
            undo_merge(SYSTEM, found[0][0], "they are two", now=self.clock)

    def _rows(self, statement: str, *values: object) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()

    def _owners(self) -> dict[tuple[str, str], int]:
        """Handle → member, as the members' room resolved it."""
        handles = [("user_id", user) for user in USERS] + [("phone", f"+86{phone}") for phone in PHONES]
        found = dict(self._rows("SELECT hash, member_id FROM members_identity"))
        return {handle: found[key] for handle in handles if (key := lookup_hash(*handle)) in found}

    def people(self) -> list[Person]:
        owners = self._owners()
        people = {number: Person(number) for number in owners.values()}
        for (kind, _), number in owners.items():
            people[number].kinds.add(kind)
        for number, name in self._rows("SELECT t.member_id, g.name FROM members_tagging t JOIN members_tag g ON g.id = t.tag_id"):
            people[number].tags.add(name)
        for fact in self.told.values():
            person = people[owners[tuple(fact.handles[0])]]
            person.facts.append((fact.occurred_at, fact.name, fact.properties))
        return list(people.values())

    def check(self, at: datetime) -> None:
        """All three agree at an instant."""
        if at > self.clock:
            self.wait(at)
        people = self.people()
        oracle = Oracle(at, self.zone, self.rules, self.came)
        assert not [audience.fault for audience in Audience.objects.exclude(fault="")]
        for number, rule in self.rules.items():
            naive = {person.number for person in people if oracle.holds(rule, person)}
            kept = set(Membership.objects.filter(audience_id=number).values_list("member_id", flat=True))
            assert kept == naive, f"kept {kept}, naive {naive} at {at}: {rule}"
            with Cursor(connection.connection) as cursor:
                whole = everybody(cursor, checked(rule)[1], at, self.zone, live=False)
                live = everybody(cursor, checked(rule)[1], at, self.zone, live=True)
            assert {member for member, (is_in, _) in whole.items() if is_in} == naive, f"whole {whole} at {at}: {rule}"
            assert live == whole
            assert Audience.objects.get(pk=number).size == len(naive)

    def edges(self, until: datetime) -> list[datetime]:
        """Seconds around the instants at which windows turn, from now on."""
        found = set()
        for ahead in range(3):
            night = midnight(self.clock.astimezone(self.zone).date() + timedelta(days=ahead), self.zone)
            found |= {night - SECOND, night, night + SECOND}
        for fact in list(self.told.values())[-3:]:
            for minutes in (7, 14, 50, 57, 60, 300, 1_440, 2_400):
                turn = fact.occurred_at + timedelta(minutes=minutes)
                found |= {turn - timedelta(microseconds=1), turn}
        return sorted(at for at in found if self.clock < at < until)


@COMMON
@given(st.data())
def test_increments_everybody_and_naive_python_agree(data: st.DataObject):
    with undone():
        zone, start = data.draw(st.sampled_from(PLACES))
        world = World(zone, start)
        for _ in range(data.draw(st.integers(1, 4))):
            world.add(data.draw(rules(list(world.rules))))
        lived_and_checked(world, data)


@COMMON
@given(st.data())
def test_they_agree_on_since_when_somebody_is_in_another_audience(data: st.DataObject):
    with undone():
        zone, start = data.draw(st.sampled_from(PLACES))
        world = World(zone, start)
        world.add(data.draw(rules([])))
        for window in data.draw(st.lists(windows, min_size=1, max_size=3)):
            named = {"condition": "audience", "audience": data.draw(st.sampled_from(list(world.rules))), "within": window}
            world.add(data.draw(st.sampled_from([named, named, {"not": named}])))
        lived_and_checked(world, data)


def lived_and_checked(world: World, data: st.DataObject) -> None:
    history = data.draw(batches(world.clock))
    for place, (at, facts, act) in enumerate(history):
        world.live(at, facts, act)
        until = history[place + 1][0] if place + 1 < len(history) else at + timedelta(days=9)
        edges = world.edges(until)
        chosen = data.draw(st.lists(st.sampled_from(edges), max_size=4, unique=True)) if edges else []
        world.check(at)
        for edge in sorted(chosen):
            world.check(edge)
    world.check(world.clock + timedelta(days=data.draw(st.integers(1, 40))))
