"""The audiences as the database holds them: which there are, their rules, and what rules need to be judged."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from psycopg import Cursor

from siyu.lib.sql import array, statements

from ..asking import Known
from ..conditions import kinds
from ..rules import parsed
from ..rules.tree import Node

_sql = statements("siyu.audiences", "evaluating")


class Standing(NamedTuple):
    """An audience: the version it is judged by (0: none yet), and the one to come."""

    id: int
    version: int
    next_version: int | None
    tells_change: bool
    snapshot_id: int | None
    zone: str
    tag: str
    size: int


class Borders(NamedTuple):
    """The borders between the scores of RFM, four for each axis, rising."""

    id: int
    recency: tuple[date, ...]
    frequency: tuple[int, ...]
    monetary: tuple[int, ...]


def standing(cursor: Cursor) -> list[Standing]:
    """Audiences that are not archived."""
    cursor.execute(_sql.audiences)
    return [Standing(*row) for row in cursor.fetchall()]


def rules_of(cursor: Cursor, versions: Mapping[int, int]) -> dict[int, Node]:
    """The trees of versions, by audience."""
    chosen = sorted(versions.items())
    columns = {"audiences": array(audience for audience, _ in chosen), "versions": array(number for _, number in chosen)}
    cursor.execute(_sql.rules, columns)
    return {audience: parsed(json.loads(rule), kinds()) for audience, _, rule in cursor.fetchall()}


def known(cursor: Cursor, snapshot: int | None) -> Known:
    """What is counted and remembered by now, and the borders of a snapshot."""
    cursor.execute(_sql.counters)
    counters: dict[str, int] = dict(cursor.fetchall())
    cursor.execute(_sql.watches)
    watches = {key: number for key, number, _, _ in cursor.fetchall()}
    return Known(counters, watches, borders_of(cursor, snapshot))


def borders_of(cursor: Cursor, snapshot: int | None) -> Borders | None:
    if snapshot is None:
        return None
    cursor.execute(_sql.snapshots, {"ids": array([snapshot])})
    return _borders(cursor.fetchone())


def newest_borders(cursor: Cursor) -> Borders | None:
    cursor.execute(_sql.snapshot)
    return _borders(cursor.fetchone())


def _borders(row: Sequence[Any] | None) -> Borders | None:
    if row is None:
        return None
    recency = tuple(date.fromisoformat(day) for day in json.loads(row[1]))
    return Borders(row[0], recency, tuple(json.loads(row[2])), tuple(json.loads(row[3])))


def dependents(rules: Mapping[int, Node], changed: Iterable[int]) -> set[int]:
    """The audiences whose rules name one of these, directly or through others."""
    from ..compiling import named_audiences

    found = set(changed)
    while more := {number for number, node in rules.items() if number not in found and named_audiences(node) & found}:
        found |= more
    return found - set(changed)
