"""Members that a transaction touched: whom, which audiences that makes doubtful, and what their answers are now."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg import Cursor

from siyu.facts.rules import Batch, Fact
from siyu.lib.sql import array, statements

from .edges import Edge
from .moment import parameters
from .program import Program

_sql = statements("siyu.audiences", "evaluating")
ROOM = "audiences"
LIMIT = 5_000  # members that one transaction judges because of time, or of services


@dataclass(slots=True)
class Touched:
    """Who is judged: a mask of audiences each, and why."""

    masks: dict[int, int] = field(default_factory=dict)
    causes: dict[int, Fact] = field(default_factory=dict)
    merged: set[int] = field(default_factory=set)
    due: dict[int, datetime] = field(default_factory=dict)
    marks: dict[int, int] = field(default_factory=dict)

    def add(self, member: int, mask: int) -> None:
        if mask:
            self.masks[member] = self.masks.get(member, 0) | mask


def touched_by(cursor: Cursor, batch: Batch, program: Program) -> Touched:
    """Everybody whose answers this transaction made doubtful."""
    touched = Touched()
    _by_facts(batch, program, touched)
    for merge in batch.merges:
        survivor = batch.owner(merge.survivor_id)
        touched.add(survivor, program.every)
        touched.add(merge.loser_id, program.every)
        touched.merged.add(survivor)
    for topic, members in batch.touched.items():
        mask = program.topics.get(topic, 0) if topic else program.every
        for member in members if mask else ():
            touched.add(batch.owner(member), mask)
    _by_handles(cursor, batch, program, touched)
    _by_services(cursor, batch, program, touched)
    if not any(fact.depth == 0 for fact in batch.facts):
        cursor.execute(_sql.due_members, {"until": batch.until, "limit": batch.portion(ROOM, LIMIT - len(touched.marks))})
        found = cursor.fetchall()
        batch.move(ROOM, [member for member, _ in found])
        for member, due_at in found:
            touched.add(member, program.timed)
            touched.due[member] = due_at
    return touched


def _by_facts(batch: Batch, program: Program, touched: Touched) -> None:
    masks, causes, finals = touched.masks, touched.causes, batch.finals
    for fact in batch.facts if program.every else ():
        member = fact.member_id
        if member is not None and (mask := program.doubtful(fact.name, fact.properties, is_told=fact.depth == 0)):
            if member in finals:
                member = batch.owner(member)
            masks[member] = masks.get(member, 0) | mask
            causes[member] = fact


def _by_handles(cursor: Cursor, batch: Batch, program: Program, touched: Touched) -> None:
    wanted: dict[int, int] = {}
    for topic, handles in batch.touched_handles.items():
        if mask := program.topics.get(topic, 0):
            for handle in handles:
                wanted[handle] = wanted.get(handle, 0) | mask
    if not wanted:
        return
    owners = {fact.identity_id: fact.member_id for fact in batch.facts if fact.member_id is not None}
    owners = {handle: batch.owner(member) for handle, member in owners.items()}
    strange = [handle for handle in wanted if handle not in owners]
    if strange:
        cursor.execute(_sql.owners, {"handles": array(strange)})
        owners |= dict(cursor.fetchall())
    for handle, mask in wanted.items():
        if (member := owners.get(handle)) is not None:
            touched.add(member, mask)
            if member not in touched.causes and (cause := _cause(batch, member)) is not None:
                touched.causes[member] = cause


def _cause(batch: Batch, member: int) -> Fact | None:
    """The member's own last fact of the batch."""
    return next((fact for fact in reversed(batch.facts) if fact.member_id is not None and batch.owner(fact.member_id) == member), None)


def _by_services(cursor: Cursor, batch: Batch, program: Program, touched: Touched) -> None:
    if cursor.execute(_sql.is_dirty).fetchone() == (False,):
        return
    cursor.execute(_sql.take_dirty, {"limit": batch.portion(ROOM, LIMIT)})
    found = cursor.fetchall()
    batch.move(ROOM, [member for member, _, _ in found])
    for member, mark, because in found:
        touched.add(member, program.every)
        if because == "merge":
            touched.merged.add(member)
        touched.marks[member] = max(mark, touched.marks.get(member, 0))


def judge(cursor: Cursor, batch: Batch, program: Program, touched: Touched) -> list[Edge]:
    """Judge them all, keep when to look again, and return who came and who went."""
    if not touched.masks:
        return []
    moment = parameters(batch.until, batch.zone)
    dues = _Dues()
    edges: list[Edge] = []
    for group in program.groups:
        cells = [(member, part, group.needs_of(part)) for member, mask in touched.masks.items() if (part := group.part_of(mask))]
        if not cells:
            continue
        columns = {
            "members": [member for member, _, _ in cells],
            "dirty": [part for _, part, _ in cells],
            "needs": [needs for _, _, needs in cells],
            "full": [program.timed & ~touched.masks[member] == 0 for member, _, _ in cells],
            "audiences": array(group.audiences),
        }
        cursor.execute(group.text, {**moment, **columns}, binary=True)
        for row in cursor.fetchall():
            dues.add(*row)
            edges += _edges(batch, program, touched, group.start, row)
    dues.write(cursor)
    return edges


def _edges(batch: Batch, program: Program, touched: Touched, start: int, row: tuple[Any, ...]) -> Iterator[Edge]:
    member, is_in, was_in, _full, is_living, _due, _stored = row
    changed = is_in ^ was_in
    while changed:
        bit = changed & -changed
        changed ^= bit
        audience = program.audiences[start + bit.bit_length() - 1]
        cause, at, because = _reason(batch, touched, member)
        mark = str(touched.marks.get(member, ""))
        yield Edge(audience, member, bool(is_in & bit), because, cause, at, mark, is_told=is_living)


def _reason(batch: Batch, touched: Touched, member: int) -> tuple[Fact | None, datetime, str]:
    cause = touched.causes.get(member)
    if member in touched.merged:
        return cause, batch.until, "merge"
    if cause is not None:
        return cause, batch.until, "fact"
    if member in touched.due:
        return None, touched.due[member], "time"
    return None, batch.until, "change"


class _Dues:
    """When to look again. Whoever was judged whole is looked at exactly then; others at the earlier of this and what is known."""

    def __init__(self) -> None:
        self.stored: dict[int, datetime | None] = {}
        self.whole: dict[int, datetime | None] = {}
        self.part: dict[int, datetime] = {}

    def add(
        self, member: int, is_in: int, was_in: int, is_full: bool, is_living: bool, due: datetime | None, stored: datetime | None
    ) -> None:
        self.stored[member] = stored
        if is_full:
            known = self.whole.get(member)
            self.whole[member] = due if known is None else known if due is None else min(known, due)
        elif due is not None:
            self.part[member] = min(due, self.part.get(member, due))

    def write(self, cursor: Cursor) -> None:
        exact = {member: due for member, due in self.whole.items() if due != self.stored[member]}
        later = {member: due for member, due in exact.items() if due is not None}
        if later:
            cursor.execute(_sql.set_dues, {"members": array(later), "dues": array(later.values())})
        if gone := [member for member, due in exact.items() if due is None]:
            cursor.execute(_sql.drop_dues, {"members": array(gone)})
        sooner = {m: due for m, due in self.part.items() if (known := self.stored[m]) is None or due < known}
        if sooner:
            cursor.execute(_sql.bring_dues_forward, {"members": array(sooner), "dues": array(sooner.values())})
