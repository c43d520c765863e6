"""Everybody judged at once: for a new audience, a changed rule, a new snapshot; and for whoever asks without keeping the answer."""

from collections.abc import Sequence

import psycopg
from psycopg import Cursor

from siyu.facts.rules import Batch
from siyu.lib.sql import statements

from ..asking import MOMENT, Asking
from ..compiling import Judged, asked, expanded, joins_at_once
from ..rules import RuleError, leaves
from ..rules.tree import Node
from .edges import Edge, count_day, tag
from .moment import parameters
from .remembering import define
from .standing import Standing, dependents, known, newest_borders, rules_of

_sql = statements("siyu.audiences", "evaluating")
MEMORY = "128MB"  # of a step of judging everybody: a million members are sorted, or joined, without the disk
PEOPLE = "SELECT m.id AS member_id, m.store_id, m.assistant_id FROM members_member m WHERE m.is_identified AND m.merged_into_id IS NULL"


def renew(cursor: Cursor, batch: Batch, audiences: Sequence[Standing]) -> list[Edge]:
    """Judge everybody for the audiences that wait for it and for those that name them, and let the coming versions be in force."""
    versions = {one.id: one.next_version or one.version for one in audiences if one.next_version or one.version}
    waiting = {one.id: one for one in audiences if one.next_version is not None}
    rules, nodes = _trees(cursor, versions, waiting)
    concerned = [one for one in audiences if one.id in nodes and (one.id in waiting or one.id in dependents(rules, waiting))]
    edges: list[Edge] = []
    for one in concerned:
        edges += _renew_one(cursor, batch, one, nodes[one.id])
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


def _renew_one(cursor: Cursor, batch: Batch, audience: Standing, node: Node) -> list[Edge]:
    try:
        cursor.execute("SAVEPOINT judging")
        cursor.execute("SELECT set_config('work_mem', %s, true)", [MEMORY])
        define(cursor, [node], batch.until)
        edges = _judge(cursor, batch, audience, node)
        cursor.execute("RELEASE SAVEPOINT judging")
    except psycopg.OperationalError:
        raise
    except (psycopg.Error, LookupError, ValueError) as error:
        cursor.execute("ROLLBACK TO SAVEPOINT judging")
        cursor.execute(_sql.fail, {"audience": audience.id, "fault": f"{type(error).__name__}: {str(error).splitlines()[0][:300]}"})
        return []
    return edges


def _judge(cursor: Cursor, batch: Batch, audience: Standing, node: Node) -> list[Edge]:
    borders = newest_borders(cursor) if any(leaf.kind == "rfm" for leaf in leaves(node)) else None
    ask, (answer,), _ = asked([node], known(cursor, borders.id if borders else None))
    cursor.execute(_statement(ask, answer), {**parameters(batch.until, batch.zone), "audience": audience.id})
    changed = cursor.fetchall()
    cursor.execute("SELECT nextval(pg_get_serial_sequence('audiences_dirty', 'id'))")
    mark = str(cursor.fetchone()[0])  # type: ignore[index]
    is_told = audience.version > 0 and audience.tells_change
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
    return [edge for edge in edges if edge.is_told]


def _statement(ask: Asking, answer: Judged) -> str:
    """One statement: what everybody's answer is, what that changes, when to look again; returns who came and who went."""
    return f"""
WITH {MOMENT}, answer AS MATERIALIZED (
    SELECT t.member_id, {answer.holds} AS is_in, {answer.due or "NULL::timestamptz"} AS due_at
    FROM ({PEOPLE}) t
{joins_at_once(ask)}
), before AS MATERIALIZED (
    SELECT member_id FROM audiences_membership WHERE audience_id = %(audience)s
), came AS (
    INSERT INTO audiences_membership (member_id, audience_id, since)
    SELECT a.member_id, %(audience)s, %(now)s FROM answer a
    WHERE a.is_in AND NOT EXISTS (SELECT FROM before b WHERE b.member_id = a.member_id)
    RETURNING member_id
), went AS (
    DELETE FROM audiences_membership m USING before b
    WHERE m.audience_id = %(audience)s AND m.member_id = b.member_id
      AND NOT EXISTS (SELECT FROM answer a WHERE a.member_id = b.member_id AND a.is_in)
    RETURNING m.member_id
), later AS (
    INSERT INTO audiences_due AS d (member_id, due_at)
    SELECT a.member_id, a.due_at FROM answer a LEFT JOIN audiences_due k ON k.member_id = a.member_id
    WHERE a.due_at IS NOT NULL AND (k.due_at IS NULL OR k.due_at > a.due_at)
    ON CONFLICT (member_id) DO UPDATE SET due_at = EXCLUDED.due_at WHERE d.due_at > EXCLUDED.due_at
)
SELECT member_id, true FROM came UNION ALL SELECT member_id, false FROM went
"""
