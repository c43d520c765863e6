"""Whether journeys start each other without end: what steps do is told by facts, and facts let members in.

Only what can be known beforehand is looked at: facts that our own steps cause, entry rules, filters. A journey that lets a member
in once, or once for a value, or again only after days, ends every circle.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from siyu.facts import filters

from .definition import Entry

Cause = tuple[str, Mapping[str, Any]]  # a fact, and what is known of its properties


class Node(NamedTuple):
    """A journey as its neighbours see it: what lets members in (facts with filters), how often, and what its steps bring about."""

    entry: Entry
    starts: Sequence[tuple[str, dict[str, Any]]]
    causes: Sequence[Cause]

    @property
    def is_open(self) -> bool:
        """Whether the same member may come again and again."""
        return self.entry.how == "many" and not self.entry.again_after_days


def circle(code: str, nodes: Mapping[str, Node]) -> list[str]:
    """The shortest way from a journey back to itself, by their codes; empty when there is none."""
    ways: deque[list[str]] = deque([[code]])
    seen: set[str] = set()
    while ways:
        way = ways.popleft()
        for other, node in nodes.items():
            if node.is_open and other not in seen and _leads(nodes[way[-1]], node):
                if other == code:
                    return [*way, code]
                seen.add(other)
                ways.append([*way, other])
    return []


def _leads(one: Node, other: Node) -> bool:
    return any(fact == name and _may_pass(where, known) for fact, known in one.causes for name, where in other.starts)


def _may_pass(where: dict[str, Any], known: Mapping[str, Any]) -> bool:
    """Whether a fact of which so much is known can pass a filter."""
    return not named(where) <= known.keys() or filters.compile(where)(dict(known))


def named(where: Mapping[str, Any]) -> set[str]:
    """The properties that a filter looks at."""
    inner = [*where.get("all", ()), *where.get("any", ()), *([where["not"]] if "not" in where else [])]
    return {where["property"]} if "property" in where else set().union(*(named(one) for one in inner))
