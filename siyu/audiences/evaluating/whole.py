"""Everybody judged at once: for a new audience, a changed rule, a new snapshot; and for whoever asks without keeping the answer."""

from collections.abc import Sequence

import psycopg
from django.db import DatabaseError
from psycopg import Cursor

from siyu.facts.rules import Batch
from siyu.lib.sql import is_passing, statements

from ..asking import MOMENT, Asking
from ..compiling import Judged, asked, expanded, joins_at_once
from ..rules import RuleError, leaves
from ..rules.tree import Node
from .edges import Edge, count_day, tag, tag_all
from .moment import parameters
from .remembering import define
from .standing import Standing, dependents, known, newest_borders, rules_of

_sql = statements("siyu.audiences", "evaluating")
MEMORY = "128MB"  # of a step of judging everybody: a million members are sorted, or joined, without the disk
PEOPLE = "SELECT m.id AS member_id, m.store_id, m.assistant_id FROM members_member m WHERE m.is_identified AND m.merged_into_id IS NULL"


def renew(cursor: Cursor, batch: Batch, audiences: Sequence[Standing]) -> list[Edge]:
    """Judge everybody for the audiences that wait for it and for those that name them, and let the coming versions be in force.

    An audience that only follows tells who comes and goes when one that it names does.
    """
    versions = {one.id: one.next_version or one.version for one in audiences if one.next_version or one.version}
    waiting = {one.id: one for one in audiences if one.next_version is not None}
    rules, nodes = _trees(cursor, versions, waiting)
    following = dependents(rules, waiting)
    told = dependents(rules, [number for number, one in waiting.items() if one.tells_change])
    edges: list[Edge] = []
    for one in audiences:
        if one.id in nodes and (one.id in waiting or one.id in following):
            is_told = one.version > 0 and (one.tells_change if one.id in waiting else one.id in told)
            edges += _renew_one(cursor, batch, one, nodes[one.id], is_told)
    return edges


def _trees(cursor: Cursor, versions: dict[int, int], waiting: dict[int, Standing]) -> tuple[dict[int, Node], dict[int, Node]]:
    """Trees as written and as expanded; an audience whose coming version cannot be judged keeps the one it has."""
    rules = rules_of(cursor, versions)
    nodes: dict[int, Node] = {}
    for number, rule in rules.items():
        try:
            nodes[number] = expanded(rule, rules, (number,))
        except RuleError as error:
            if number not in waiting:
                raise
            cursor.execute(_sql.fail, {"audience": number, "fault": error.because})
    return rules, nodes


def _renew_one(cursor: Cursor, batch: Batch, audience: Standing, node: Node, is_told: bool) -> list[Edge]:
    try:
        cursor.execute("SAVEPOINT judging")
        cursor.execute("SELECT set_config('work_mem', %s, true)", [MEMORY])
        define(cursor, [node], batch.until)
        edges = _judge(cursor, batch, audience, node, is_told)
        cursor.execute("RELEASE SAVEPOINT judging")
    except (psycopg.Error, DatabaseError, LookupError, ValueError) as error:
        if is_passing(error):
            raise
        cursor.execute("ROLLBACK TO SAVEPOINT judging")
        cursor.execute(_sql.fail, {"audience": audience.id, "fault": f"{type(error).__name__}: {str(error).splitlines()[0][:300]}"})
        return []
    return edges


def _judge(cursor: Cursor, batch: Batch, audience: Standing, node: Node, is_told: bool) -> list[Edge]:
    borders = newest_borders(cursor) if any(leaf.kind == "rfm" for leaf in leaves(node)) else None
    ask, (answer,), _ = asked([node], known(cursor, borders.id if borders else None))
    cursor.execute(_answers(ask, answer), parameters(batch.until, batch.zone))
    cursor.execute("ANALYZE audiences_answer")
    cursor.execute(_sql.take_answers, {"audience": audience.id, "now": batch.until})
    changed = cursor.fetchall()
    cursor.execute("DROP TABLE audiences_answer")
    cursor.execute("SELECT nextval(pg_get_serial_sequence('audiences_dirty', 'id'))")
    mark = str(cursor.fetchone()[0])  # type: ignore[index]
    edges = [Edge(audience, member, is_in, "rule", None, batch.until, mark, is_told) for member, is_in in changed]
    came = sum(edge.is_in for edge in edges)
    size = audience.size + 2 * came - len(edges)
    if audience.next_version is None:
        cursor.execute(_sql.refresh, {"audience": audience.id, "size": size, "now": batch.until, "zone": batch.zone.key})
    else:
        columns = {
            "audience": audience.id,
            "size": size,
            "now": batch.until,
            "zone": batch.zone.key,
            "snapshot": borders.id if borders else None,
        }
        cursor.execute(_sql.activate, columns)
    count_day(cursor, batch, {audience.id: (came, len(edges) - came)})
    tag(cursor, batch, edges)
    tag_all(cursor, batch, audience)
    return [edge for edge in edges if edge.is_told]


def _answers(ask: Asking, answer: Judged) -> str:
    """Everybody's answer, in a table that the transaction takes along: what only reads is computed by several processes at once."""
    return f"""
CREATE TEMPORARY TABLE audiences_answer ON COMMIT DROP AS
WITH {MOMENT}
SELECT t.member_id, {answer.holds} AS is_in, {answer.due or "NULL::timestamptz"} AS due_at
FROM ({PEOPLE}) t
{joins_at_once(ask)}
"""
