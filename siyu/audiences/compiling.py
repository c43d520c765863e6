"""From rules to one statement: every source is read once for all audiences, whoever asks; each audience becomes a bit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from siyu.facts import filters
from siyu.lib.words import gettext_noop

from .asking import Asking, Counted, Known, Source, Sql, least, literal
from .conditions import conditions
from .rules import Leaf, RuleError, leaves
from .rules.tree import MAX_NODES, Group, Node

ONCE = " OFFSET 0"  # a fence: each member is looked up by itself, whatever the planner hopes, and columns are computed once
BITS = 60  # audiences of one statement
MAX_EXPANDED = 5 * MAX_NODES  # nodes, with the rules of audiences that a rule names


@dataclass(frozen=True, slots=True)
class Judged:
    """A rule in SQL: whether it holds for `t.member_id`, and when time alone can next change that (None: never)."""

    holds: Sql
    due: Sql | None


def expanded(node: Node, rules: Mapping[int, Node], seen: tuple[int, ...] = ()) -> Node:
    """A tree in which every named audience is replaced by its rule. Raises `RuleError`: circles, unknown, too many nodes."""
    tree = _expanded(node, rules, seen)
    if (size := _size(tree)) > MAX_EXPANDED:
        raise RuleError(
            "", "with the audiences it names, a rule has at most %(limit)s nodes, this one %(size)s", limit=MAX_EXPANDED, size=size
        )
    return tree


def _expanded(node: Node, rules: Mapping[int, Node], seen: tuple[int, ...]) -> Node:
    if isinstance(node, Group):
        return Group(node.at, node.word, tuple(_expanded(each, rules, seen) for each in node.nodes), node.of)
    if node.kind != "audience":
        return node
    number = node.terms.audience
    if number in seen:
        raise RuleError(node.at, gettext_noop("audience %(number)s leads back to itself"), number=number)
    if number not in rules:
        raise RuleError(node.at, gettext_noop("there is no audience %(number)s"), number=number)
    return Group(node.at, "all", (_expanded(rules[number], rules, (*seen, number)),), of=node)


def _size(node: Node) -> int:
    return 1 if isinstance(node, Leaf) else 1 + sum(_size(each) for each in node.nodes)


def named_audiences(node: Node) -> set[int]:
    """The audiences that a tree names, before it is expanded."""
    return {leaf.terms.audience for leaf in leaves(node) if leaf.kind == "audience"}


def topics(node: Node) -> list[str | Counted]:
    """What makes a member's answer doubtful: names of facts, and rooms' words for changes that no fact tells."""
    return [topic for leaf in leaves(node) for topic in conditions()[leaf.kind].dirty_on(leaf.terms)]


def judge(node: Node, ask: Asking) -> Judged:
    """A tree in SQL. No part of it is ever null."""
    if isinstance(node, Leaf):
        module = conditions()[node.kind]
        return Judged(f"coalesce({module.sql(node.terms, ask)}, false)", module.next_due(node.terms, ask))
    parts = [judge(each, ask) for each in node.nodes]
    due = least([part.due for part in parts])
    if node.word == "not":
        return Judged(f"NOT {parts[0].holds}", due)
    joint = " AND " if node.word == "all" else " OR "
    return Judged(f"({joint.join(part.holds for part in parts)})" if parts else "TRUE", due)


def source_bits(ask: Asking) -> dict[str, int]:
    """A bit for each source of a statement: members for whom it is not needed are not looked up."""
    return {name: 1 << place for place, name in enumerate(ask.sources)}


def joins_by_member(ask: Asking, *, needed: bool) -> Sql:
    """Every source, looked up member by member: what a few members are judged by."""
    parts = []
    for (name, source), bit in zip(ask.sources.items(), source_bits(ask).values(), strict=True):
        tests = [f"{source.member} = t.member_id", *_only(ask, source)]
        if needed and bit < 1 << BITS:
            tests.append(f"(t.needs & {bit}) <> 0")
        parts.append(
            f"LEFT JOIN LATERAL (SELECT {_columns(ask, name)} FROM {_relation(ask, source)} WHERE {' AND '.join(tests)}"
            f"{ONCE if source.is_row else ''}) {name} ON TRUE"
        )
    return "\n".join(parts)


def joins_at_once(ask: Asking) -> Sql:
    """Every source, read as a whole: what everybody is judged by."""
    parts = []
    for name, source in ask.sources.items():
        where = _where(source, _only(ask, source))
        group = "" if source.is_row else f" GROUP BY {source.member}"
        read = f"SELECT {source.member} AS member_id, {_columns(ask, name)} FROM {_relation(ask, source)}{where}{group}"
        parts.append(f"LEFT JOIN ({read}) {name} ON {name}.member_id = t.member_id")
    return "\n".join(parts)


def _where(source: Source, tests: Sequence[Sql]) -> Sql:
    """What rows of a source are read for everybody. Of what is counted most rows are: the planner, who has no statistics after a
    back-fill and would hope for one in a thousand, is told so by a test it cannot look into."""
    if not tests:
        return ""
    joint = " AND ".join(tests)
    return f" WHERE CASE WHEN {joint} THEN TRUE ELSE FALSE END" if source.day else f" WHERE {joint}"


def _columns(ask: Asking, name: str) -> Sql:
    return ", ".join(f"{expression} AS {column}" for expression, column in ask.columns[name].items())


def _only(ask: Asking, source: Source) -> list[Sql]:
    wanted = sorted(ask.only.get(source.name, ()))
    if not source.only or not wanted:
        return []
    tests = [f"{source.only} = ANY({literal(wanted)})"]
    back = ask.back.get(source.name, {})
    bounded = [days for days in back.values() if days is not None]
    if source.day and bounded:
        recent = f"{source.day} >= {ask.today} - {max(bounded)}"
        ever = sorted(number for number, days in back.items() if days is None)
        tests.append(f"({source.only} = ANY({literal(ever)}) OR {recent})" if ever else recent)
    return tests


def _relation(ask: Asking, source: Source) -> Sql:
    relation = source.relation
    if "{counted}" in relation:
        relation = relation.replace("{counted}", _counted(ask.unknown_counters.values()))
    if "{moments}" in relation:
        relation = relation.replace("{moments}", _moments(ask.unknown_watches.values()))
    return relation


def _counted(unknown: Iterable[tuple[int, Counted]]) -> Sql:
    """The counters; and, for what nothing counts yet, the log itself."""
    from_log = [f"SELECT identity_id, {number}, business_day, 1 FROM facts_log WHERE {passes(counted)}" for number, counted in unknown]
    if not from_log:
        return "facts_counter_day"
    known = "SELECT identity_id, counter_id, business_day, times FROM facts_counter_day"
    return f"({' UNION ALL '.join([known, *from_log])})"


def _moments(unknown: Iterable[tuple[int, Counted]]) -> Sql:
    from_log = [
        f"SELECT identity_id, {number}, occurred_at, business_day FROM facts_log WHERE {passes(counted)}" for number, counted in unknown
    ]
    if not from_log:
        return "audiences_moment"
    known = "SELECT identity_id, watch_id, occurred_at, business_day FROM audiences_moment"
    return f"({' UNION ALL '.join([known, *from_log])})"


def passes(counted: Counted) -> Sql:
    """Whether a row of the log is one of the facts that are counted."""
    return f"name = {literal(counted.name)} AND {filters.to_sql(counted.where).as_string(None)}"


def asked(nodes: Sequence[Node], known: Known, *, live: bool = False) -> tuple[Asking, list[Judged], list[int]]:
    """Several expanded trees in one asking: their answers, and for each the sources it needs as a mask."""
    ask = Asking(known, live=live)
    answers, needs = [], []
    for node in nodes:
        own = Asking(known, live=live)
        judge(node, own)
        answers.append(judge(node, ask))
        needs.append(sum(bit for name, bit in source_bits(ask).items() if name in own.sources and bit < 1 << BITS))
    return ask, answers, needs
