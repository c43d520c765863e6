"""All journeys as one program: which facts let in, wake or end, and by which plan each enrolment walks."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from psycopg import Cursor

from siyu.lib.sql import array, statements

from ..checking import stored
from ..rules.plan import Plan, Predicate, planned, tests_of
from ..steps import steps
from ..triggers import triggers

_sql = statements("siyu.journeys", "walking")
KEPT = 8  # programs
KEPT_PLANS = 2_000


@dataclass(slots=True)
class Program:
    """Plans by version, those in force by journey; by the names of facts: whom they may let in (`starts`, by `calls` of what passes),
    and `tests` of those who are under way."""

    plans: dict[int, Plan] = field(default_factory=dict)
    in_force: dict[int, Plan] = field(default_factory=dict)
    by_code: dict[str, Plan] = field(default_factory=dict)
    starts: dict[str, list[Plan]] = field(default_factory=dict)
    calls: dict[str, list[Predicate]] = field(default_factory=dict)
    tests: dict[str, list[Predicate]] = field(default_factory=dict)

    @property
    def journeys(self) -> list[int]:
        return list(self.in_force)

    @property
    def moving(self) -> list[int]:
        """Journeys that are not paused."""
        return [number for number, plan in self.in_force.items() if plan.moves]


_programs: dict[Any, Program] = {}
_plans: dict[Any, Plan] = {}


def program(cursor: Cursor) -> Program:
    """The program of the journeys that run or are paused; made once for as long as none of them changes."""
    cursor.execute(_sql.program)
    rows = cursor.fetchall()
    where = (cursor.connection.info.dbname, cursor.connection.info.host)
    key = (where, tuple(rows))
    if (found := _programs.get(key)) is None:
        while len(_programs) >= KEPT:
            del _programs[next(iter(_programs))]
        found = _programs[key] = _made(cursor, where, rows)
    return found


def _made(cursor: Cursor, where: tuple[str, str], rows: Sequence[tuple[Any, ...]]) -> Program:
    _load(cursor, where, rows)
    made = Program()
    for journey, code, name, state, number, version, its_number in rows:
        is_newest = number == its_number
        plan = replace(_plans[where, version], name=name, lets_in=is_newest and state == "live", moves=state == "live")
        made.plans[version] = plan
        if is_newest:
            made.in_force[journey] = made.by_code[code] = plan
            for fact in plan.starts if plan.lets_in else ():
                made.starts.setdefault(fact, []).append(plan)
                made.calls.setdefault(fact, []).extend(plan.starts[fact])
    made.tests = tests_of(list(made.plans.values()))
    return made


def _load(cursor: Cursor, where: tuple[str, str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Plans of versions that nobody read yet; a version never changes."""
    if len(_plans) + len(rows) > KEPT_PLANS:
        _plans.clear()
    wanted = {version: (journey, code, number) for journey, code, _, _, _, version, number in rows if (where, version) not in _plans}
    if not wanted:
        return
    cursor.execute(_sql.definitions, {"ids": array(wanted)})
    for version, text in cursor.fetchall():
        journey, code, number = wanted[version]
        _plans[where, version] = planned(
            stored(json.loads(text)),
            version_id=version,
            journey_id=journey,
            number=number,
            code=code,
            name="",
            steps=steps(),
            triggers=triggers(),
        )
