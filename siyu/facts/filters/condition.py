"""A filter as an SQL condition over a jsonb column `properties`: the one place of the log that composes SQL.

What it composes holds no `%`, so that it can stand in a statement with parameters and in one without.
"""

import json
from typing import Any

from psycopg import sql

from .tree import Tree, check, number_of

_SIGNS = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_TEXT = sql.SQL("found #>> '{{}}'").format()
_NUMBER = sql.SQL(
    "CASE jsonb_typeof(found) WHEN 'number' THEN found::numeric"
    " WHEN 'string' THEN CASE WHEN {text} ~ '^-?[0-9]{{1,30}}(\\.[0-9]{{1,30}})?$' THEN ({text})::numeric END END"
).format(text=_TEXT)


def to_sql(tree: Tree) -> sql.Composable:
    """The condition of a filter, true or false and never null; raises `FilterError` for what is none."""
    check(tree)
    return _compose(tree)


def _compose(node: Tree) -> sql.Composable:
    if not node:
        return sql.SQL("TRUE")
    if "property" in node:
        return _leaf(node)
    if "not" in node:
        return sql.SQL("NOT {}").format(_compose(node["not"]))
    word = "all" if "all" in node else "any"
    joint = sql.SQL(" AND " if word == "all" else " OR ")
    return sql.SQL("({})").format(joint.join(_compose(child) for child in node[word]))


def _leaf(leaf: Tree) -> sql.Composable:
    op = leaf["op"]
    exists = sql.SQL("EXISTS (SELECT FROM jsonb_path_query(properties, {path}::jsonpath, '{{}}', true) AS found WHERE {test})").format(
        path=_literal(_path(leaf["property"])), test=_test(op, leaf.get("value"))
    )
    return sql.SQL("NOT {}").format(exists) if op in ("ne", "not_in", "absent") else exists


def _path(dotted: str) -> str:
    """`lines.sku` → `lax $."lines"."sku"[*]`: lax unwraps a list on the way, `[*]` one at the end."""
    return "lax $" + "".join("." + json.dumps(step) for step in dotted.split(".")) + "[*]"


def _test(op: str, value: Any) -> sql.Composable:
    if op in ("exists", "absent"):
        return sql.SQL("jsonb_typeof(found) <> 'null'")
    if op in ("in", "not_in"):
        return sql.SQL(" OR ").join(_compared("eq", each) for each in value)
    if op == "contains":
        return sql.SQL("jsonb_typeof(found) = 'string' AND strpos({}, {}) > 0").format(_TEXT, _text(value))
    if op == "starts_with":
        return sql.SQL("jsonb_typeof(found) = 'string' AND starts_with({}, {})").format(_TEXT, _text(value))
    return _compared("eq" if op == "ne" else op, value)


def _compared(op: str, value: Any) -> sql.Composable:
    sign = sql.SQL(_SIGNS[op])
    if isinstance(value, bool):
        return sql.SQL("found = {}::jsonb").format(sql.Literal("true" if value else "false"))
    if isinstance(value, str):
        return sql.SQL("(jsonb_typeof(found) = 'string' AND ({}) COLLATE \"C\" {} {})").format(_TEXT, sign, _text(value))
    return sql.SQL("({} {} {}::numeric)").format(_NUMBER, sign, sql.Literal(format(number_of(value), "f")))


def _text(value: str) -> sql.Composable:
    return sql.SQL("({}::jsonb #>> '{{}}')").format(_literal(json.dumps(value)))


def _literal(escaped: str) -> sql.Literal:
    """JSON or a path as a literal; a percent sign is escaped as JSON does, for it would mean a parameter."""
    return sql.Literal(escaped.replace("%", "\\u0025"))
