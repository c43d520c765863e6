"""From rows and facts to lines: whose events matter, who is due, who arrives."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec.json import decode
from psycopg import Cursor

from siyu.facts.rules import Batch, Fact, Merged
from siyu.lib.sql import statements

from ..rules import Walker
from ..rules.entering import Call, key_of
from ..rules.line import Arrived, Fold, Line
from ..rules.plan import Predicate
from .ledger import Asked
from .program import Program

_sql = statements("siyu.journeys", "walking")
DUE = 5_000  # walkers that one transaction moves because of time
Pairs = Sequence[tuple[int, int]]  # survivor, loser


class Lines:
    """The lines of a batch, by who their members are at its end."""

    def __init__(self, batch: Batch, program: Program, joined: Pairs) -> None:
        self.batch, self.program = batch, program
        self.became = {loser: survivor for survivor, loser in joined}
        self.by_member: dict[int, Line] = {}
        self.touched: set[int] = set()  # members whose enrolments are to be read, as they were before the batch's merges
        self.asked: list[Asked] = []

    def final(self, member: int) -> int:
        """Who a member is at the end of the batch."""
        while True:
            member = self.batch.owner(member)
            if member not in self.became:
                return member
            member = self.became[member]

    def line(self, member: int) -> Line:
        return self.by_member.setdefault(self.final(member), Line())

    def merge(self, merges: Iterable[Merged]) -> None:
        """Merges that came before all facts: services made them."""
        for merge in merges:
            self.line(merge.loser_id).events.append(merge)
            self.touched |= {merge.loser_id, merge.survivor_id}

    def hear(self, fold: Fold) -> None:
        """The batch's facts that mean something to journeys, and its merges, in order."""
        tests, calls = self.program.tests, self.program.calls
        for step in self.batch.steps(self.batch.named(*tests.keys() | calls.keys())):
            if isinstance(step, Merged):
                self.merge([step])
            elif step.member_id is not None:
                is_heard = _passes(tests.get(step.name, ()), step.properties)
                if _passes(calls.get(step.name, ()), step.properties):  # few do: that an audience was entered names one of many
                    self._fact(step, list(fold.calls_of(step)), fold, is_heard=is_heard)
                elif is_heard:
                    self._fact(step, [], fold, is_heard=True)

    def _fact(self, fact: Fact, calls: list[Call], fold: Fold, *, is_heard: bool) -> None:
        member: int = fact.member_id  # type: ignore[assignment]
        if is_heard or any(not call.plan.entry.at_once for call in calls):
            self.touched.add(member)  # who is under way may be through before the fact comes
        if is_heard or calls:
            self.line(member).events.append(fact)
            fold.calls[fact.id] = calls
            self.asked += [(call.plan, member, call.key) for call in calls]

    def arrive(self, rows: Iterable[tuple[int, int, str, datetime]]) -> None:
        """Members whom alarms let in, in order of instants, before facts that come later."""
        for journey, member, day, at in rows:
            plan = self.program.in_force[journey]
            key = key_of(plan.entry, day, {"day": day})
            if key is not None:
                if not plan.entry.at_once:
                    self.touched.add(member)
                events = self.line(member).events
                place = next((place for place, event in enumerate(events) if event.clock > at), len(events))
                events.insert(place, Arrived(plan, member, day, at))
                self.asked.append((plan, member, key))

    def read(self, cursor: Cursor, *, due: bool) -> None:
        """Load who is under way of the touched members, and who is due."""
        journeys = self.program.journeys
        for merged in self.batch.merges:
            self.touched |= {merged.loser_id, merged.survivor_id}
        seen: set[int] = set()
        if self.touched:
            since = self.batch.facts[0].clock if self.batch.facts else self.batch.until
            cursor.execute(_sql.of_members, {"members": list(self.touched), "journeys": journeys, "since": since}, binary=True)
            seen = self._add(cursor.fetchall(), set())
        if due and self.program.moving:
            columns = {"journeys": self.program.moving, "until": self.batch.until, "limit": DUE}
            cursor.execute(_sql.due, columns, binary=True)
            self._add(cursor.fetchall(), seen)

    def _add(self, rows: Iterable[tuple[Any, ...]], seen: set[int]) -> set[int]:
        for row in rows:
            if row[0] not in seen and row[2] in self.program.plans:
                seen.add(row[0])
                self.line(row[4]).walkers.append(Walker(*(*row[:14], decode(row[14]), *row[15:])))
        return seen

    def twins(self, merges: Iterable[Merged]) -> list[Asked]:
        """What must be known of the others who become one: whether they have, or had, the same keys as those under way."""
        losers = {merge.loser_id for merge in merges}
        plans: Mapping[int, Any] = self.program.in_force
        asked: list[Asked] = []
        for line in self.by_member.values():
            others = {walker.owner_id for walker in line.walkers}
            for event in line.events:
                if isinstance(event, Merged):  # a loser may have had the key, and be through with it
                    others |= {event.survivor_id, event.loser_id}
            for walker in line.walkers:
                if walker.owner_id in losers and walker.journey_id in plans:
                    asked += [(plans[walker.journey_id], member, walker.key) for member in others - {walker.owner_id}]
        return asked

    def members_of(self, asked: Iterable[Asked]) -> list[Asked]:
        """The same for everybody who becomes the same person in this batch."""
        merged: dict[int, set[int]] = {}
        for line in self.by_member.values():
            people = {member for event in line.events if isinstance(event, Merged) for member in (event.survivor_id, event.loser_id)}
            for member in people:
                merged.setdefault(member, set()).update(people)
        return [(plan, one, key) for plan, member, key in asked for one in (member, *sorted(merged.get(member, set()) - {member}))]


def _passes(tests: Sequence[Predicate], properties: dict[str, Any]) -> bool:
    return bool(tests) and any([passes(properties) for passes in tests])
