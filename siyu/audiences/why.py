"""Why a member is in an audience or not: every node of the rule with its answer, what it read, and the facts behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.timezone import localtime
from django.utils.translation import gettext
from psycopg import Cursor, sql

from siyu.lib.sql import statements
from siyu.merchant.queries import settings_book

from .asking import MOMENT, Asking, Known, Sql
from .checking import coming_rules
from .compiling import expanded, joins_by_member, passes
from .conditions import Because, conditions
from .evaluating.moment import parameters
from .evaluating.standing import known, newest_borders
from .rules import Leaf
from .rules.tree import Group, Node

MAX_FACTS = 5  # behind one condition
_sql = statements("siyu.audiences", "queries")
_ONE = "SELECT m.id AS member_id, m.store_id, m.assistant_id FROM members_member m WHERE m.id = %(member)s"


@dataclass(frozen=True, slots=True)
class Behind:
    """A fact behind an answer."""

    id: int
    occurred_at: datetime
    name: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A node of a rule and its answer: `words` say what is asked, `told` what was found; `nodes` are what it combines."""

    at: str
    words: str
    holds: bool
    told: str = ""
    facts: Sequence[Behind] = ()
    nodes: Sequence["Answer"] = ()


def why(node: Node, member_id: int, now: datetime) -> Answer:
    """Judge one member node by node, from the same columns as everybody is judged by."""
    whole = expanded(node, coming_rules())
    connection.ensure_connection()
    with Cursor(connection.connection) as cursor:
        borders = newest_borders(cursor)
        ask = Asking(known(cursor, borders.id if borders else None), live=True)
        wanted: list[Sql] = []
        shown = _ask(whole, ask, wanted)
        moment = {**parameters(now, settings_book().zone(now.date())), "member": member_id}
        columns = ", ".join(f"{column} AS v{place}" for place, column in enumerate(wanted)) or "true"
        cursor.execute(f"WITH {MOMENT} SELECT {columns} FROM ({_ONE}) t {joins_by_member(ask, needed=False)}", moment)
        row = cursor.fetchone() or [None] * len(wanted)
        return _answer(whole, shown, list(row), cursor, moment)


Shown = dict[int, tuple[int, Because]]  # a leaf (by identity) → where its columns begin, and how they are told


def _ask(node: Node, ask: Asking, wanted: list[Sql]) -> Shown:
    if isinstance(node, Group):
        return {key: value for each in node.nodes for key, value in _ask(each, ask, wanted).items()}
    module = conditions()[node.kind]
    because = module.why(node.terms, ask)
    place = len(wanted)
    wanted += [f"coalesce({module.sql(node.terms, ask)}, false)", *because.shown]
    return {id(node): (place, because)}


def _answer(node: Node, shown: Shown, row: list[Any], cursor: Cursor, moment: dict[str, Any]) -> Answer:
    if isinstance(node, Leaf):
        place, because = shown[id(node)]
        values = [_readable(value) for value in row[place + 1 : place + 1 + len(because.shown)]]
        facts = _behind(cursor, because, moment)
        return Answer(node.at, conditions()[node.kind].words(node.terms), bool(row[place]), because.tell(*values), facts)
    nodes = [_answer(each, shown, row, cursor, moment) for each in node.nodes]
    holds = {"all": all, "any": any}.get(node.word, lambda answers: not next(iter(answers)))(each.holds for each in nodes)
    if node.of is None:
        return Answer(node.at, _group_words(node), holds, nodes=nodes)
    return Answer(
        node.at, conditions()[node.of.kind].words(node.of.terms), holds, " · ".join(each.told for each in nodes[1:]), nodes=nodes[:1]
    )


def _group_words(node: Group) -> str:
    if not node.nodes:
        return gettext("everybody")
    return {"all": gettext("all of these"), "any": gettext("any of these"), "not": gettext("not")}[node.word]


def _readable(value: Any) -> Any:
    return localtime(value).strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else value


def _behind(cursor: Cursor, because: Because, moment: dict[str, Any]) -> list[Behind]:
    found: list[Behind] = []
    for counted in because.counted:
        inside = f"{passes(counted)} AND {Asking(Known()).within(because.window, 'business_day', 'occurred_at')}"
        found += _facts(cursor, inside, because, moment) or _facts(cursor, passes(counted), because, moment)
    return sorted(found, key=lambda fact: (fact.occurred_at, fact.id), reverse=not because.is_oldest)[:MAX_FACTS]


def _facts(cursor: Cursor, condition: Sql, because: Because, moment: dict[str, Any]) -> list[Behind]:
    order = "occurred_at, id" if because.is_oldest else "occurred_at DESC, id DESC"
    statement = sql.SQL(_sql.behind).format(condition=sql.SQL(condition), order=sql.SQL(order))
    cursor.execute(statement, {**moment, "limit": MAX_FACTS})
    return [Behind(*row) for row in cursor.fetchall()]


def told(rule_node: Node) -> list[tuple[int, str, str]]:
    """A rule in words, a line a node: depth, path, words."""
    lines: list[tuple[int, str, str]] = []
    _tell(rule_node, 0, lines)
    return lines


def _tell(node: Node, depth: int, lines: list[tuple[int, str, str]]) -> None:
    if isinstance(node, Leaf):
        lines.append((depth, node.at, conditions()[node.kind].words(node.terms)))
        return
    lines.append((depth, node.at, _group_words(node)))
    for each in node.nodes:
        _tell(each, depth + 1, lines)
