"""What decides a write was read under a lock, or the write has a condition of its own: seen in the SQL of every call that races."""

import re
from collections.abc import Iterator

import pytest
from pglast import parse_sql
from pglast.ast import ColumnRef, DeleteStmt, LockingClause, Node, RangeVar, SelectStmt, String, UpdateStmt

from .harness import Race, steps
from .pool import RACES, Pool
from .test_races import pool, prepared  # noqa: F401

ROOMS = ("loyalty_", "membership_")
pytestmark = [pytest.mark.xdist_group("races")]


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.name)
def test_what_decides_a_write_was_read_under_a_lock(race: Race, pool: Pool) -> None:  # noqa: F811
    trace = [statement for statement, _ in steps(prepared(race, pool).act)]

    assert any(statement == "COMMIT" for statement in trace)
    assert faults(trace) == []


def test_a_read_before_the_lock_that_decides_a_write_is_found() -> None:
    read, lock = "SELECT * FROM loyalty_lot WHERE id = %s", "SELECT id FROM members_member WHERE id = %s FOR NO KEY UPDATE"
    write, sure = (
        "UPDATE loyalty_lot SET remaining = 1 WHERE id = %s",
        "UPDATE loyalty_lot SET remaining = 1 WHERE id = %s AND remaining > 1",
    )

    assert faults([read, write, "COMMIT"]) == [write]
    assert faults([read, lock, write, "COMMIT"]) == [write]
    assert faults([lock, read, "COMMIT", write]) == [write]
    assert faults([lock, read, write, "COMMIT"]) == []
    assert faults([read, lock, read, write]) == []
    assert faults([read + " FOR UPDATE", write]) == []
    assert faults([read, sure]) == []
    with_it = "WITH changed AS (UPDATE loyalty_lot SET remaining = 1 WHERE id = %s) INSERT INTO loyalty_entry (id) VALUES (1)"
    assert faults([read, with_it]) == [with_it]
    assert faults([lock, read, with_it]) == []


def faults(trace: list[str]) -> list[str]:
    """Writes of a trace that neither a lock nor a condition protects."""
    found = []
    stale: set[str] = set()  # read, not under a lock
    held: set[str] = set()  # tables whose rows are locked
    is_locked = False
    for statement in trace:
        if statement in ("", "COMMIT"):
            stale, held, is_locked = set(), set(), False
            continue
        for node in _parsed(statement):
            if isinstance(node, SelectStmt):
                tables = {one.relname for one in _nodes(node) if isinstance(one, RangeVar)}
                if any(isinstance(one, LockingClause) for one in _nodes(node)):
                    held |= tables
                is_locked = is_locked or "members_member" in held or "pg_advisory" in statement
                stale = stale - tables if is_locked or tables <= held else stale | tables
            for write in (one for one in _nodes(node) if isinstance(one, UpdateStmt | DeleteStmt)):  # also those in a WITH
                table = write.relation.relname
                is_safe = table in held or (is_locked and table not in stale)
                if table.startswith(ROOMS) and not is_safe and not _is_conditional(write):
                    found.append(statement)
    return found


def _is_conditional(node: UpdateStmt | DeleteStmt) -> bool:
    """Whether the condition looks at what the statement changes."""
    if isinstance(node, DeleteStmt):
        return True  # a row that is gone is not deleted again
    changed = {target.name for target in node.targetList}
    seen = {part.sval for one in _nodes(node.whereClause) if isinstance(one, ColumnRef) for part in one.fields if isinstance(part, String)}
    return bool(changed & seen)


def _parsed(text: str) -> list[Node]:
    text = re.sub(r"%\((\w+)\)s|%s|%b|%t", "NULL", text).replace("%%", "%")
    return [raw.stmt for raw in parse_sql(text)]


def _nodes(node: object) -> Iterator[Node]:
    if isinstance(node, Node):
        yield node
        for name in node:
            yield from _nodes(getattr(node, name))
    elif isinstance(node, tuple):
        for inner in node:
            yield from _nodes(inner)
