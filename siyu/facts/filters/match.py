"""A filter as a Python predicate over a fact's properties: what the pump calls."""

import operator
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from .tree import Tree, check, number_of

Predicate = Callable[[dict[str, Any]], bool]
_Test = Callable[[Any], bool]

_DECIMAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")  # a decimal written as a text; `condition.py` says the same in SQL
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def compile(tree: Tree) -> Predicate:
    """The predicate of a filter; raises `FilterError` for what is none."""
    check(tree)
    return _compile(tree)


def _compile(node: Tree) -> Predicate:
    if not node:
        return lambda properties: True
    if "property" in node:
        return _leaf(node)
    if "not" in node:
        inner = _compile(node["not"])
        return lambda properties: not inner(properties)
    children = tuple(_compile(child) for child in node.get("all") or node["any"])
    if "all" in node:
        return lambda properties: all(child(properties) for child in children)
    return lambda properties: any(child(properties) for child in children)


def _leaf(leaf: Tree) -> Predicate:
    op = leaf["op"]
    test = _test(op, leaf.get("value"))
    steps = leaf["property"].split(".")
    negated = op in ("ne", "not_in", "absent")

    def holds(properties: dict[str, Any]) -> bool:
        value = properties.get(steps[0])
        if len(steps) == 1 and not isinstance(value, list):
            return test(value) is not negated
        return any(map(test, _reach(value, steps[1:]))) is not negated

    return holds


def _reach(value: Any, steps: list[str]) -> Iterable[Any]:
    """What a path leads to; a list on the way, or at the end, stands for its elements."""
    found = [value]
    for step in steps:
        found = [inner[step] for inner in _spread(found) if isinstance(inner, dict) and step in inner]
    return _spread(found)


def _spread(values: list[Any]) -> list[Any]:
    return [inner for value in values for inner in (value if isinstance(value, list) else (value,))]


def _test(op: str, value: Any) -> _Test:
    if op in ("exists", "absent"):
        return lambda found: found is not None
    if op in ("in", "not_in"):
        tests = tuple(_compared("eq", each) for each in value)
        return lambda found: any(test(found) for test in tests)
    if op == "contains":
        return lambda found: isinstance(found, str) and value in found
    if op == "starts_with":
        return lambda found: isinstance(found, str) and found.startswith(value)
    return _compared("eq" if op == "ne" else op, value)


def _compared(op: str, value: Any) -> _Test:
    compare = _COMPARE[op]
    if isinstance(value, bool):
        return lambda found: found is value
    if isinstance(value, str):
        return lambda found: isinstance(found, str) and compare(found, value)
    wanted = number_of(value)
    return lambda found: (number := _number(found)) is not None and compare(number, wanted)


def _number(found: Any) -> int | Decimal | None:
    if isinstance(found, bool):
        return None
    if isinstance(found, int):
        return found
    if isinstance(found, float):
        return number_of(found)
    if isinstance(found, str) and _DECIMAL.fullmatch(found):
        return Decimal(found)
    return None
