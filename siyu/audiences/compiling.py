"""From rules to one statement: every source is read once for all audiences, whoever asks; each audience becomes a bit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from siyu.facts import filters
from siyu.lib.words import gettext_noop

from .asking import Asking, Counted, Known, Source, Sql, least, literal
from .conditions import conditions
from .rules import Leaf, RuleError, leaves
from .rules.tree import MAX_NODES, Group, Node
from .rules.windows import EVER

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
    rule = _expanded(rules[number], rules, (*seen, number))
    return Group(node.at, "all", (rule,) if node.terms.within == EVER else (rule, node), of=node)


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
    due = _due(node, parts)
    if node.word == "not":
        return Judged(f"NOT {parts[0].holds}", due)
    joint = " AND " if node.word == "all" else " OR "
    return Judged(f"({joint.join(part.holds for part in parts)})" if parts else "TRUE", due)


def _due(node: Group, parts: Sequence[Judged]) -> Sql | None:
    """When a group's answer can next change. How long somebody is in another audience only changes while they are."""
    dues = [part.due for part in parts]
    if node.of is not None and len(parts) > 1 and dues[1]:
        dues[1] = f"CASE WHEN {parts[0].holds} THEN {dues[1]} END"
    return least(dues)


Need = tuple[str, Any]  # a source, and which of its rows (None: the source at all)


def all_needs(ask: Asking) -> list[Need]:
    """Each source of a statement, and each counter or watch of those that have them."""
    needs: list[Need] = [(name, None) for name in ask.sources]
    return needs + [(name, each) for name in ask.sources for each in sorted(ask.back.get(name, ())) if ask.sources[name].day]


def need_bits(ask: Asking) -> dict[Need, int]:
    """A bit for each need, so that what a member does not need is not looked up. As many as fit into a number; the rest always is."""
    return {need: 1 << place for place, need in enumerate(all_needs(ask)[:BITS])}


def joins_by_member(ask: Asking, *, needed: bool) -> Sql:
    """Every source, looked up member by member: what a few members are judged by."""
    bits = need_bits(ask) if needed else {}
    parts = []
    owning = [name for name, source in ask.sources.items() if source.handle]
    if owning:  # the handles are looked up once, whoever asks for what belongs to them
        test = _needed(bits, [(name, None) for name in owning])
        own = f"SELECT array_agg(i.id) AS handles FROM members_identity i WHERE i.member_id = t.member_id{test}"
        parts.append(f"LEFT JOIN LATERAL ({own}) own ON TRUE")
    for name, source in ask.sources.items():
        whose = f"{source.handle} = ANY(own.handles)" if source.handle else f"{source.member} = t.member_id"
        tests = " AND ".join([whose, *_only(ask, source, bits)]) + _needed(bits, [(name, None)])
        parts.append(
            f"LEFT JOIN LATERAL (SELECT {_columns(ask, name)} FROM {_relation(ask, source)} WHERE {tests}"
            f"{ONCE if source.is_row else ''}) {name} ON TRUE"
        )
    return "\n".join(parts)


def _needed(bits: Mapping[Need, int], needs: Sequence[Need]) -> Sql:
    """A test whether a member needs any of these."""
    if not all(need in bits for need in needs):
        return ""
    return f" AND (t.needs & {sum(bits[need] for need in needs)}) <> 0"


def joins_at_once(ask: Asking) -> Sql:
    """Every source, read as a whole: what everybody is judged by."""
    parts = []
    for name, source in ask.sources.items():
        where = _where(source, _only(ask, source, {}))
        member, relation = source.member, _relation(ask, source)
        if source.handle:
            member, relation = "i.member_id", f"{relation} JOIN members_identity i ON i.id = {source.handle}"
        group = "" if source.is_row else f" GROUP BY {member}"
        read = f"SELECT {member} AS member_id, {_columns(ask, name)} FROM {relation}{where}{group}"
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


def _only(ask: Asking, source: Source, bits: Mapping[Need, int]) -> list[Sql]:
    wanted = sorted(ask.only.get(source.name, ()))
    if not source.only or not wanted:
        return []
    tests = [f"{source.only} = ANY({_each(source, wanted, bits)})"]
    back = ask.back.get(source.name, {})
    bounded = [days for days in back.values() if days is not None]
    if source.day and bounded:
        recent = f"{source.day} >= {ask.today} - {max(bounded)}"
        ever = sorted(number for number, days in back.items() if days is None)
        tests.append(f"({source.only} = ANY({literal(ever)}) OR {recent})" if ever else recent)
    return tests


def _each(source: Source, wanted: Sequence[Any], bits: Mapping[Need, int]) -> Sql:
    """Which rows are read: of counters and watches those that a member needs."""
    if not any((source.name, each) in bits for each in wanted):
        return literal(wanted)
    needs = [bits.get((source.name, each)) for each in wanted]
    cells = [
        f"{each}" if bit is None else f"CASE WHEN t.needs & {bit} <> 0 THEN {each} END" for each, bit in zip(wanted, needs, strict=True)
    ]
    return f"ARRAY[{', '.join(cells)}]::smallint[]"


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
    """Several expanded trees in one asking: their answers, and for each what it needs as a mask of `need_bits`."""
    ask = Asking(known, live=live)
    answers, read = [], []
    for node in nodes:
        own = Asking(known, live=live)
        judge(node, own)
        answers.append(judge(node, ask))
        read.append(all_needs(own))
    bits = need_bits(ask)
    return ask, answers, [sum(bits.get(need, 0) for need in needs) for needs in read]
