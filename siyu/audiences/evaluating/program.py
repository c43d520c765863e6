"""All audiences as one program: which facts make whose answers doubtful, and the statement that judges a batch's members."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import Cursor

from siyu.facts import filters

from ..asking import MOMENT, Asking, Counted, Known
from ..compiling import BITS, Judged, asked, expanded, joins_by_member, topics
from ..conditions import EVERY_FACT
from ..rules.tree import Node
from .standing import Standing, known, rules_of

KEPT_MASKS = 10_000
MAX_COLUMNS = 1_000  # of a source in one statement; PostgreSQL has 1,664
Predicate = Callable[[dict[str, Any]], bool]


@dataclass(slots=True)
class Group:
    """Audiences that one statement judges: at most as many as fit into a number's bits, and their columns into a row."""

    start: int  # place of the first in the program
    audiences: list[int]
    needs: list[int]  # of each: what its rule reads
    text: str
    known: dict[int, int] = field(default_factory=dict)  # mask → what it needs

    def part_of(self, mask: int) -> int:
        """Its own audiences of a program's mask."""
        return mask >> self.start & ((1 << len(self.audiences)) - 1)

    def needs_of(self, mask: int) -> int:
        """What some audiences of a mask read."""
        found = self.known.get(mask)
        if found is None:
            if len(self.known) >= KEPT_MASKS:
                self.known.clear()
            found = self.known[mask] = self._needs_of(mask)
        return found

    def _needs_of(self, mask: int) -> int:
        found = 0
        for place, need in enumerate(self.needs):
            if mask >> place & 1:
                found |= need
        return found


@dataclass(slots=True)
class Program:
    """Every audience is one bit of a mask, in the order of `audiences`."""

    audiences: list[Standing] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    every: int = 0  # all bits
    timed: int = 0  # those that time alone can change
    topics: dict[str, int] = field(default_factory=dict)  # topic → audiences that it makes doubtful
    filtered: dict[str, list[tuple[Predicate, int]]] = field(default_factory=dict)  # the same, when the fact's properties pass

    def doubtful(self, name: str, properties: dict[str, Any], *, is_told: bool) -> int:
        """The audiences that a fact makes doubtful; `is_told`: it came from outside, and counts as a sign of life."""
        mask = self.topics.get(name, 0)
        if is_told:
            mask |= self.topics.get(EVERY_FACT, 0)
        for predicate, own in self.filtered.get(name, ()):
            if own & ~mask and predicate(properties):
                mask |= own
        return mask

    def needed(self) -> set[str]:
        return set(self.topics) | set(self.filtered)


_programs: dict[Any, Program] = {}
KEPT = 8


def program(cursor: Cursor, audiences: Sequence[Standing]) -> Program:
    """The program of the audiences that have a version; compiled once for as long as none of them changes."""
    living = [audience for audience in audiences if audience.version]
    key = (cursor.connection.info.dbname, cursor.connection.info.host, tuple((one.id, one.version, one.snapshot_id) for one in living))
    if (found := _programs.get(key)) is None:
        while len(_programs) >= KEPT:
            del _programs[next(iter(_programs))]
        found = _programs[key] = _compile(cursor, living)
    return found


def _compile(cursor: Cursor, living: Sequence[Standing]) -> Program:
    rules = rules_of(cursor, {one.id: one.version for one in living})
    nodes = {number: expanded(rule, rules, (number,)) for number, rule in rules.items()}
    made = Program(audiences=list(living), every=(1 << len(living)) - 1)
    snapshots: dict[int | None, Known] = {one.snapshot_id: known(cursor, one.snapshot_id) for one in living}
    for start in range(0, len(living), BITS):
        made.groups += _groups(made, living[start : start + BITS], nodes, snapshots, start)
    for place, one in enumerate(living):
        _add_topics(made, nodes[one.id], 1 << place)
    return made


def _groups(
    made: Program, part: Sequence[Standing], nodes: Mapping[int, Node], snapshots: Mapping[int | None, Known], start: int
) -> list[Group]:
    newest = snapshots[max((one.snapshot_id for one in part if one.snapshot_id is not None), default=None)]
    ask, answers, needs = asked([nodes[one.id] for one in part], newest)
    if len(part) > 1 and max(map(len, ask.columns.values()), default=0) > MAX_COLUMNS:
        half = len(part) // 2
        return _groups(made, part[:half], nodes, snapshots, start) + _groups(made, part[half:], nodes, snapshots, start + half)
    return [Group(start, [one.id for one in part], needs, _text(made, ask, answers, start))]


def _text(made: Program, ask: Asking, answers: Sequence[Judged], start: int) -> str:
    holds = " | ".join(
        f"CASE WHEN t.dirty & {1 << place} = 0 THEN 0 WHEN {answer.holds} THEN {1 << place} ELSE 0 END::bigint"
        for place, answer in enumerate(answers)
    )
    dues = []
    for place, answer in enumerate(answers):
        if answer.due:
            made.timed |= 1 << (start + place)
            dues.append(f"CASE WHEN t.dirty & {1 << place} <> 0 THEN {answer.due} END")
    due = f"CASE WHEN t.is_living THEN least({', '.join(dues)}) END" if dues else "NULL::timestamptz"
    return f"""
WITH {MOMENT}, touched AS (
    SELECT w.member_id, w.dirty, CASE WHEN m.id IS NULL THEN 0 ELSE w.needs END AS needs, w.is_full, m.id IS NOT NULL AS is_living,
           m.store_id, m.assistant_id
    FROM unnest(%(members)s::bigint[], %(dirty)s::bigint[], %(needs)s::bigint[], %(full)s::bool[]) AS w (member_id, dirty, needs, is_full)
    LEFT JOIN members_member m ON m.id = w.member_id AND m.is_identified AND m.merged_into_id IS NULL
), judged AS MATERIALIZED (
    SELECT t.member_id, t.is_full, t.is_living, CASE WHEN t.is_living THEN {holds} ELSE 0 END AS is_in,
           coalesce((SELECT bit_or(1::bigint << (array_position(%(audiences)s::bigint[], s.audience_id) - 1))
                     FROM audiences_membership s WHERE s.member_id = t.member_id), 0) & t.dirty AS was_in,
           {due} AS due_at, (SELECT d.due_at FROM audiences_due d WHERE d.member_id = t.member_id) AS stored
    FROM touched t
{joins_by_member(ask, needed=True)}
)
SELECT member_id, is_in, was_in, is_full, is_living, due_at, stored FROM judged
WHERE is_in <> was_in OR is_full OR due_at < coalesce(stored, 'infinity')
"""


def _add_topics(made: Program, node: Node, bit: int) -> None:
    for topic in topics(node):
        if isinstance(topic, Counted) and topic.where:
            made.filtered.setdefault(topic.name, []).append((filters.compile(topic.where), bit))
        else:
            name = topic.name if isinstance(topic, Counted) else topic
            made.topics[name] = made.topics.get(name, 0) | bit
