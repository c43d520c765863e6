"""A rule is a small JSON tree: `{"all": […]}`, `{"any": […]}`, `{"not": …}` over conditions, `{"condition": "tag", …}`.

`{}` is everybody. A node is named by its path: `all[1].not`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from siyu.lib.refusal import Refusal
from siyu.lib.texts import is_storable
from siyu.lib.words import gettext_noop

MAX_DEPTH = 8
MAX_NODES = 100  # of one rule, the rules of audiences that it names not counted
WORDS = ("all", "any", "not")

Rule = dict[str, Any]


class RuleError(Refusal):
    """A tree that is no rule: `at` is the node, `reason` what is wrong with it."""

    def __init__(self, at: str, because: str, /, **values: Any) -> None:
        self.at = at or "rule"
        self.reason = because
        super().__init__("rule.invalid", "%(at)s: " + because, at=self.at, **values)

    def told(self, translate: Callable[[str], str] = str) -> str:
        """The node, and the reason in the reader's language."""
        return f"{self.at}: {translate(self.reason) % self.values}"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A condition of a rule: its place in the tree, its kind and its terms."""

    at: str
    kind: str
    terms: Any


@dataclass(frozen=True, slots=True)
class Group:
    """A node that combines others: `word` is all, any or not. A leaf may stand for a group: `of` is what it was written as, the first
    node its rule, and itself the second when it asks for more than the rule."""

    at: str
    word: str
    nodes: tuple["Node", ...]
    of: Leaf | None = None


Node = Leaf | Group
EVERYBODY = Group("", "all", ())


def parsed(rule: Any, kinds: Mapping[str, type]) -> Node:
    """The tree of a rule, each condition's terms checked against its kind. Raises `RuleError`."""
    counted = [0]
    return _node(rule, "", 1, kinds, counted)


def _node(rule: Any, at: str, depth: int, kinds: Mapping[str, type], counted: list[int]) -> Node:
    if not isinstance(rule, dict):
        raise RuleError(at, gettext_noop("must be an object"))
    if depth > MAX_DEPTH:
        raise RuleError(at, gettext_noop("nested deeper than %(limit)s"), limit=MAX_DEPTH)
    counted[0] += 1
    if counted[0] > MAX_NODES:
        raise RuleError(at, gettext_noop("a rule has at most %(limit)s nodes"), limit=MAX_NODES)
    if not rule:
        return Group(at, "all", ())
    if "condition" in rule:
        return _leaf(rule, at, kinds)
    if len(rule) != 1 or (word := next(iter(rule))) not in WORDS:
        raise RuleError(at, gettext_noop("must be one of all, any, not, or a condition"))
    here = f"{at}.{word}".lstrip(".")
    inner = rule[word]
    if word == "not":
        return Group(at, "not", (_node(inner, here, depth + 1, kinds, counted),))
    if not isinstance(inner, list) or not 1 <= len(inner) <= MAX_NODES:
        raise RuleError(here, gettext_noop("must be a list of 1 to %(limit)s nodes"), limit=MAX_NODES)
    return Group(at, word, tuple(_node(each, f"{here}[{place}]", depth + 1, kinds, counted) for place, each in enumerate(inner)))


def _leaf(rule: Rule, at: str, kinds: Mapping[str, type]) -> Leaf:
    kind = rule["condition"]
    if not isinstance(kind, str) or kind not in kinds:
        raise RuleError(at, gettext_noop("there is no condition %(kind)s"), kind=str(kind)[:60])
    if not is_storable(rule):
        raise RuleError(at, gettext_noop("holds a character that no text can hold"))
    try:
        return Leaf(at, kind, msgspec.convert(rule, type=kinds[kind]))
    except (msgspec.ValidationError, RecursionError) as error:
        raise RuleError(at, "%(reason)s", reason=str(error).replace("`$.", "`").replace("`$", "`")) from error


def leaves(node: Node) -> Iterator[Leaf]:
    """The conditions of a tree, from left to right."""
    if isinstance(node, Leaf):
        yield node
    else:
        for each in node.nodes:
            yield from leaves(each)
